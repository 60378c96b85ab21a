"""Lists of articles are read without the articles' texts, in catalogues made before there were lists too."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from retrieval.catalog import FILE_NAME, Catalog
from retrieval.catalog_schema import SCHEMA_VERSION
from retrieval.errors import CatalogError
from retrieval.library import Library
from retrieval.models import Focus
from tests.building import BRIDGE, CHEAP_MODEL, WHALE, article, put, write_older_catalogue


def test_lists_read_no_texts(tmp_path: Path) -> None:
    def no_texts(action: int, table: str | None, column: str | None, *_: object) -> int:
        read = action == sqlite3.SQLITE_READ and (table, column) == ("articles", "text")
        return sqlite3.SQLITE_DENY if read else sqlite3.SQLITE_OK

    with closing(Catalog.in_directory(tmp_path)) as catalog:
        put(catalog, article("a", BRIDGE, "Bridge", source="Post", published="2026-03-01"))
        with catalog._connection() as connection:
            connection.set_authorizer(no_texts)
        library = Library(catalog)
        assert library.find("bridge 2026").total == library.find().total == 1
        assert library.sources()[0].name == "Post"
        assert library.entry(1) == library.entry_of("a")
        assert library.matching_sources("post") == ("Post",)
        with pytest.raises(CatalogError, match="text is prohibited"):
            library.article(1)


@pytest.mark.parametrize(
    "focus",
    [pytest.param(Focus(), id="all"), pytest.param(Focus(source="Post", from_="2026"), id="a source and a period")],
)
def test_lists_are_read_from_an_index_alone(tmp_path: Path, focus: Focus) -> None:
    asked: list[str] = []
    with closing(Catalog.in_directory(tmp_path)) as catalog:
        with catalog._connection() as connection:
            connection.set_trace_callback(asked.append)
        with catalog.snapshot() as snapshot:
            snapshot.entries(focus)
            snapshot.newest_entries(0, 5)
        statements = [statement for statement in asked if statement.startswith("SELECT")]
        assert len(statements) == 2
        with catalog._connection() as connection:
            for statement in statements:
                plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
                assert plan == ["SCAN articles USING COVERING INDEX articles_listed"]


def test_a_catalogue_of_the_first_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    items = article("a", BRIDGE, published="2026-03-01"), article("b", WHALE)
    write_older_catalogue(tmp_path, 1, *items, model=CHEAP_MODEL)
    with closing(Catalog.in_directory(tmp_path)) as catalog:
        assert [entry.id for entry in Library(catalog).find().entries] == ["a", "b"]
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        indexes = {row[1] for row in connection.execute("PRAGMA index_list(articles)")}
        assert "articles_listed" in indexes
        assert "articles_by_published" not in indexes
