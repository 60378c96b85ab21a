"""Evaluation sets: what is read, what is said of bad lines, and parts that stay the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from retrieval.errors import SetError
from retrieval.evaluating.sets import SetQuestion, in_half, of_half, read_set, sample, share_of
from retrieval.models import Question, Turn

GOOD = {"question": "Why was it closed?", "answerable": True, "evidence": ["It was closed for rust."]}


def write_set(folder: Path, *lines: dict[str, Any] | str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "articles.jsonl").write_text('{"text": "It was closed for rust."}\n', encoding="utf-8")
    written = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    (folder / "questions.jsonl").write_text("\n".join(written), encoding="utf-8")
    return folder


def question(line: int, **fields: Any) -> SetQuestion:
    return SetQuestion(line, Question("Why?", id=fields.pop("id", None)), fields.pop("answerable", True), **fields)


def unheard(sentence: str) -> None:
    raise AssertionError(sentence)


def test_everything_that_a_line_can_hold(tmp_path: Path) -> None:
    full = {
        **GOOD,
        "id": "q1",
        "answers": ["rust"],
        "article_ids": ["a"],
        "language": "en",
        "kind": "fact",
        "expected": "answer",
        "history": [{"role": "user", "content": "The bridge?"}],
        "asked_on": "2026-03-01",
        "rewrite": "Why was the bridge closed?",
    }
    items = read_set(write_set(tmp_path / "one", "\ufeff" + json.dumps(full), "", GOOD), unheard)
    first, second = items.questions
    assert (items.name, items.articles) == ("one", tmp_path / "one" / "articles.jsonl")
    assert (first.name, first.line, first.answers, first.article_ids) == ("q1", 1, ("rust",), ("a",))
    assert first.asked.history == (Turn("user", "The bridge?"),)
    assert str(first.asked.asked_on) == "2026-03-01"
    assert (first.language, first.kind, first.evidence) == ("en", "fact", ("It was closed for rust.",))
    assert (second.name, second.line, second.article_ids) == ("line 3", 3, ())


def test_small_talk_and_questions_back_are_counted_and_left_out(tmp_path: Path) -> None:
    chat = {"question": "Hello", "answerable": False, "expected": "chat"}
    clarify = {"question": "Which?", "answerable": False, "expected": "clarify"}
    items = read_set(write_set(tmp_path / "set", chat, GOOD, clarify), unheard)
    assert (len(items.questions), items.left_out) == (1, 2)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param("nonsense", "it is not JSON (", id="no JSON"),
        pytest.param("[]", "it is not a JSON object", id="no object"),
        pytest.param({"answerable": True}, "`question` must be text", id="no question"),
        pytest.param({"question": "Why?"}, "`answerable` must be true or false", id="no answerable"),
        pytest.param({**GOOD, "answerable": "yes"}, "`answerable` must be true or false", id="answerable as text"),
        pytest.param({**GOOD, "evidence": []}, "`evidence` must list what answers", id="no evidence"),
        pytest.param({**GOOD, "evidence": [" "]}, "`evidence` must list what answers", id="blank evidence"),
        pytest.param({**GOOD, "evidence": "It was"}, "`evidence` must be a list of texts", id="evidence as text"),
        pytest.param({**GOOD, "article_ids": [1]}, "`article_ids` must be a list of texts", id="ids as numbers"),
        pytest.param({**GOOD, "expected": "maybe"}, "`expected` must be one of", id="expected something else"),
        pytest.param({**GOOD, "language": 1}, "`language` must be text", id="language as a number"),
        pytest.param({**GOOD, "asked_on": "soon"}, "`asked_on` must be a date", id="no date"),
        pytest.param({**GOOD, "history": ["Hi"]}, "`history` must be a list", id="history of texts"),
    ],
)
def test_a_bad_line_is_named_and_left_out(tmp_path: Path, line: dict[str, Any] | str, reason: str) -> None:
    said: list[str] = []
    folder = write_set(tmp_path / "set", GOOD, line, GOOD)
    items = read_set(folder, said.append)
    assert [one.line for one in items.questions] == [1, 3]
    (sentence,) = said
    assert sentence.startswith(f"{folder / 'questions.jsonl'}:2 is left out: {reason}")


def test_a_folder_that_is_no_set(tmp_path: Path) -> None:
    with pytest.raises(SetError, match=r"articles\.jsonl is not there"):
        read_set(tmp_path, unheard)
    with pytest.raises(SetError, match="holds no question to measure"):
        read_set(write_set(tmp_path / "set", ""), unheard)


def test_the_halves_share_nothing_and_leave_nothing_out() -> None:
    titles = {f"{n}": f"Title {n}" for n in range(200)}
    questions = [question(n, article_ids=(f"{n}", f"{(n + 1) % 200}")) for n in range(200)]
    tune, report = of_half(questions, "tune", titles), of_half(questions, "report", titles)
    assert sorted(one.line for one in [*tune, *report]) == list(range(200))
    assert 70 < len(tune) < 130


def test_the_halves_are_the_same_everywhere_and_always() -> None:
    assert [in_half("tune", title) for title in ("Warsaw", "Oxygen", "Rhine", "Steam engine")] == [
        True,
        False,
        True,
        False,
    ]
    assert all(in_half("tune", title) != in_half("report", title) for title in ("Warsaw", "Oxygen"))


def test_a_question_without_articles_is_in_a_half_by_its_name() -> None:
    asked = question(1, id="q7", answerable=False)
    assert (of_half([asked], "tune", {}) == [asked]) is in_half("tune", "q7")


def test_a_sample_is_always_the_same_and_grows_by_adding() -> None:
    questions = [question(n) for n in range(50)]
    few, more = sample(questions, 10), sample(list(reversed(questions)), 20)
    assert len(few) == 10
    assert set(few) < set(more)
    assert [one.line for one in few] == sorted(one.line for one in few)
    assert sample(questions, 50) == sample(questions, None) == questions


def test_shares_are_spread_evenly() -> None:
    shares = [share_of(f"{n}", "salt") for n in range(1000)]
    assert 0.45 < sum(shares) / 1000 < 0.55
    assert 0 <= min(shares) < max(shares) < 1
