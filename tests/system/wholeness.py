"""What must be true of a data directory whatever was killed: looked for in the files, with the real index's own audit."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from retrieval.bootstrap import open_citegram, open_index
from retrieval.catalog import FILE_NAME, Catalog
from retrieval.chroma_http import NoAnswerError, find_collection
from retrieval.chroma_process import ServerRecord
from retrieval.encoder import Encoder
from retrieval.index_sync import audit, bring_up_to_date
from retrieval.models import Question
from retrieval.settings import Settings
from tests.system.articles import Fact

_DEFECTS = {
    "an article without passages": "SELECT id FROM articles WHERE text <> '' AND key NOT IN (SELECT article FROM passages)",
    "a passage without an article": "SELECT id FROM passages WHERE article NOT IN (SELECT key FROM articles)",
    "a passage without vectors": "SELECT id FROM passages WHERE id NOT IN (SELECT passage FROM vectors)",
    "vectors without a passage": "SELECT passage FROM vectors WHERE passage NOT IN (SELECT id FROM passages)",
    "a passage without sentences": "SELECT id FROM passages WHERE id NOT IN (SELECT passage FROM sentences)",
    "sentences without a passage": "SELECT passage FROM sentences WHERE passage NOT IN (SELECT id FROM passages)",
    "a passage without full text": "SELECT id FROM passages WHERE id NOT IN (SELECT rowid FROM passages_fts)",
    "full text without a passage": "SELECT rowid FROM passages_fts WHERE rowid NOT IN (SELECT id FROM passages)",
}


def assert_catalogue_is_whole(data_dir: Path) -> None:
    """Fail unless the catalogue is sound as a file and every article in it is complete."""
    with closing(sqlite3.connect(data_dir / FILE_NAME)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.execute("INSERT INTO passages_fts (passages_fts) VALUES ('integrity-check')")
        for defect, query in _DEFECTS.items():
            assert connection.execute(query).fetchall() == [], defect
        connection.rollback()


def assert_index_is_right(data_dir: Path) -> None:
    """Fail unless, once it has been brought up to date, nothing is queued and the audit finds nothing."""
    settings = settings_of(data_dir)
    with closing(Catalog.in_directory(data_dir)) as catalog, closing(open_index(settings, catalog)) as index:
        try:
            bring_up_to_date(catalog, index)
            assert catalog.pending(1) == []
            found = audit(catalog, index)
            assert found.ok, found
        finally:
            index.server.close()


def wait_for_index(data_dir: Path, seconds: float = 20.0) -> None:
    """Return once the running server holds all passages of the catalogue, readers use it, and nothing is queued."""
    deadline = time.monotonic() + seconds
    with closing(Catalog.in_directory(data_dir)) as catalog:
        while catalog.pending(1) or _passages_served(data_dir, f"citegram-{catalog.id}") != catalog.passage_ids():
            assert time.monotonic() < deadline, f"the index was not made within {seconds} s"
            time.sleep(0.1)


def _passages_served(data_dir: Path, name: str) -> set[int] | None:
    """Return the ids of the passages that a server holds for readers, None when readers are not to use it."""
    record = ServerRecord.read(data_dir / "chroma.json")
    try:
        found = None if record is None else find_collection(record.url, name, 5.0)
        if record is None or found is None or not found["metadata"]["complete"]:
            return None
        collections = f"{record.url}/api/v2/tenants/default_tenant/databases/default_database/collections"
        got = httpx.post(f"{collections}/{found['id']}/get", json={"include": []}, trust_env=False)
        return {int(passage) for passage in got.json()["ids"]}
    except (NoAnswerError, httpx.HTTPError):
        return None


def ids_in(data_dir: Path) -> set[str]:
    """Return the ids of the articles in the catalogue."""
    with closing(Catalog.in_directory(data_dir)) as catalog:
        return {stored.article.id for stored in catalog.articles()}


def assert_answered_from(data_dir: Path, facts: Iterable[Fact], encoder: Encoder) -> None:
    """Fail unless each fact is quoted in the answer to its question."""
    with open_citegram(settings_of(data_dir), encoder=encoder) as citegram:
        for fact in facts:
            answer = asyncio.run(citegram.answer(Question(fact.question))).as_json()
            assert fact.is_in(answer), answer["text"]


def settings_of(data_dir: Path, **more: Any) -> Settings:
    """Return the settings of a data directory, from no environment."""
    values: dict[str, Any] = {"_env_file": None, "data_dir": data_dir, **more}
    return Settings(**values)


def files_with(data_dir: Path, trace: str) -> list[str]:
    """Return the files of a data directory that hold a text anywhere in their bytes."""
    wanted = trace.encode()
    return sorted(path.name for path in data_dir.rglob("*") if path.is_file() and wanted in path.read_bytes())
