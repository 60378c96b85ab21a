"""The tables about follow-ups: which questions they are of, and that what they count is what they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from retrieval.errors import EvaluationError
from retrieval.evaluating.sets import Half, in_half
from retrieval.models import Answer, Located, Question, Turn
from tests.benchmarks import follow_ups
from tests.benchmarks.follow_ups import FollowUp, Measured, likeness, measured
from tests.benchmarks.sets import Chosen

BEFORE = (Turn("user", "Why was Pellworth Bridge closed?"), Turn("assistant", "Rust."))
ASKED = FollowUp(Question("Who designed it?", BEFORE), ("bridge", "tunnel"), "Who designed Pellworth Bridge?")


def located(article_id: str, start: int = 0) -> Located:
    return Located("", article_id, "", None, None, None, None, start, start + 1, 0.5, 1)


def folder_of(path: Path, *records: dict[str, object]) -> Path:
    """Write a set without articles."""
    (path / "questions.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    (path / "articles.jsonl").touch()
    return path


def test_follow_ups_are_the_answerable_questions_with_others_before_them(tmp_path: Path) -> None:
    history = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "Rust."}]
    folder = folder_of(
        tmp_path,
        {"id": 1, "question": "Why?", "answerable": True},
        {"id": 2, "question": "And who?", "answerable": True, "history": history, "rewrite": "Who did it?"},
        {"id": 3, "question": "And when?", "answerable": False, "history": history},
        {"id": 4, "question": "And where?", "answerable": True, "history": history[1:]},
    )
    (found,) = follow_ups.follow_ups(folder, None, None)
    assert (found.asked.id, found.before, found.rewrite) == (2, ("Why?",), "Who did it?")
    sides: tuple[Half, Half] = ("tune", "report")
    half, other = sides if in_half("tune", "Why?") else sides[::-1]
    assert follow_ups.follow_ups(folder, half, None) == [found]
    with pytest.raises(EvaluationError, match="no question with others before it"):
        follow_ups.follow_ups(folder, other, None)


def test_articles_are_counted_once_and_repetition_is_of_the_sentence_before() -> None:
    found = [
        located("whale"),
        located("bridge"),
        located("bridge", 9),
        *(located(f"a{n}") for n in range(3)),
        located("tunnel"),
    ]
    answers = {
        "Who designed it?": Answer("answered", "", "", passages=tuple(found), sentences=(located("bridge", 9),)),
        BEFORE[0].content: Answer("answered", "", "", sentences=(located("bridge", 9),)),
    }
    assert measured(ASKED, lambda one: one.asked.text, answers.__getitem__) == Measured(0.5, True, True)
    answers[BEFORE[0].content] = Answer("not_found", "", "")
    assert measured(ASKED, lambda one: one.asked.text, answers.__getitem__) == Measured(0.5, True, False)


def test_the_table() -> None:
    found = {
        follow_ups.TYPED: [Measured(float(n % 2), True, n < 10) for n in range(100)],
        follow_ups.RESOLVED: [Measured(1.0, False, False)] * 100,
    }
    heading, _, typed, resolved = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in follow_ups.table(found).splitlines()
    ]
    assert heading == ["", "recall @5", "answered", "repeated"]
    assert typed == [follow_ups.TYPED, ".500", "1.000", ".100"]
    assert resolved == [follow_ups.RESOLVED, "1.000*", ".000", ".000"]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param(
            "Who designed the bridge?", "the bridge: who designed it", 1.0, id="the same words that say something"
        ),
        pytest.param("Who designed it?", "Who designed the bridge?", 2 / 3, id="one of two"),
        pytest.param("whale", "bridge", 0.0, id="none"),
        pytest.param("", "bridge", 0.0, id="nothing"),
    ],
)
def test_likeness(one: str, other: str, expected: float) -> None:
    assert likeness(one, other) == pytest.approx(expected)


def test_the_command_on_a_set_of_rewrites_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    history = [{"role": "user", "content": BEFORE[0].content}]
    folder = folder_of(
        tmp_path,
        {"question": "Who designed it?", "answerable": True, "history": history, "rewrite": ASKED.rewrite},
    )
    follow_ups.run(Chosen((folder,)))
    table = [[cell.strip() for cell in line.split("|")[1:3]] for line in capsys.readouterr().out.splitlines()[-3:]]
    assert table == [
        [follow_ups.TYPED, ".500"],
        [follow_ups.JOINED, ".857"],
        [follow_ups.RESOLVED, "1.000"],
    ]
