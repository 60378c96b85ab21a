"""Article to passages: runs of whole sentences that fill, and never pass, the encoder's window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from ingest.sentences import best_cut, paragraph_starts, sentences, trimmed
from retrieval.models import Article, Passage, Span

CHUNKER = 1
"""Version of the rules here; stored with the catalogue."""

MOST_TITLE_PIECES = 48
"""A title's share of the window, in word pieces: longer titles are cut at a word for the encoder."""

_FULL_ENOUGH = 0.6  # share of the window from which a passage rather ends with its paragraph

CountPieces = Callable[[Sequence[str]], list[int]]


def title_for_encoder(title: str, count: CountPieces) -> str:
    """Return as many of the title's first words as fit into `MOST_TITLE_PIECES`."""
    words = title.split()
    while words and count([" ".join(words)])[0] > MOST_TITLE_PIECES:
        words = words[: len(words) * 3 // 4]
    return " ".join(words)


def passages(article: Article, count: CountPieces, budget: int) -> list[Passage]:
    """Cut an article into passages that tile its text, none of more than `budget` word pieces.

    Args:
        article: with canonical text, not blank.
        count: the number of word pieces of each text.
        budget: word pieces a passage may have, at least 8.
    """
    text = article.text
    spans = _fitting(text, sentences(text, article.language), count, budget)
    lengths = count([text[span.start : span.end] for span in spans])
    breaks = paragraph_starts(text)
    groups = _packed(spans, lengths, breaks, budget)
    groups = [part for group in groups for part in _checked(text, group, count, budget)]
    starts = [0, *(group[0].start for group in groups[1:]), len(text)]
    return [Passage(start, end, tuple(group)) for (start, end), group in zip(pairwise(starts), groups, strict=True)]


def _fitting(text: str, spans: Sequence[Span], count: CountPieces, budget: int) -> list[Span]:
    """Return the sentences with those halved, again and again, that alone are over the budget."""
    waiting, fitting = list(spans), []
    while waiting:
        lengths = count([text[span.start : span.end] for span in waiting])
        halves = []
        for span, length in zip(waiting, lengths, strict=True):
            if length <= budget or span.end - span.start < 2:
                fitting.append(span)
            else:
                cut = best_cut(text, span.start, (span.start + span.end + 1) // 2)
                cut = cut if span.start < cut < span.end else (span.start + span.end) // 2
                halves += [half for half in (trimmed(text, span.start, cut), trimmed(text, cut, span.end)) if half]
        waiting = halves
    return sorted(fitting, key=lambda span: span.start)


def _packed(spans: Sequence[Span], lengths: Sequence[int], breaks: set[int], budget: int) -> list[list[Span]]:
    groups: list[list[Span]] = []
    filled = 0
    for span, length in zip(spans, lengths, strict=True):
        ends_well = span.start in breaks and filled >= _FULL_ENOUGH * budget
        if not groups or filled + length > budget or ends_well:
            groups.append([])
            filled = 0
        groups[-1].append(span)
        filled += length
    return groups


def _checked(text: str, group: list[Span], count: CountPieces, budget: int) -> list[list[Span]]:
    """Split a group whose sentences touch inside a word and are more word pieces together than apart."""
    touching = any(a.end == b.start for a, b in pairwise(group))
    if not touching or count([text[group[0].start : group[-1].end]])[0] <= budget:
        return [group]
    half = len(group) // 2
    return _checked(text, group[:half], count, budget) + _checked(text, group[half:], count, budget)
