"""What became of every question: lost, doubled, out of order, or answered as it should be."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tests.telegram.double import Sent

AGAIN = "Sent again, as it is not certain that it arrived the first time:"

_PART = re.compile(r"\bQ(\d+)\.(\d)\b")
Place = tuple[int, int | None]
"""Chat and topic."""
Part = tuple[int, int]
"""Number of a question, and of a quote of its answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that somebody has asked."""

    number: int
    place: Place
    parts: int
    at: float
    """When, on the monotonic clock."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A stretch of time in which the bot could not know whether what it sent arrived, on the monotonic clock."""

    begin: float
    end: float


@dataclass(slots=True)
class Verdict:
    """What there is to tell of all questions."""

    violations: list[str] = field(default_factory=list)
    repeats: int = 0
    marked_once: int = 0
    """Messages that are marked as sent again although they had not arrived before."""
    waits: list[float] = field(default_factory=list)
    """Seconds from each question to the last part of its answer."""


def parts_of(text: str) -> list[Part]:
    """Return the quotes that a message shows."""
    return [(int(number), int(part)) for number, part in _PART.findall(text)]


def judge(asked: Sequence[Asked], arrived: Sequence[Sent], doubts: Sequence[Doubt]) -> Verdict:
    """Hold what arrived, in order, against what was asked."""
    verdict = Verdict()
    by_place: defaultdict[Place, list[Sent]] = defaultdict(list)
    for sent in arrived:
        by_place[sent.chat_id, sent.topic].append(sent)
    known = {place: _judge_place(messages, doubts, verdict) for place, messages in by_place.items()}
    for question in asked:
        seen = known.get(question.place, {})
        wanted = [(question.number, part) for part in range(1, question.parts + 1)]
        missing = [part for part in wanted if part not in seen]
        if missing:
            verdict.violations.append(f"{question}: lost {missing}")
        else:
            verdict.waits.append(seen[wanted[-1]].at - question.at)
    numbers = {(question.number, question.place) for question in asked}
    strays = [part for place, seen in known.items() for part in seen if (part[0], place) not in numbers]
    if strays:
        verdict.violations.append(f"answers in the wrong place: {strays}")
    return verdict


def _judge_place(messages: Sequence[Sent], doubts: Sequence[Doubt], verdict: Verdict) -> dict[Part, Sent]:
    """Return where each part was seen first."""
    first: dict[Part, Sent] = {}
    latest: dict[Part, Sent] = {}
    order: list[Part] = []
    for sent in messages:
        parts, marked = parts_of(sent.text), sent.text.startswith(AGAIN)
        if not parts:
            verdict.violations.append(f"chat {sent.chat_id}: a message that answers nothing: {sent.text[:80]!r}")
            continue
        before = [latest[part] for part in parts if part in latest]
        if before and not marked:
            verdict.violations.append(f"chat {sent.chat_id}: {parts} came twice without a mark")
        elif before:
            verdict.repeats += 1
            if not any(doubt.begin <= before[0].at <= doubt.end for doubt in doubts):
                verdict.violations.append(f"chat {sent.chat_id}: {parts} came twice without need, at {sent.at:.2f}")
        elif marked:
            verdict.marked_once += 1
        for part in parts:
            first.setdefault(part, sent)
            latest[part] = sent
        order.append(parts[0])
    if any(later < earlier for earlier, later in pairwise(order)):
        verdict.violations.append(f"chat {messages[0].chat_id}: out of order: {order}")
    return first
