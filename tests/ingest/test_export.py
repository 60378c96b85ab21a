"""Export: every article as ingest reads it, byte for byte the same after a way through an empty catalogue."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.export import export_articles
from ingest.pipeline import Pipeline
from ingest.sources.draft import Problem
from ingest.sources.walk import read_articles
from retrieval.catalog import Catalog
from retrieval.errors import CitegramError
from tests.building import BRIDGE, WHALE, CheapEncoder, article, put, write_jsonl
from tests.conftest import SAMPLES

ODD: list[dict[str, Any]] = [
    {"text": "No more than a text."},
    {"id": 7, "text": "A number as id."},
    {"id": " spaced id ", "text": "Spaces around the id."},
    {"id": "橋/ü?#", "text": "An id of all kinds."},
    {"id": "nfd", "text": "e\u0301 and \u212b", "title": "e\u0301"},
    {"id": "controls", "text": "a\u0000b\u0007c\u200bd\ufeffe\u202ef\u200cg", "title": "T\u0000itle\n  two"},
    {"id": "lines", "text": "one\r\ntwo\rthree\u2028four\x0bfive\x85six\n\n\n  \n", "title": ""},
    {"id": "surrogates", "text": "half \ud800 and pair \ud83d\ude00", "extra": {"\udfff": ["\ud800"]}},
    {"id": "html", "text": "<b>& \"quotes\" \\ / \u2029</b>", "title": "<i>"},
    {"id": "dates", "text": "x y", "published": "spring", "published_as_given": "kept"},
    {"id": "dates2", "text": "x y", "published": "Mon, 2 Mar 2026 10:00:00 GMT"},
    {"id": "dates3", "text": "x y", "published": 2026},
    {"id": "authors", "text": "x y", "author": ["Ada", "Bea  Brook", ""], "source": "  Post  "},
    {"id": "language", "text": "x y", "language": "EN_gb"},
    {"id": "language2", "text": "x y", "language": "English"},
    {"url": "HTTPS://E.example:443/a?utm_source=x&b=1#part", "text": "An address."},
    {"url": "not an address", "text": "No address."},
    {"id": "numbers", "text": "x y", "n": [0, -0.0, 1.0, 1e-7, 123456789012345678901234567890, True, None, 1.5e300]},
    {"id": "nested", "text": "x y", "a": {"z": 1, "a": {"b": []}}, "": "empty key", "TEXT": "other case"},
    {"id": "long", "text": "word " * 5000, "title": "long " * 100},
    {"id": "emoji", "text": "👨\u200d👩\u200d👧 \ufe0f", "title": "😀"},
]  # fmt: skip


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with closing(Catalog.in_directory(tmp_path / "data")) as catalog:
        yield catalog


def ingest(catalog: Catalog, *paths: Path) -> list[Problem]:
    problems: list[Problem] = []
    drafts = read_articles([str(path) for path in paths], problems.append)
    done = list(Pipeline(catalog, CheapEncoder(), on_loading=lambda: None).run(drafts))
    assert {item.kind for item in done} <= {"new"}
    return problems


def exported(catalog: Catalog, target: Path) -> bytes:
    count = export_articles(catalog, str(target))
    data = target.read_bytes()
    assert count == data.count(b"\n")
    return data


def after_a_round_trip(catalog: Catalog, folder: Path) -> tuple[bytes, bytes]:
    folder.mkdir()
    first = exported(catalog, folder / "first.jsonl")
    with closing(Catalog.in_directory(folder / "data")) as empty:
        assert ingest(empty, folder / "first.jsonl") == []
        return first, exported(empty, folder / "second.jsonl")


def test_the_samples_come_back_byte_for_byte(catalog: Catalog, tmp_path: Path) -> None:
    ingest(catalog, SAMPLES)
    first, second = after_a_round_trip(catalog, tmp_path / "trip")
    assert first == second
    assert first.count(b"\n") >= 24


def test_odd_articles_come_back_byte_for_byte(catalog: Catalog, tmp_path: Path) -> None:
    odd = tmp_path / "odd.jsonl"
    odd.write_text("".join(json.dumps(record) + "\n" for record in ODD), encoding="utf-8")
    text, page = tmp_path / "copied.txt", tmp_path / "page.html"
    text.write_bytes("\ufeffA title\r\n\r\nA title\r\n\r\nText – “curly”.\r\n\r\nSource: Post\r\n".encode("utf-16-le"))
    page.write_text("<title>T</title><article><h1>H</h1><p>Some text of a page.</p><p>More of it.</p></article>")
    (tmp_path / "broken.txt").write_bytes(b"Caf\xe9 \xff\xfe broken \x80 bytes, but text all the same.\n")
    assert ingest(catalog, odd, text, page, tmp_path / "broken.txt") == []
    first, second = after_a_round_trip(catalog, tmp_path / "trip")
    assert first == second
    assert first.count(b"\n") == len(ODD) + 3


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
fields = st.fixed_dictionaries(
    {"text": st.text(min_size=1)},
    optional={name: st.text() for name in ("title", "url", "published", "author", "source", "language")},
)


@settings(max_examples=12)
@given(st.lists(st.tuples(fields, st.dictionaries(st.text(), values, max_size=3)), min_size=1, max_size=5))
def test_any_articles_come_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[dict[str, str], dict[str, Any]]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    given_file = folder / "given.jsonl"
    given_file.write_text("".join(json.dumps({**more, **own}) + "\n" for own, more in records), encoding="utf-8")
    with closing(Catalog.in_directory(folder / "data")) as catalog:
        ingest(catalog, given_file)
        first, second = after_a_round_trip(catalog, folder / "trip")
    assert first == second


def test_a_record_has_the_fields_of_ingest_and_unknown_keys_beside_them(catalog: Catalog, tmp_path: Path) -> None:
    put(catalog, article("b", WHALE, "Whale"))
    put(
        catalog, article("a", BRIDGE, "Brücke", author="Ada", published="2026-03-01", metadata={"section": "x", "n": 1})
    )
    lines = exported(catalog, tmp_path / "all.jsonl").decode("utf-8").splitlines()
    assert [list(json.loads(line)) for line in lines] == [
        ["id", "title", "text", "url", "published", "author", "source", "language", "section", "n"],
        ["id", "title", "text", "url", "published", "author", "source", "language"],
    ]
    assert json.loads(lines[0])["title"] == "Brücke"
    assert "Brücke" in lines[0], "readable, not escaped"
    assert json.loads(lines[1])["author"] is None


def test_an_empty_catalogue_gives_an_empty_file(catalog: Catalog, tmp_path: Path) -> None:
    assert exported(catalog, tmp_path / "all.jsonl") == b""


def test_standard_output(catalog: Catalog, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    put(catalog, article("a", BRIDGE))
    assert export_articles(catalog, "-") == 1
    assert json.loads(capsysbinary.readouterr().out)["text"] == BRIDGE


def test_a_file_is_replaced_whole_or_not_at_all(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(catalog, article("a", BRIDGE))
    target = tmp_path / "all.jsonl"
    target.write_text("older")

    def broken() -> Iterator[Any]:
        yield catalog.article("a")
        raise InterruptedError

    with monkeypatch.context() as patch:
        patch.setattr(catalog, "articles", broken)
        with pytest.raises((InterruptedError, CitegramError)):
            export_articles(catalog, str(target))
    assert target.read_text() == "older"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["all.jsonl"], "nothing half done is left"
    exported(catalog, target)
    assert target.read_text() != "older"


@pytest.mark.parametrize("target", ["missing/all.jsonl", ".", "/dev/null/x"])
def test_a_file_that_cannot_be_written_is_one_sentence(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CitegramError, match=r"cannot be written \(.+\); name another file\.$") as caught:
        export_articles(catalog, target)
    assert str(caught.value).startswith(target)


def test_a_link_is_followed_and_stays(catalog: Catalog, tmp_path: Path) -> None:
    put(catalog, article("a", BRIDGE))
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "real.jsonl")
    assert exported(catalog, tmp_path / "link.jsonl") == (tmp_path / "real.jsonl").read_bytes()
    assert (tmp_path / "link.jsonl").is_symlink()


def test_what_is_no_regular_file_is_written_to_and_not_replaced(catalog: Catalog, tmp_path: Path) -> None:
    put(catalog, article("a", BRIDGE))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    export_articles(catalog, str(pipe))
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert json.loads(os.read(reader, 100_000))["id"] == "a"
    os.close(reader)


def test_what_was_exported_is_read_as_the_same_articles(catalog: Catalog, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "in.jsonl", {"id": "a", "text": BRIDGE, "title": "T", "section": "x"})
    ingest(catalog, tmp_path / "in.jsonl")
    exported(catalog, tmp_path / "out.jsonl")
    (draft,) = read_articles([str(tmp_path / "out.jsonl")], lambda problem: pytest.fail(problem.reason))
    stored = catalog.article("a")
    assert stored is not None
    assert draft.article == stored.article
