"""A folder of articles and questions, read and checked line by line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from retrieval.batch import BadLine, read_question
from retrieval.errors import SetError
from retrieval.models import Question

Half = Literal["tune", "report"]
_EXPECTED = ("answer", "abstain", "clarify", "chat")
_NOT_MEASURED = ("clarify", "chat")
_SALT = "citegram halves"  # of the tuning and the reporting half


@dataclass(frozen=True, slots=True)
class SetQuestion:
    """A question of an evaluation set with what is known about its answer."""

    line: int
    asked: Question = field(repr=False)
    answerable: bool
    evidence: tuple[str, ...] = field(default=(), repr=False)
    answers: tuple[str, ...] = field(default=(), repr=False)
    article_ids: tuple[str, ...] = ()
    language: str = ""
    kind: str = ""
    """What the set's author calls this sort of question; `off-topic` has a meaning, see docs/evaluating.md."""

    @property
    def name(self) -> str:
        """What the question is called in reports: its id, or its line."""
        return str(self.asked.id) if self.asked.id is not None else f"line {self.line}"


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """The questions of a folder and the articles that they are about."""

    name: str
    articles: Path
    """What `citegram-ingest` is given."""
    questions: tuple[SetQuestion, ...]
    left_out: int = 0
    """Questions that expect small talk or a question in return, which are not measured."""


def read_set(folder: Path, on_problem: Callable[[str], None]) -> EvaluationSet:
    """Read `articles.jsonl` and `questions.jsonl` of a folder; each bad line becomes a sentence and is left out.

    Raises:
        SetError: one of the files is not there or holds nothing.
    """
    articles, questions = folder / "articles.jsonl", folder / "questions.jsonl"
    for path in (articles, questions):
        if not path.is_file():
            raise SetError(
                f"{path} is not there; a set for the evaluation is a folder of articles.jsonl and questions.jsonl."
            )
    return read_questions(folder.resolve().name, articles, questions, on_problem)


def read_questions(name: str, articles: Path, questions: Path, on_problem: Callable[[str], None]) -> EvaluationSet:
    """Read the questions of a set whose articles are anything that `citegram-ingest` takes.

    Raises:
        SetError: the file cannot be read or holds no question.
    """
    try:
        lines = questions.read_bytes().split(b"\n")
    except OSError as error:
        raise SetError(f"{questions} cannot be read ({error.strerror}); name a file of questions.") from error
    found: list[SetQuestion] = []
    left_out = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            question = _question(number, line)
        except (BadLine, _BadField) as problem:
            on_problem(f"{questions}:{number} is left out: {problem}.")
            continue
        if question is None:
            left_out += 1
        else:
            found.append(question)
    if not found:
        raise SetError(
            f"{questions} holds no question to measure; write one JSON object a line, see docs/evaluating.md."
        )
    return EvaluationSet(name, articles, tuple(found), left_out)


class _BadField(Exception):
    """A field of the evaluation has a wrong value."""


def _question(number: int, line: bytes) -> SetQuestion | None:
    asked = read_question(line)
    record: dict[str, Any] = json.loads(line.decode("utf-8-sig"))
    answerable = record.get("answerable")
    if not isinstance(answerable, bool):
        raise _BadField("`answerable` must be true or false")
    expected = record.get("expected")
    if expected is not None and expected not in _EXPECTED:
        raise _BadField(f"`expected` must be one of {', '.join(_EXPECTED)}")
    if expected in _NOT_MEASURED:
        return None
    evidence = _texts(record, "evidence")
    if answerable and not evidence:
        raise _BadField("`evidence` must list what answers the question, word for word from the articles")
    return SetQuestion(
        line=number,
        asked=asked,
        answerable=answerable,
        evidence=evidence if answerable else (),
        answers=_texts(record, "answers"),
        article_ids=_texts(record, "article_ids"),
        language=_text(record, "language"),
        kind=_text(record, "kind"),
    )


def _texts(record: dict[str, Any], name: str) -> tuple[str, ...]:
    values = record.get(name) or []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise _BadField(f"`{name}` must be a list of texts")
    return tuple(value for value in values if value.strip())


def _text(record: dict[str, Any], name: str) -> str:
    value = record.get(name) or ""
    if not isinstance(value, str):
        raise _BadField(f"`{name}` must be text")
    return value


# Parts of a set that stay the same from run to run


def share_of(text: str, salt: str) -> float:
    """Return a number from 0 up to 1 that hangs on a text and a salt alone."""
    return (
        int.from_bytes(hashlib.sha256(f"{salt}\0{text}".encode("utf-8", "surrogatepass")).digest()[:6], "big") / 2**48
    )


def in_half(half: Half, title: str) -> bool:
    """Tell whether what has this title is in the half for tuning, or in the one for reporting."""
    return (share_of(title, _SALT) < 0.5) == (half == "tune")


def of_half(questions: Iterable[SetQuestion], half: Half, titles: dict[str, str]) -> list[SetQuestion]:
    """Return the questions of a half: by the title of their first article, or by their name where they have none."""
    return [
        question
        for question in questions
        if in_half(half, next((titles[one] for one in question.article_ids if one in titles), question.name))
    ]


def sample(questions: Sequence[SetQuestion], most: int | None, salt: str = "sample") -> list[SetQuestion]:
    """Return at most so many questions, always the same ones, in their order."""
    if most is None or len(questions) <= most:
        return list(questions)
    chosen = sorted(questions, key=lambda question: share_of(f"{question.line} {question.name}", salt))[:most]
    return sorted(chosen, key=lambda question: question.line)
