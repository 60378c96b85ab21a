"""The file that remembers: what is in it, and what is said when it cannot be used."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.sources.draft import Found
from ingest.watching.items import Item, entry_json, fingerprint, visit_json, visit_of
from ingest.watching.sources import Source
from ingest.watching.state import FILE_NAME, State
from ingest.web.links import Link
from ingest.web.visits import Visit
from retrieval.errors import CatalogError

CATALOGUE = "a" * 32
POST = Source("Post", "feed", ("https://post.example/feed",))
NEWS = Source("News", "feed", ("https://news.example/feed",))


def test_what_is_remembered_is_there_the_next_time(tmp_path: Path) -> None:
    item = Item(
        "k", "name", "https://post.example/1", True, '"e"', "yesterday", listed="l", wait=5.0, misled=1, error="x"
    )
    with closing(State.in_directory(tmp_path, CATALOGUE)) as state:
        state.know([POST], tmp_path / "a.toml")
        number = state.standing(POST).number
        state.tried(number, 1.0)
        state.failed(number, "why", 2.0)
        state.record(number, item, {"a", "b"}, whole=True)
        state.listed(number, '"1"', None)
    with closing(State.in_directory(tmp_path, CATALOGUE)) as state:
        standing = state.standing(POST)
        assert (standing.last_try, standing.failures, standing.error, standing.next_due) == (1.0, 1, "why", 2.0)
        assert (standing.etag, standing.last_success) == ('"1"', None)
        [known] = state.items(standing.number).values()
        assert known.articles == {"a", "b"}
        assert replace(known, articles=frozenset()) == item


def test_a_listing_that_is_read_from_elsewhere_is_read_whole(tmp_path: Path) -> None:
    with closing(State.in_directory(tmp_path, CATALOGUE)) as state:
        state.know([POST], tmp_path / "a.toml")
        state.listed(1, '"1"', "then")
        state.know([POST], tmp_path / "a.toml")
        assert state.standing(POST).etag == '"1"'
        moved = Source("Post", "feed", ("https://other.example/feed",))
        state.know([moved], tmp_path / "a.toml")
        assert (state.standing(moved).etag, state.standing(moved).modified) == (None, None)


def test_sources_that_their_configuration_no_longer_names_are_forgotten_and_no_others(tmp_path: Path) -> None:
    with closing(State.in_directory(tmp_path, CATALOGUE)) as state:
        state.know([POST], tmp_path / "a.toml")
        state.record(1, Item("k", "k"), {"a"}, whole=True)
        state.know([NEWS], tmp_path / "b.toml")
        state.know([], tmp_path / "b.toml")
        assert state.items(1)
        state.know([NEWS], tmp_path / "a.toml")
        assert not state.items(1)


def test_a_copy_leaves_no_trace(tmp_path: Path) -> None:
    with closing(State.copy_of(tmp_path, CATALOGUE)) as state:
        state.know([POST], tmp_path / "a.toml")
    assert not (tmp_path / FILE_NAME).exists()
    with closing(State.in_directory(tmp_path, CATALOGUE)) as state:
        state.know([POST], tmp_path / "a.toml")
    with closing(State.copy_of(tmp_path, CATALOGUE)) as copy:
        copy.record(1, Item("k", "k"), {"a"}, whole=True)
        assert copy.counts(1).articles == 1
    with closing(State.in_directory(tmp_path, CATALOGUE)) as state:
        assert state.counts(1).articles == 0


def garbage(path: Path) -> None:
    path.write_bytes(b"no database, " * 1000)


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE sources (x)")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(garbage, "delete it: then every source is read anew", id="garbage"),
        pytest.param(newer, "made by a newer Citegram", id="newer"),
        pytest.param(another_program, "delete it", id="another program's"),
        pytest.param(Path.mkdir, "cannot be written", id="a directory"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path, spoil: Callable[[Path], None], words: str) -> None:
    spoil(tmp_path / FILE_NAME)
    for open_ in (State.in_directory, State.copy_of):
        with pytest.raises(CatalogError) as caught:
            open_(tmp_path, CATALOGUE)
        assert FILE_NAME in str(caught.value)
        assert words in str(caught.value)


def test_what_a_feed_says_is_kept_without_its_text() -> None:
    entry = Found("<p>Long</p>", {"title": "T", "published": "2026-01-01"}, {"modified": "2026-01-02"})
    link = Link("https://post.example/1", "name", True, entry, date="2026-01-02")
    item = Item("k", "name", link.url, True, entry=entry_json(entry))
    assert item.link() == Link(link.url, "name", True, Found("", entry.fields, entry.metadata))
    assert fingerprint(link) != fingerprint(replace(link, entry=replace(entry, text="<p>Other</p>")))
    assert (fingerprint(Link("u", "n", date="2026")), fingerprint(Link("u", "n"))) == ("2026", "")


def test_a_visit_is_remembered_and_a_page_that_was_gone_is_asked_for_in_full() -> None:
    visit = Visit("https://post.example/", '"1"', None, True, ("https://post.example/a",), False)
    assert visit_of(Item("k", "n", visit=visit_json(visit))) == visit
    known = visit_of(Item("k", "n", visit=visit_json(visit), gone=1))
    assert known == Visit(visit.url, None, None, True, visit.links, False)
    assert visit_of(None) is visit_of(Item("k", "n")) is None
