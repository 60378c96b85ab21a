"""What becomes of articles that are gone: kept, marked or removed, unless too many are gone at once to be believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.watching.desk import Desk
from ingest.watching.remembered import Missing
from ingest.watching.sources import Policy
from ingest.watching.state import State
from ingest.watching.storing import Store
from retrieval.errors import ArticleError

_FEW = 5  # items or articles; fewer may all be gone at once


class TooManyGone(ArticleError):
    """So much of a source is gone that rather something is wrong with it."""


@dataclass(frozen=True, slots=True)
class Departures:
    """Articles of one source that are gone, and what is to become of them."""

    number: int
    policy: Policy
    articles: tuple[str, ...]


def departures(desk: Desk, *, accept: bool) -> Departures:
    """Return what is gone of a source after a round.

    Raises:
        TooManyGone: it is more than half of the source and nobody said that this is right; nothing is to become of it.
    """
    source = desk.source
    missing = desk.state.missing(desk.number)
    if source.gone != "keep" and not accept:
        _demand_likely(missing, source.name)
    return Departures(desk.number, source.gone, missing.articles)


def _demand_likely(missing: Missing, name: str) -> None:
    for what, gone, of in (
        ("pages or files", missing.items, missing.all_items),
        ("articles", len(missing.articles), missing.all_articles),
    ):
        if gone >= _FEW and 2 * gone > of:
            raise TooManyGone(f"{gone} of its {of} {what} are gone at once; nothing was removed")


def deal_with(
    some: Sequence[Departures], state: State, store: Store, day: str, under_way: Callable[[], set[str]]
) -> str:
    """Mark and remove articles as each source wants it, and remember that it was done; return any trouble in a sentence.

    Called while nobody else changes the catalogue. What another item brings at this moment stays.
    """
    stay = under_way()
    gone = [(entry, tuple(article for article in entry.articles if article not in stay)) for entry in some]
    store.mark([id_ for entry, articles in gone if entry.policy == "mark" for id_ in articles], day)
    trouble = store.remove(
        list({id_: None for entry, articles in gone if entry.policy == "remove" for id_ in articles})
    )
    for entry, articles in gone:
        state.settle(entry.number, articles, day)
    return trouble
