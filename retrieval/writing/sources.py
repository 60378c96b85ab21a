"""Passages to the numbered sources of a prompt: neighbours put together, as many as the budget has room for. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from retrieval.models import Article
from retrieval.quotes import Evidence


@dataclass(frozen=True, slots=True)
class Source:
    """A run of an article: passages that follow each other in it."""

    article: Article
    sentences: tuple[Evidence, ...]
    """In reading order."""


def fitting(
    passages: Sequence[tuple[Evidence, ...]], room: int, cost: Callable[[Source], int]
) -> list[tuple[Evidence, ...]]:
    """Return as many passages as there is room for, best first.

    One that does not fit whole is shown as the best of its sentences with as many around it as fit; passages behind it are
    still taken if they are short enough.

    Args:
        passages: best first, each the sentences of one in reading order.
        room: tokens.
        cost: of a source, in tokens.
    """
    taken: list[tuple[Evidence, ...]] = []
    for passage in filter(None, passages):
        shown = passage
        while shown and (price := cost(Source(shown[0].article, shown))) > room:
            shown = _shortened(shown)
        if shown:
            room -= price
            taken.append(shown)
    return taken


def put_together(passages: Sequence[tuple[Evidence, ...]]) -> list[Source]:
    """Return passages as sources: those that follow each other in an article become one, where the better one stood.

    A sentence that stands in several of them stands in the source once.
    """
    runs: list[tuple[Evidence, ...]] = []
    for passage in filter(None, passages):
        joined = passage
        place = len(runs)
        while (n := next((n for n, run in enumerate(runs) if _follow(run, joined)), None)) is not None:
            joined = _joined(runs.pop(n), joined)
            place = min(place, n)
        runs.insert(place, joined)
    return [Source(run[0].article, run) for run in runs]


def _shortened(passage: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Leave out the sentence at that end which is the farther from the best one."""
    best = max(range(len(passage)), key=lambda n: passage[n].score)
    return passage[1:] if best > len(passage) - 1 - best else passage[:-1]


def _follow(a: tuple[Evidence, ...], b: tuple[Evidence, ...]) -> bool:
    """Tell whether nothing but white space stands between two runs of sentences, or they overlap."""
    if a[0].article.id != b[0].article.id:
        return False
    first, second = sorted((a, b), key=lambda run: run[0].span.start)
    return not a[0].article.text[first[-1].span.end : second[0].span.start].strip()


def _joined(a: tuple[Evidence, ...], b: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    by_span = {item.span: item for item in sorted((*a, *b), key=lambda item: item.score)}
    return tuple(by_span[span] for span in sorted(by_span, key=lambda span: (span.start, span.end)))
