"""What a question says about the articles that it wants: their source, author or date, as a bonus and never as a filter."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from retrieval.models import Focus
from retrieval.named.date_words import folded
from retrieval.named.dates_named import NamedPeriod, periods_named
from retrieval.named.names_cited import CitedNames, Mention

# In units of the fused score, a sum of two z-scores of which the best candidate has 4 to 8. On half of the questions of
# MultiHop-RAG the share of evidence found is as good, within 0.01, for any source bonus from 1 to 4 and any period bonus
# from 1 to 3: what stands here is the lower part of that, so that a name that is only the topic does little.
_SOURCE: dict[Mention, float] = {"none": 0.0, "named": 1.0, "cited": 2.0}
_AUTHOR: dict[Mention, float] = {"none": 0.0, "named": 1.0, "cited": 2.0}
_PUBLISHED, _IN_PERIOD = 2.0, 1.0
_LATEST = 1.0
MOST = 5.0
"""The largest bonus of an article."""

_FADING = 7.0
"""Days after a period at which half of its bonus is left, and more for longer periods."""
_EARLY = 1.0
"""The same before it: an article can be a day older by the clock of another place."""
_ARCHIVE = 3650.0
"""Days before the newest article after which nothing counts as late."""

_LATE = re.compile(
    r"(?<!\w)(?:latest|newest|(?:most )?recent(?:ly)?|neu(?:e)?ste[nmrs]?|neulich|kurzlich|derniere?s?|recemment"
    r"|plus recente?s?|ultim[oaei]s?|mas recientes?|mais recentes?|piu recent[ei]|последн\w+|новейш\w+|недавн\w+"
    r"|сам\w+ (?:нов|свеж)\w+)(?!\w)|最新|最近"
)
_DATED = re.compile(
    r"(?:publish\w*|dated|posted|report(?:s|ed|ing)?|article|story|coverage|news|issue|piece|review|erschienen"
    r"|veroffentlicht|artikel|bericht\w*|meldung\w*|publie\w*|paru\w*|publicad\w+|articulo|noticias?|artigo|pubblicat\w+"
    r"|articolo|опубликован\w+|вышедш\w+|стать\w+|сообща\w+|новост\w+)"
    r"(?:\W+(?:at|from|of|on|in|am|im|vom|le|el|il|em|de|du|od|от|за|в|before|after|a|date|other|than|\d+:\d+)){0,3}\W*$"
)
_NEAR = 60
"""Characters before a date in which is told that it is the date of publication."""
_WIDEST = timedelta(days=366)
_MOST_FOCI = 3


@dataclass(frozen=True, slots=True)
class _Wanted:
    first: int
    last: int
    bonus: float
    fading: float


@dataclass(frozen=True, slots=True, eq=False)
class Preferences:
    """What a question names; false when that is nothing. Its texts stay out of the representation."""

    names: CitedNames = field(repr=False)
    periods: tuple[NamedPeriod, ...]
    latest: bool
    today: date
    newest: date
    """Last day of publication among the articles that are there, today at most: what is late is late beside it."""
    _wanted: tuple[_Wanted, ...] = field(repr=False)
    _known: dict[tuple[str | None, str | None, str | None], float] = field(repr=False, default_factory=dict)
    """Bonus by source, author and address: candidates share them."""

    def __bool__(self) -> bool:
        """Tell whether any article can get a bonus: a date is named, or a word that may be a name."""
        return bool(self._wanted) or self.latest or self.names.may_name

    def bonus(self, published: str | None, source: str | None, author: str | None, url: str | None) -> float:
        """Return what to add to the fused score of an article's passages, from 0 to `MOST`.

        Args:
            published: ISO 8601 year, month, date or moment; without one, or with another, there is no bonus for dates.
            source: name of its source.
            author: one or several names.
            url: its address, whose site counts where the article has no source, or where the site is cited.
        """
        if not self:
            return 0.0
        by = (source, author, url if source is None else None)
        named = self._known.get(by)
        if named is None:
            named = self._known[by] = self._named(*by)
        return min(MOST, named + self._dated(published)) if published else min(MOST, named)

    def foci(self, sources: Sequence[str]) -> tuple[Focus, ...]:
        """Return where else to look for candidates: in the cited sources, in the periods named, or in both; 3 at most.

        Periods of more than a year are left out.

        Args:
            sources: names of all sources of the catalogue.
        """
        cited = [source for source in sources if self.names.source(source) == "cited"][:_MOST_FOCI]
        narrow = [period for period in self.periods if period.last - period.first <= _WIDEST]
        within = [_focus(None, period) for period in narrow][:_MOST_FOCI]
        both = [_focus(source, period) for source in cited for period in narrow]
        if 0 < len(both) <= _MOST_FOCI:
            return tuple(dict.fromkeys(both))
        return tuple(dict.fromkeys([Focus(source=source) for source in cited] or within))

    def _named(self, source: str | None, author: str | None, url: str | None) -> float:
        by_source = _SOURCE[self.names.source(source)] if source else 0.0
        by_site = _SOURCE[self.names.host(url)] if url else 0.0
        by_author = _AUTHOR[self.names.author(author)] if author else 0.0
        return max(by_source, by_site) + by_author

    def _dated(self, published: str) -> float:
        if not (self._wanted or self.latest):
            return 0.0
        days = _days(published)
        if days is None:
            return 0.0
        best = max((wanted.bonus * _nearness(days, wanted) for wanted in self._wanted), default=0.0)
        return best + (_LATEST * self._lateness(days[1]) if self.latest else 0.0)

    def _lateness(self, day: int) -> float:
        """Return 1 for the newest day and 0 for one ten years older, by the logarithm.

        So days tell in a week's news and years in an archive.
        """
        away = abs(self.newest.toordinal() - day)
        return max(0.0, 1 - math.log1p(away) / math.log1p(_ARCHIVE))


def preferences(question: str, today: date, newest: date | None = None) -> Preferences:
    """Read from a question which source, author or date it names; never raises.

    Args:
        question: as the reader wrote it.
        today: the day that `yesterday` is told from.
        newest: last day of publication in the catalogue, today where it is not known.
    """
    text = folded(question)
    periods = periods_named(question, today)
    wanted = tuple(_want(period, text) for period in periods)
    latest = any(not _told(match.start(), periods) for match in _LATE.finditer(text))
    return Preferences(CitedNames(question), periods, latest, today, min(newest or today, today), wanted)


def _focus(source: str | None, period: NamedPeriod) -> Focus:
    """Return a period, with the days after it in which half of the bonus is left, as what to search in."""
    last = min(period.last.toordinal() + int(_FADING), date.max.toordinal())
    return Focus(source=source, from_=period.first.isoformat(), to=date.fromordinal(last).isoformat())


def _told(at: int, periods: Sequence[NamedPeriod]) -> bool:
    """Tell whether a word is part of a period: `последние 7 дней` are not the latest news."""
    return any(period.start <= at < period.end for period in periods)


def _want(period: NamedPeriod, text: str) -> _Wanted:
    first, last = period.first.toordinal(), period.last.toordinal()
    published = _DATED.search(text, max(0, period.start - _NEAR), period.start) is not None
    fading = max(_FADING, min(last - first, 366) / 2)
    return _Wanted(first, last, _PUBLISHED if published else _IN_PERIOD, fading)


def _nearness(days: tuple[int, int], wanted: _Wanted) -> float:
    """Return 1 within the period and less with the distance from it: news follow what happened, and seldom precede it."""
    if days[0] > wanted.last:
        return 1 / (1 + (days[0] - wanted.last) / wanted.fading)
    if days[1] < wanted.first:
        return math.exp2((days[1] - wanted.first) / _EARLY)
    return 1.0


def _days(published: str) -> tuple[int, int] | None:
    """Return the first and the last day, as ordinals, of an ISO 8601 year, month, date or moment."""
    try:
        if len(published) >= 10:
            day = date.fromisoformat(published[:10]).toordinal()
            return day, day
        year, _, month = published.partition("-")
        first = date(int(year), int(month or 1), 1)
        last = date(int(year) + (not month or month == "12"), int(month) % 12 + 1 if month else 1, 1)
        return first.toordinal(), last.toordinal() - 1
    except ValueError:
        return None
