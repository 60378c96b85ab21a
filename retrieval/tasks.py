"""What kind of answer a question asks for: one fact, sources compared, what happened when, or an article in short. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from retrieval.models import Focus
from retrieval.named.date_words import folded
from retrieval.named.dates_named import periods_named
from retrieval.task_words import Forms, all_forms

Kind = Literal["answer", "compare", "timeline", "summary"]

_LONGEST = 400  # characters of a question that is read for its kind: a longer one tells a story
_TELLS_MORE = re.compile(
    r"(?:that|which|who|when|where|because|if|after|before|during|als|nachdem|bevor|weil|dass|während|когда|после|перед"
    r"|почему|потому|что|cuando|que|despues|antes)\b"
)
"""What follows `what happened` where it is no date but another event: then it asks for a fact."""
_CARRIED = re.compile(r"[:?!.…] +(?=\S)")
"""Where the words that condensing puts before a follow-up end."""
_AT_ENDS = re.compile(
    r"(?i:^(?:in|on|at|to|with|mit|im|am|с|со|в|во|на|en|con)\s+(?=\S)|^[\s,.]+|[\s,]+$"
    r"|(?:^|\s)(?:(?:between|from|zwischen|vom|между|с|entre|desde)(?: the| dem| el)? \d{1,2}\.?|года|году|г\.)$)"
)
"""What a period leaves behind in a topic: prepositions, and the first day of `between 3 and 9 March`."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be found, and how it is to be told."""

    kind: Kind = "answer"
    topic: str = ""
    """What to search for: the question without the words that only say how to tell it; empty where nothing is left."""
    first: date | None = None
    """First day of what is asked about, for a timeline; None for any."""
    last: date | None = None
    """Last day, included."""
    title: str = ""
    """The article that is named, for a summary; empty for the one in focus, or for several on a topic."""


def task_of(question: str, *, focus: Focus, today: date) -> Task:
    """Return what kind of answer a question asks for, told by its words: English, German, Russian and Spanish ones.

    `What happened between 3 and 9 March?` asks for a timeline, `How do the papers differ on the strike?` for a comparison,
    `What is “Title” about?` for a summary. All else asks for an answer, and so does what happened with no day named.

    Args:
        question: stand-alone; what `condense.stand_alone` put before it becomes part of the topic.
        focus: where the question is asked; of a single article nothing is compared.
        today: the day that `last week` is told from.
    """
    line = " ".join(question.split())
    if len(line) <= _LONGEST:
        carried, asked = _parted(line)
        task = _task(line, today) or (_carrying(carried, _task(asked, today)) if carried else None)
        if task is not None and not (task.kind == "compare" and focus.article_id is not None):
            return task
    return Task("answer", question)


def _parted(line: str) -> tuple[str, str]:
    """Return what a stand-alone question was given of the conversation before it, empty if nothing, and the question."""
    parts = [match.end() for match in _CARRIED.finditer(line)]
    return (line[: parts[-1]].rstrip(" :"), line[parts[-1] :]) if parts else ("", line)


def _carrying(carried: str, task: Task | None) -> Task | None:
    """Return a task on what the conversation is about; an article in hand is not looked for by words."""
    if task is None or (task.kind == "summary" and not task.topic):
        return task
    return replace(task, topic=f"{carried} {task.topic}".rstrip())


def _task(line: str, today: date) -> Task | None:
    text = folded(line)
    return next(filter(None, (_told(forms, line, text, today) for forms in all_forms())), None)


def _told(forms: Forms, line: str, text: str, today: date) -> Task | None:
    """Return what one language's forms say of a question; None where none of them fits."""
    opening = forms.opening.match(text)
    begins = opening.end() if opening is not None else 0
    closing = forms.closing.search(text, begins)
    ends = closing.start() if closing is not None else len(text)

    def part(patterns: Sequence[re.Pattern[str]], name: str = "topic") -> str | None:
        """Return what stands in a group of the first form that fits, empty where it has none; None where none fits."""
        for pattern in patterns:
            if (match := pattern.fullmatch(text, begins, ends)) is not None:
                start, end = match.span(name) if name in pattern.groupindex else (0, 0)
                return line[max(start, 0) : max(end, 0)].strip()
        return None

    if (title := part(forms.titled, "title")) is not None:
        return Task("summary", title, title=title)
    if part(forms.this) is not None:
        return Task("summary")
    if (topic := part(forms.timeline)) is not None:
        return _timeline(topic, today)
    if (topic := part(forms.happened)) is not None:
        task = _timeline(topic, today)
        return task if (task.first or task.last) and not _TELLS_MORE.match(folded(task.topic)) else None
    if (topic := part(forms.compare)) is not None:
        return Task("compare", topic)
    if (topic := part(forms.summary)) is not None:
        return Task("summary", topic)
    return None


def _timeline(topic: str, today: date) -> Task:
    """Return a timeline of a topic in the periods that it names, which are no part of what to search for."""
    periods = periods_named(topic, today)
    rest = topic
    for period in sorted(periods, key=lambda period: -period.start):
        rest = f"{rest[: period.start].rstrip()} {rest[period.end :].lstrip()}"
    while (shorter := _AT_ENDS.sub("", rest)) != rest:
        rest = shorter
    first = min((period.first for period in periods), default=date.min)
    last = max((period.last for period in periods), default=date.max)
    return Task("timeline", rest, None if first == date.min else first, None if last == date.max else last)
