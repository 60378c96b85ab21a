"""Whether an article fits the words with which a list of articles is searched."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.folding import fold
from retrieval.models import ArticleEntry

_DAY = r"\d{4}(?:-\d\d(?:-\d\d)?)?"
_DATES = re.compile(rf"(?P<first>{_DAY})?(?P<between>\.\.+)?(?P<last>{_DAY})?", re.ASCII)


def matches(entry: ArticleEntry, words: Sequence[str]) -> bool:
    """Tell whether each of the folded words stands in title, source or author, or is a date the article is of."""
    described = fold("\n".join(filter(None, (entry.title, entry.source, entry.author)))).text
    return all(word in described or _is_of(entry.published, word) for word in words)


def _is_of(published: str | None, word: str) -> bool:
    dates = _DATES.fullmatch(word)
    if published is None or dates is None or not (dates["first"] or dates["last"]):
        return False
    if dates["between"] is None:
        return dates["last"] is None and _order(published, word) == 0
    after_first = dates["first"] is None or _order(published, dates["first"]) >= 0
    return after_first and (dates["last"] is None or _order(published, dates["last"]) <= 0)


def _order(published: str, day: str) -> int:
    """Compare two dates as far as both are given: an article of 2025 may be of March 2025. Below 0: it came before."""
    length = min(len(published), len(day))
    a, b = published[:length], day[:length]
    return (a > b) - (a < b)
