import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.sources import jsonl
from ingest.sources.draft import FIELDS, Draft, Place, Problem
from ingest.sources.jsonl import article_to_record, read_jsonl
from retrieval.models import Article
from tests.ingest.sources.reads import read, read_content

ANY_TEXT = st.text(st.characters(categories=None) | st.sampled_from("\r\n\t\x00\u200b\u0301e\ud83d\ude00 "))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.builds(
    dict[str, Any],
    st.fixed_dictionaries(
        {"text": ANY_TEXT},
        optional={
            "id": ANY_TEXT | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.none(),
            "title": ANY_TEXT | st.none(),
            "url": ANY_TEXT | st.sampled_from(["https://E.org/a?utm_source=x#y", "ftp://e.org/a"]),
            "published": ANY_TEXT | st.integers() | st.sampled_from(["2026-03-01", "2026-03-01T08:00:00Z", "soon"]),
            "author": ANY_TEXT | st.lists(ANY_TEXT, max_size=3),
            "source": ANY_TEXT,
            "language": ANY_TEXT | st.sampled_from(["en-US", "DE", "English"]),
            "published_as_given": ANY_TEXT,
        },
    ),
) | st.dictionaries(ANY_TEXT | st.sampled_from(FIELDS), JSON, max_size=6)


def outcomes(data: bytes) -> list[Draft | Problem]:
    return list(read_jsonl(io.BufferedReader(io.BytesIO(data)), Place("a.jsonl", "/x/a.jsonl", len(data))))


def article(**record: object) -> Article:
    [draft] = outcomes(json.dumps({"text": "Text.", **record}).encode())
    assert isinstance(draft, Draft)
    return draft.article


def test_one_article_a_line(tmp_path: Path) -> None:
    lines = [
        '{"id": "a", "title": "T", "text": "One.\\r\\nTwo. \\n", "url": "https://e.org/a",'
        ' "published": "2026-03-01T08:00Z", "author": "Ann Lee", "source": "The Gazette", "language": "en-US",'
        ' "section": {"b": [1, 2.5, null]}, "a": true}',
        "",
        '{"text": "Only text."}',
    ]
    outcome = read_content(tmp_path, "a.jsonl", "\n".join(lines))
    first, second = outcome.drafts
    assert first.article == Article(
        id="a",
        text="One.\nTwo. \n",
        title="T",
        url="https://e.org/a",
        published="2026-03-01T08:00:00+00:00",
        author="Ann Lee",
        source="The Gazette",
        language="en",
        metadata={"section": {"b": [1, 2.5, None]}, "a": True},
    )
    assert list(first.article.metadata) == ["section", "a"]
    path = tmp_path / "a.jsonl"
    assert (first.name, first.origin, first.identity) == (f"{path}:1", f"{path.resolve()}:1", "given")
    assert (second.name, second.article.id, second.identity) == (f"{path}:3", f"{path.resolve()}:3", "path")
    assert first.size + second.size == path.stat().st_size


def test_text_gets_no_other_rule_than_the_canonical_form() -> None:
    text = "\n\n  Title\n\nTitle\n\n\n\n**Body** <b>here</b> \n\nSource: X\n"
    assert article(title="Title", text=text).text == text
    assert article(title="Title", text=text).source is None


@pytest.mark.parametrize(
    ("record", "field", "value"),
    [
        pytest.param({"id": 7}, "id", "7", id="a number as id"),
        pytest.param({"id": 1.5}, "id", "1.5", id="a fraction as id"),
        pytest.param({"id": " a "}, "id", "a", id="space around the id"),
        pytest.param(
            {"id": "", "url": "HTTP://E.org:80/a#b"},
            "id",
            "http://e.org/a",
            id="an empty id is none, the address serves",
        ),
        pytest.param({"id": None}, "id", "/x/a.jsonl:1", id="no id, no address"),
        pytest.param({"title": " A\n B "}, "title", "A B", id="title on one line"),
        pytest.param({"title": "", "text": "# Head\nBody"}, "title", "Head", id="no title, first heading"),
        pytest.param({"text": "\n\nFirst.\nSecond."}, "title", "First.", id="no title, first line"),
        pytest.param({"title": "\u200d", "text": "T"}, "title", "T", id="a title that cannot be seen"),
        pytest.param({"author": ["Ann Lee", "", "Bo Ek"]}, "author", "Ann Lee, Bo Ek", id="authors"),
        pytest.param({"author": []}, "author", None, id="no authors"),
        pytest.param({"published": 2026}, "published", "2026", id="a year as a number"),
        pytest.param({"published": ""}, "published", None, id="empty date"),
        pytest.param({"language": "zh_Hant"}, "language", "zh", id="language with script"),
        pytest.param(
            {"url": "https://E.org/a?utm_source=x"}, "url", "https://E.org/a?utm_source=x", id="address as given"
        ),
        pytest.param({"text": "a\ud800b"}, "text", "a\ufffdb", id="lone surrogate"),
        pytest.param({"text": "\ud83d\ude00"}, "text", "😀", id="pair of surrogates"),
        pytest.param({"text": "a\u0000b\ufeffc"}, "text", "abc", id="NUL and U+FEFF"),
        pytest.param({"k\ud800": ["\ud800"]}, "metadata", {"k\ufffd": ["\ufffd"]}, id="lone surrogates in metadata"),
        pytest.param({"k": "\u0000\u200b"}, "metadata", {"k": "\u0000\u200b"}, id="metadata as given"),
    ],
)
def test_fields(record: dict[str, object], field: str, value: object) -> None:
    assert getattr(article(**record), field) == value


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        pytest.param("published", "last Tuesday", 'the date "last Tuesday"', id="date"),
        pytest.param("published", 1700000000, 'the date "1700000000"', id="seconds"),
        pytest.param("url", "javascript:x", 'the address "javascript:x"', id="address"),
        pytest.param("language", "English", 'the language "English"', id="language"),
        pytest.param("published", "x" * 100, f'the date "{"x" * 79}…"', id="long"),
    ],
)
def test_what_is_not_understood_is_kept_as_metadata(key: str, value: object, shown: str) -> None:
    [draft] = outcomes(json.dumps({"text": "T", key: value}).encode())
    assert isinstance(draft, Draft)
    assert draft.notices == (f"{shown} was not understood and is kept as metadata",)
    assert getattr(draft.article, key) is None
    assert draft.article.metadata == {f"{key}_as_given": str(value)}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param("{", "not valid JSON at column 2", id="cut"),
        pytest.param("{'text': 'a'}", "not valid JSON at column 2", id="single quotes"),
        pytest.param('{"text": "a"} {}', "not valid JSON at column 15 (Extra data)", id="two on a line"),
        pytest.param("[1]", "not a JSON object", id="list"),
        pytest.param("null", "not a JSON object", id="null"),
        pytest.param("{}", 'has no "text"', id="no text"),
        pytest.param('{"text": null}', 'has no "text"', id="null text"),
        pytest.param('{"text": 1}', '"text" that is not text', id="number as text"),
        pytest.param('{"text": ""}', "has no text", id="empty text"),
        pytest.param('{"text": " \\n\\u200b\\u200d"}', "has no text", id="invisible text"),
        pytest.param('{"text": "a", "title": 1}', '"title" that is not text', id="number as title"),
        pytest.param('{"text": "a", "url": []}', '"url" that is not text', id="list as address"),
        pytest.param('{"text": "a", "author": [1]}', '"author" that is not a list of names', id="numbers as authors"),
        pytest.param('{"text": "a", "author": {"name": "b"}}', '"author" that is not text', id="object as author"),
        pytest.param('{"text": "a", "published": 1.5}', '"published" that is not text', id="fraction as date"),
        pytest.param('{"text": "a", "published": true}', '"published" that is not text', id="truth as date"),
        pytest.param('{"text": "a", "id": true}', '"id" that is neither', id="truth as id"),
        pytest.param('{"text": "a", "id": ["b"]}', '"id" that is neither', id="list as id"),
        pytest.param('{"text": "a", "id": "b\\u0007c"}', '"id" with control characters', id="control character in id"),
        pytest.param('{"text": "a", "id": "b\\nc"}', '"id" with control characters', id="line break in id"),
        pytest.param('{"text": "a", "id": "\\ud800"}', '"id" with control characters', id="lone surrogate in id"),
        pytest.param('{"text": "a", "k": NaN}', "NaN", id="NaN"),
        pytest.param('{"text": "a", "k": [-Infinity]}', "-Infinity", id="infinity"),
        pytest.param('{"text": "a", "k": 1e999}', "1e999", id="a number beyond all"),
        pytest.param('{"text": "a", "k": ' + "9" * 5000 + "}", "number that is too long", id="5,000 digits"),
        pytest.param('{"text": "a", "k": ' + "[" * 60 + "]" * 60 + "}", "50 levels", id="60 levels"),
        pytest.param('{"text": "a", "k": ' + "[" * 100_000, "nested too deeply", id="100,000 levels"),
        pytest.param("{" * 1000, "not valid JSON", id="garbage"),
    ],
)
def test_a_bad_line_is_one_problem_and_the_rest_goes_on(line: str, reason: str) -> None:
    before, problem, after = outcomes(f'{{"text": "before"}}\n{line}\n{{"text": "after"}}'.encode())
    assert isinstance(before, Draft)
    assert isinstance(problem, Problem)
    assert isinstance(after, Draft)
    assert (before.article.text, problem.name, after.article.text) == ("before", "a.jsonl:2", "after")
    assert reason in problem.reason


def test_invalid_utf8_is_replaced_with_a_notice() -> None:
    first, second = outcomes(b'{"text": "caf\xe9 and \xff"}\n{"text": "fine"}')
    assert isinstance(first, Draft)
    assert isinstance(second, Draft)
    assert first.article.text == "caf\ufffd and \ufffd"
    assert first.notices == ("2 places are not valid UTF-8 and shown as \ufffd",)
    assert second.notices == ()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks(encoding: str) -> None:
    first, second = outcomes('{"text": "é 中"}\r\n{"text": "b"}\r\n'.encode(encoding))
    assert isinstance(first, Draft)
    assert isinstance(second, Draft)
    assert (first.article.text, second.article.text) == ("é 中", "b")


def test_a_line_too_long_is_one_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "LONGEST_LINE", 1_000)
    long, short = outcomes(json.dumps({"text": "x" * 5_000}).encode() + b'\n{"text": "b"}')
    assert isinstance(long, Problem)
    assert isinstance(short, Draft)
    assert "is longer than" in long.reason
    assert (long.name, short.name) == ("a.jsonl:1", "a.jsonl:2")


def test_lines_are_read_as_they_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "a"}\n' * 10_000)
    with path.open("rb") as stream:
        next(read_jsonl(stream, Place("a", "a")))
        assert stream.tell() < 100


@settings(max_examples=300)
@given(RECORDS)
def test_what_is_exported_is_read_as_the_same_article(record: dict[str, object]) -> None:
    for outcome in outcomes(json.dumps(record).encode()):
        if isinstance(outcome, Draft):
            line = json.dumps(article_to_record(outcome.article), ensure_ascii=False)
            [again] = outcomes(line.encode())
            assert isinstance(again, Draft)
            assert again.article == outcome.article
            assert list(again.article.metadata) == list(outcome.article.metadata)
            assert (again.identity, again.notices) == ("given", ())
            assert json.dumps(article_to_record(again.article), ensure_ascii=False) == line


def test_articles_of_every_kind_survive_export(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("T\n\nT\n\nBody.\n\nSource: X\n")
    (tmp_path / "b.md").write_text("---\npublished: soon\ntags: [a]\nk: 2026-03-01\n---\n# T\n\nBody *x*.")
    (tmp_path / "c.html").write_text("<title>T</title><p>Body.<p>More.")
    (tmp_path / "d\udce9\n.txt").write_text("A file whose name cannot be shown.")
    drafts = read(tmp_path).drafts
    exported = "\n".join(json.dumps(article_to_record(draft.article), ensure_ascii=False) for draft in drafts)
    again = read_content(tmp_path, "out.jsonl", exported)
    assert len(drafts) == 4
    assert [draft.article for draft in again.drafts] == [draft.article for draft in drafts]


@settings(max_examples=100)
@given(st.binary(max_size=200) | st.text(st.sampled_from('{}[]"text:,a1 \\u\nd8')).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert all(isinstance(outcome, Draft | Problem) for outcome in outcomes(data))
