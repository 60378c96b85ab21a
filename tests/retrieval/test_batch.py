"""Questions from JSON Lines: what a line may hold, and what stands in the place of a bad one."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.batch import BadLine, read_question, without_surrogates
from retrieval.models import Question, Turn


def line(**record: object) -> bytes:
    return json.dumps(record).encode()


@pytest.mark.parametrize(
    ("given_line", "expected"),
    [
        pytest.param(line(question="Why?"), Question("Why?"), id="question alone"),
        pytest.param(line(id=7, question=" Why? \n"), Question("Why?", id=7), id="number as id"),
        pytest.param(line(id="q7", question="Why?"), Question("Why?", id="q7"), id="text as id"),
        pytest.param(line(id=None, question="Why?", more=[1]), Question("Why?"), id="unknown keys"),
        pytest.param(b"\xef\xbb\xbf" + line(question="Why?"), Question("Why?"), id="byte order mark"),
        pytest.param('{"question": "Warum — 橋?"}\r\n'.encode(), Question("Warum — 橋?"), id="UTF-8 and CR LF"),
        pytest.param(
            line(question="Why?", asked_on="2026-03-01"), Question("Why?", asked_on=date(2026, 3, 1)), id="day"
        ),
        pytest.param(
            line(question="Why?", asked_on="2026-03-01T10:00:00Z"),
            Question("Why?", asked_on=date(2026, 3, 1)),
            id="moment",
        ),
        pytest.param(line(question="Why?", asked_on=None, history=None), Question("Why?"), id="nulls"),
        pytest.param(
            line(question="Why?", history=[{"role": "user", "content": "A"}, {"role": "assistant", "content": "B"}]),
            Question("Why?", (Turn("user", "A"), Turn("assistant", "B"))),
            id="history",
        ),
        pytest.param(b'{"question": "a\\ud83d\\ude00b\\ud800c"}', Question("a😀b\ufffdc"), id="surrogates"),
    ],
)
def test_lines(given_line: bytes, expected: Question) -> None:
    assert read_question(given_line) == expected


@pytest.mark.parametrize(
    ("given_line", "reason", "line_id"),
    [
        pytest.param(b"\xff\xfe", "it is not UTF-8", None, id="not UTF-8"),
        pytest.param(b"why", "it is not JSON (", None, id="not JSON"),
        pytest.param(b'{"question": "Why?"', "it is not JSON (", None, id="cut"),
        pytest.param(
            b'{"id": ' + b"1" * 5000 + b', "question": "Why?"}', "it is not JSON (", None, id="endless number"
        ),
        pytest.param(b"[" * 100_000, "it is not JSON (", None, id="too deep"),
        pytest.param(b'["Why?"]', "it is not a JSON object", None, id="list"),
        pytest.param(b'"Why?"', "it is not a JSON object", None, id="string"),
        pytest.param(b"null", "it is not a JSON object", None, id="null"),
        pytest.param(line(id=1), "`question` must be text that is not empty", 1, id="no question"),
        pytest.param(line(id=1, question=" \n"), "`question` must be text that is not empty", 1, id="blank question"),
        pytest.param(line(id="x", question=5), "`question` must be text that is not empty", "x", id="number asked"),
        pytest.param(line(id=[1], question="Why?"), "`id` must be a string or a whole number", None, id="list as id"),
        pytest.param(
            line(id=1.5, question="Why?"), "`id` must be a string or a whole number", None, id="fraction as id"
        ),
        pytest.param(line(id=True, question="Why?"), "`id` must be a string or a whole number", None, id="truth as id"),
        pytest.param(line(id=1, question="Why?", history="x"), "`history` must be a list of", 1, id="history is text"),
        pytest.param(line(id=1, question="Why?", history=["x"]), "`history` must be a list of", 1, id="turn is text"),
        pytest.param(
            line(id=1, question="Why?", history=[{"role": "system", "content": "A"}]),
            "`history` must be a list of",
            1,
            id="role",
        ),
        pytest.param(
            line(id=1, question="Why?", history=[{"role": ["user"], "content": "A"}]),
            "`history` must be a list of",
            1,
            id="role is a list",
        ),
        pytest.param(
            line(id=1, question="Why?", history=[{"role": "user"}]), "`history` must be a list of", 1, id="no content"
        ),
        pytest.param(line(id=1, question="Why?", asked_on="soon"), "`asked_on` must be a date", 1, id="no date"),
        pytest.param(
            line(id=1, question="Why?", asked_on=20260301), "`asked_on` must be a date", 1, id="number as day"
        ),
        pytest.param(line(id=1, question="Why?", asked_on={}), "`asked_on` must be a date", 1, id="object as day"),
        pytest.param(line(id=1, question="Why?", asked_on=[1]), "`asked_on` must be a date", 1, id="list as day"),
    ],
)
def test_bad_lines(given_line: bytes, reason: str, line_id: object) -> None:
    with pytest.raises(BadLine) as caught:
        read_question(given_line)
    answer = caught.value.answer
    assert answer.status == "error"
    assert answer.error is not None
    assert answer.error.startswith(reason)
    assert reason in answer.text
    assert answer.id == line_id
    assert "\n" not in answer.error
    assert answer.timings["total"] >= 0


def test_a_bad_line_keeps_its_question() -> None:
    with pytest.raises(BadLine) as caught:
        read_question(line(question="Why?", asked_on="soon"))
    assert caught.value.answer.question == "Why?"


@given(st.binary() | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps).map(str.encode))
def test_any_bytes_are_a_question_or_a_bad_line(data: bytes) -> None:
    try:
        assert read_question(data).text
    except BadLine as bad:
        json.dumps(bad.answer.as_json())


@given(st.text(alphabet=st.characters(exclude_categories=[]) | st.characters(categories=["Cs"])))
def test_text_without_surrogates_can_be_written(text: str) -> None:
    cleaned = without_surrogates(text)
    cleaned.encode()
    if not any("\ud800" <= character <= "\udfff" for character in text):
        assert cleaned == text
