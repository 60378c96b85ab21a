"""kill -9 of a refresh at any moment: nothing is lost, and what is remembered is not read again."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ingest.watching.state import State
from retrieval.catalog import Catalog
from tests.building import BRIDGE, write_jsonl
from tests.ingest.watching.world import story
from tests.ingest.web.reading import item, rss
from tests.system.processes import environment
from tests.web_server import Reply, WebServer

PAGES = 5


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param((1, 2, 3), id="before an article is stored, before and after its item is remembered"),
        pytest.param((1, 2, 3) * PAGES, id="the same at each item", marks=pytest.mark.long),
    ],
)
def test_a_feed_and_a_folder(site: WebServer, tmp_path: Path, kills: tuple[int, ...]) -> None:
    links = "".join(item(f"/{n}") for n in range(PAGES))
    site.pages["/feed"] = Reply(rss(links), content_type="application/rss+xml", headers={"ETag": '"1"'})
    site.pages |= {f"/{n}": story(f"Number {n}") for n in range(PAGES)}
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text(BRIDGE)
    write_jsonl(folder / "lines.jsonl", *({"id": f"line {n}", "text": f"{BRIDGE} {n}"} for n in range(4)))
    (tmp_path / "watch.toml").write_text(f'[[source]]\nfeed = "{site.url("/feed")}"\n[[source]]\nfolder = "articles"\n')
    _refresh(tmp_path, site.url("/mark"), *kills)
    pages, files = {site.url(f"/{n}") for n in range(PAGES)}, {str(folder / "a.txt")}
    _demand_each_once(tmp_path, pages | files | {f"line {n}" for n in range(4)})
    recorded = (tmp_path / "recorded").read_text().split()
    assert sorted(recorded) == sorted(pages | files | {str(folder / "lines.jsonl")}), "none is read that is remembered"
    refreshes = " ".join(site.paths()).split("/mark/")[1:]
    assert len(refreshes) == len(kills) + 1


def _refresh(folder: Path, marks: str, *kills: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.ingest.watching.killed", str(folder), marks, *map(str, kills)],
        cwd=folder,
        env=environment(folder / "data"),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _demand_each_once(folder: Path, ids: set[str]) -> None:
    """Each article is in the catalogue once, in its first version, and remembered as held by its item."""
    with closing(Catalog.in_directory(folder / "data")) as catalog:
        stored = list(catalog.articles())
        with closing(State.in_directory(folder / "data", catalog.id)) as state:
            held = [article for n in (1, 2) for known in state.items(n).values() for article in known.articles]
    assert sorted(entry.article.id for entry in stored) == sorted(ids) == sorted(held)
    assert {entry.version for entry in stored} == {1}
