"""What happened when: sentences by the day that they tell of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from retrieval.models import Article, Focus
from retrieval.named.dates_named import NamedPeriod, periods_named
from retrieval.quotes import Evidence
from retrieval.tasks import Task
from retrieval.topics import Saying, in_turns

_WIDEST = timedelta(days=366)
"""The widest period that is a date: what lasted longer did not happen then."""
_UNDATED = date(9000, 1, 1)
"""What stands for the day of an article that has none: dates that are told from it are after `_LAST_YEAR`."""
_LAST_YEAR = 2100


@dataclass(frozen=True, slots=True)
class _Dated:
    day: date
    own: bool
    """Whether the sentence itself names the day, and not only its article."""
    saying: Saying


def by_date(sayings: Sequence[Saying], task: Task, most: int) -> list[Saying]:
    """Return at most so many sentences in the order of what they tell, all within the task's period.

    A sentence tells of the day that it names, else of the day on which its article was published. The best one of each
    article comes first, then further ones that name a day.

    Args:
        sayings: the most telling first.
        task: a timeline; without a period all dates count.
        most: how many, at least 1.
    """
    dated = {id(saying): when for saying in sayings if (when := _dated(saying, task)) is not None}
    placed = [saying for saying in sayings if id(saying) in dated]
    first: set[str] = set()
    worth_telling = []
    for saying in placed:
        if dated[id(saying)].own or saying.evidence.article.id not in first:
            worth_telling.append(saying)
        first.add(saying.evidence.article.id)
    told = in_turns(worth_telling, lambda saying: saying.evidence.article.id, most)
    return sorted(told, key=lambda saying: (dated[id(saying)].day, *_order(saying.evidence)))


def within(focus: Focus, task: Task) -> Focus:
    """Return the part of a focus that was published in a task's period."""
    begins = [day for day in (focus.from_, task.first and task.first.isoformat()) if day]
    ends = [day for day in (focus.to, task.last and task.last.isoformat()) if day]
    return replace(focus, from_=max(begins, default=None), to=min(ends, default=None))


def _order(item: Evidence) -> tuple[str, str, int]:
    return item.article.published or "", item.article.id, item.span.start


def _dated(saying: Saying, task: Task) -> _Dated | None:
    """Return when what a sentence tells happened; None where that is not known, or outside the period."""
    published = published_on(saying.evidence.article)
    named = [period for period in periods_named(saying.evidence.text, published or _UNDATED) if _is_date(period)]
    wanted = [period for period in named if _meets(period.first, period.last, task)]
    if wanted:
        return _Dated(wanted[0].first, True, saying)
    if named or published is None or not _meets(published, published, task):
        return None
    return _Dated(published, False, saying)


def _is_date(period: NamedPeriod) -> bool:
    return period.last - period.first <= _WIDEST and period.last.year <= _LAST_YEAR


def _meets(first: date, last: date, task: Task) -> bool:
    return (task.first is None or last >= task.first) and (task.last is None or first <= task.last)


def published_on(article: Article) -> date | None:
    """Return the day an article was published, the first one where only month or year are known."""
    parts = (article.published or "")[:10].split("-")
    try:
        return date(*(int(part) for part in [*parts, "1", "1"][:3]))
    except ValueError:
        return None
