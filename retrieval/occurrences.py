"""Every place where exact words stand in the articles."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.folding import fold, sought
from retrieval.lexical import question_terms
from retrieval.models import ArticleEntry, Focus, Occurrences, Place, Quote, Span
from retrieval.quotes import quote_at
from retrieval.snapshot import Snapshot

_RAREST = 4  # words by which articles are chosen; what further ones would sort out is not worth looking them up
# These part words in the full-text index and, to a reader, do not: soft hyphen, zero-width non-joiner and joiner.
_UNSEEN = "\u00ad\u200c\u200d"


@dataclass(frozen=True, slots=True)
class _Found:
    """An article in which words stand, and where in its folded text."""

    entry: ArticleEntry
    starts: tuple[int, ...]


def occurrences(snapshot: Snapshot, words: str, offset: int, limit: int, focus: Focus) -> Occurrences:
    """Return `limit` of the places where words stand, from `offset` on, each with the sentences that it is in.

    The articles in the focus are searched, the newest first. Words are compared folded; inside longer words they are
    found only if they stand nowhere as whole words.
    """
    words = unicodedata.normalize("NFC", words)  # as the articles are
    wanted = sought(words)
    found = _found(snapshot, words, wanted, snapshot.entries(focus)) if wanted else []
    cut = _cut(snapshot, found, len(wanted), offset, limit)
    return Occurrences(
        quotes=tuple(quote for quote, _ in cut),
        marks=tuple(mark for _, mark in cut),
        total=sum(len(item.starts) for item in found),
    )


def _found(snapshot: Snapshot, words: str, wanted: str, entries: Sequence[ArticleEntry]) -> list[_Found]:
    with_all = _articles_with_all(snapshot, words)
    if with_all is not None:
        whole, _ = _standing(snapshot, wanted, [entry for entry in entries if entry.key in with_all])
        if whole:
            return whole
    # The first and the last word may be parts of words, which the full-text index does not know.
    with_inner = _articles_with_all(snapshot, " ".join(words.split()[1:-1]))
    if with_inner is not None:
        with_inner |= snapshot.articles_with_character(_UNSEEN)
        entries = [entry for entry in entries if entry.key in with_inner]
    whole, anywhere = _standing(snapshot, wanted, entries)
    return whole or anywhere


def _articles_with_all(snapshot: Snapshot, words: str) -> set[int] | None:
    """Return the keys of the articles that hold all the words, as far as the index knows them; None if it knows none."""
    groups = question_terms(words, snapshot.languages())
    if not groups:
        return None
    frequencies = snapshot.document_frequencies([term for group in groups for term in group])
    groups.sort(key=lambda group: sum(frequencies[term] for term in group))
    return set.intersection(*(snapshot.articles_with(group) for group in groups[:_RAREST]))


def _standing(snapshot: Snapshot, wanted: str, entries: Sequence[ArticleEntry]) -> tuple[list[_Found], list[_Found]]:
    """Return in which articles something folded stands as whole words, and, if in none, in which it stands at all."""
    whole: list[_Found] = []
    anywhere: list[_Found] = []
    for entry in entries:
        folded = fold(snapshot.text(entry.key))
        if wanted not in folded.text:
            continue
        if starts := tuple(folded.places(wanted, whole=True)):
            whole.append(_Found(entry, starts))
        elif not whole and (starts := tuple(folded.places(wanted))):
            anywhere.append(_Found(entry, starts))
    return whole, anywhere


def _cut(snapshot: Snapshot, found: Sequence[_Found], length: int, offset: int, limit: int) -> list[tuple[Quote, Span]]:
    """Return quotes with what is to be marked in them; `length` is that of the folded words."""
    cut: list[tuple[Quote, Span]] = []
    before = 0
    for item in found:
        first, before = before, before + len(item.starts)
        chosen = range(max(first, offset), min(before, offset + limit))
        stored = snapshot.article(item.entry.id) if chosen else None
        if stored is None:
            continue
        folded = fold(stored.article.text)
        for n in chosen:
            start = item.starts[n - first]
            mark = folded.span(start, start + length)
            span = _sentences(snapshot, stored.key, mark)
            place = Place(stored.article.id, stored.version, span.start, span.end)
            cut.append((quote_at(stored, place, n + 1), mark))
    return cut


def _sentences(snapshot: Snapshot, key: int, mark: Span) -> Span:
    """Return the span of the sentences that a mark touches, and at least the mark."""
    spans = [mark, *snapshot.sentences_meeting(key, mark)]
    return Span(min(span.start for span in spans), max(span.end for span in spans))
