import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sources.front_matter import split_front_matter
from retrieval.errors import ArticleError


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        pytest.param("title: A day", {"title": "A day"}, id="title"),
        pytest.param('title: "1984: a novel"', {"title": "1984: a novel"}, id="quoted"),
        pytest.param("title: 1984", {"title": "1984"}, id="a number as title"),
        pytest.param("title: No", {"title": "No"}, id="no as title"),
        pytest.param("language: no", {"language": "no"}, id="Norwegian"),
        pytest.param("id: 007", {"id": "007"}, id="leading zeros"),
        pytest.param("published: 2026-03-01", {"published": "2026-03-01"}, id="date"),
        pytest.param("published: 2026-03-01 08:00:00 +0100", {"published": "2026-03-01 08:00:00 +0100"}, id="moment"),
        pytest.param("author: [Ann Lee, Bo Ek]", {"author": ["Ann Lee", "Bo Ek"]}, id="authors"),
        pytest.param("author:\n  - Ann Lee\n  - Bo Ek", {"author": ["Ann Lee", "Bo Ek"]}, id="authors one a line"),
        pytest.param("title: >\n  two\n  lines", {"title": "two lines\n"}, id="folded text"),
        pytest.param(
            "source: null\nurl: ~\nauthor:", {"source": None, "url": None, "author": None}, id="nothing given"
        ),
        pytest.param("author: {name: Ann}", {"author": {}}, id="a mapping, which no field takes"),
        pytest.param("", {}, id="empty block"),
        pytest.param("# only a comment", {}, id="comment"),
    ],
)
def test_fields_are_as_written(line: str, fields: dict[str, object]) -> None:
    front = split_front_matter(f"---\n{line}\n---\nBody")
    assert (front.fields, front.body, front.metadata) == (fields, "Body", {})


@pytest.mark.parametrize(
    ("line", "value"),
    [
        pytest.param("key: [a, 1, 2.5, true, null]", ["a", 1, 2.5, True, None], id="JSON values"),
        pytest.param("key: {a: {b: 1}, 2: x, yes: y}", {"a": {"b": 1}, "2": "x", "yes": "y"}, id="keys are text"),
        pytest.param("key: 2026-03-01", "2026-03-01", id="date"),
        pytest.param("key: 2026-03-01 08:00:00", "2026-03-01T08:00:00", id="moment"),
        pytest.param("key: 2026-02-30", "2026-02-30", id="no such day"),
        pytest.param("key: .nan", ".nan", id="not a number"),
        pytest.param("key: -.inf", "-.inf", id="infinity"),
        pytest.param("key: " + "9" * 5000, "9" * 5000, id="number too long"),
        pytest.param("key: 18446744073709551616", "18446744073709551616", id="number beyond 64 bits"),
        pytest.param("key: !!bool perhaps", "perhaps", id="a type that does not fit"),
        pytest.param("key: !mine x", "x", id="unknown type"),
        pytest.param("key: !!python/object/apply:os.system [ls]", ["ls"], id="an object is not made"),
        pytest.param("key: !!binary aGk=", "aGk=", id="binary stays as written"),
    ],
)
def test_other_keys_become_json_values(line: str, value: object) -> None:
    assert split_front_matter(f"---\n{line}\n---\n").metadata == {"key": value}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Title\n---\na: b\n---\n", id="not at the start"),
        pytest.param("---\nNo end\n", id="no end"),
        pytest.param("---\nJust prose between rules\n---\nmore", id="prose"),
        pytest.param("---\n- a\n- b\n---\nmore", id="a list"),
        pytest.param("----\na: b\n----\n", id="four dashes"),
        pytest.param("---\na: b\n" + "x\n" * 60_000 + "---\n", id="an end too far away"),
    ],
)
def test_text_without_front_matter_stays_whole(text: str) -> None:
    front = split_front_matter(text)
    assert (front.body, front.fields, front.metadata) == (text, {}, {})


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        pytest.param("a: 1\nb: c: d", "line 3", id="the line of the file is named"),
        pytest.param("a: [1, 2", "line 3", id="never closed"),
        pytest.param("a: &x [1]\nb: *x", "alias (*) in line 3", id="aliases, which can unfold to gigabytes"),
        pytest.param("? [a, b]\n: c", "key", id="a list as key"),
        pytest.param("a: " + "[" * 5000, "deep", id="nested without end"),
        pytest.param("a: \ufffe", "characters", id="characters that YAML does not allow"),
    ],
)
def test_broken_front_matter_is_refused(block: str, reason: str) -> None:
    with pytest.raises(ArticleError) as refused:
        split_front_matter(f"---\n{block}\n---\nBody")
    assert reason in str(refused.value)


def test_a_date_serves_where_published_is_missing() -> None:
    front = split_front_matter("---\ndate: 2026-03-01\n---\n")
    assert (front.fields, front.metadata) == ({"published": "2026-03-01"}, {"date": "2026-03-01"})


def test_a_date_that_is_not_understood_is_only_metadata() -> None:
    front = split_front_matter("---\ndate: soon\n---\n")
    assert (front.fields, front.metadata) == ({}, {"date": "soon"})


def test_a_key_text_is_left_out_with_a_notice() -> None:
    front = split_front_matter("---\ntext: x\n---\nBody")
    assert (front.body, front.metadata, len(front.notices)) == ("Body", {}, 1)


@given(st.text(st.sampled_from("-:a1 \n[]{}&*!?|>'\"%@`#~.,\\")))
def test_any_block_is_understood_or_refused(block: str) -> None:
    text = f"---\n{block}\n---\nBody"
    with contextlib.suppress(ArticleError):
        assert text.endswith(split_front_matter(text).body)
