"""Article to passages: runs of whole sentences, never more than the encoder's window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from ingest.sentences import best_cut, paragraph_starts, sentences, trimmed
from retrieval.models import Article, Passage, Span

MOST_TITLE_PIECES = 48
"""A title's share of the window, in word pieces, and never more than a quarter of it: longer titles are cut at a word."""

MOST_CHARACTERS = 700
"""Of a passage that is more than one sentence: docs/evaluation.md tells what is found with shorter and longer ones."""

_FULL_ENOUGH = 0.6  # share of the most it may have from which a passage rather ends with its paragraph

CountPieces = Callable[[Sequence[str]], list[int]]


def title_for_encoder(title: str, count: CountPieces, window: int) -> str:
    """Return as many of the title's first words as fit into its share of the encoder's window."""
    most = min(MOST_TITLE_PIECES, window // 4)
    words = title.split()
    while words and count([" ".join(words)])[0] > most:
        words = words[: len(words) * 3 // 4]
    return " ".join(words)


def passages(
    article: Article, count: CountPieces, budget: int, most_characters: int = MOST_CHARACTERS
) -> list[Passage]:
    """Cut an article into passages that tile its text, none of more than `budget` word pieces.

    Args:
        article: with canonical text, not blank.
        count: the number of word pieces of each text.
        budget: word pieces a passage may have, at least 8.
        most_characters: of a passage that is more than one sentence.
    """
    text = article.text
    spans = _fitting(text, sentences(text, article.language), count, budget)
    # with the white space before each, which is word pieces to some models
    lengths = count([text[before.end : span.end] for before, span in pairwise([Span(0, 0), *spans])])
    breaks = paragraph_starts(text)
    groups = _checked(text, _packed(spans, lengths, breaks, budget, most_characters), count, budget)
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


def _packed(
    spans: Sequence[Span], lengths: Sequence[int], breaks: set[int], budget: int, most_characters: int
) -> list[list[Span]]:
    groups: list[list[Span]] = []
    pieces = 0
    for span, length in zip(spans, lengths, strict=True):
        first = groups[-1][0].start if groups else span.start
        full = max(pieces / budget, (groups[-1][-1].end - first if groups else 0) / most_characters)
        over = pieces + length > budget or span.end - first > most_characters
        if not groups or over or (span.start in breaks and full >= _FULL_ENOUGH):
            groups.append([])
            pieces = 0
        groups[-1].append(span)
        pieces += length
    return groups


def _checked(text: str, groups: Sequence[list[Span]], count: CountPieces, budget: int) -> list[list[Span]]:
    """Split groups that are more word pieces together than their sentences apart, as where those touch inside a word."""
    checked = []
    lengths = count([text[group[0].start : group[-1].end] for group in groups])
    for group, length in zip(groups, lengths, strict=True):
        half = len(group) // 2
        fits = length <= budget or half == 0
        checked += [group] if fits else _checked(text, [group[:half], group[half:]], count, budget)
    return checked
