"""Where the sentences of an article stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from sentencex import get_sentence_boundaries

from retrieval.models import Span

LONGEST = 600
"""Characters a sentence may have; a longer one is cut at a clause or a word."""

_BLOCK = re.compile(r"\S(?:.|\n(?!\s*\n))*")  # lines up to a blank one
_END = re.compile(r"[.!?…。！？।؟:;][\"'”’»)\]]*\s*$")
_CLAUSE = re.compile(r"[,;:–—、，；：]\s*")
_WIDEST_WRAP = 100


def sentences(text: str, language: str | None) -> list[Span]:
    """Return the sentences of a canonical text in order, without the white space around them, none over `LONGEST`."""
    spans: list[Span] = []
    for start, end in _lines(text):
        for span in _segments(text, start, end, language or "en"):
            spans.extend(_pieces(text, span))
    return spans


def paragraph_starts(text: str) -> set[int]:
    """Return the offsets at which paragraphs start: after a blank line, or after a newline that ends a sentence."""
    return {start for start, _ in _lines(text)}


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield runs of text that no sentence crosses: paragraphs, or single lines of a block that is not hard-wrapped."""
    for block in _BLOCK.finditer(text):
        if _is_wrapped(block.group()):
            yield block.span()
            continue
        for line in re.finditer(r"[^\n]+", block.group()):
            yield block.start() + line.start(), block.start() + line.end()


def _is_wrapped(block: str) -> bool:
    """Tell whether the lines of a block are one paragraph, broken where the page was full."""
    lines = block.split("\n")
    if len(lines) < 2:
        return True
    widest = max(map(len, lines))
    full = all(len(line) >= 0.6 * widest for line in lines[:-1])
    runs_on = any(not _END.search(line) for line in lines[:-1])
    return widest <= _WIDEST_WRAP and full and runs_on and not re.search(r"^\s*([-*•]|\d+[.)])\s", block, re.M)


def _segments(text: str, start: int, end: int, language: str) -> Iterator[Span]:
    cuts = [start + found["start_index"] for found in get_sentence_boundaries(language, text[start:end])]
    cuts = [cut for cut in cuts if cut == start or not _runs_on(text, cut)]
    for first, last in zip(cuts, [*cuts[1:], end], strict=True):
        span = trimmed(text, first, last)
        if span is not None:
            yield span


def _runs_on(text: str, cut: int) -> bool:
    """Tell whether a sentence goes on after a cut: the next word is in lower case, as after an abbreviation."""
    return text[cut].islower() and text[cut - 1].isspace()


def trimmed(text: str, start: int, end: int) -> Span | None:
    """Return the span `start:end` without the white space at its ends, or None when there is nothing else."""
    part = text[start:end]
    if not part.strip():
        return None
    return Span(start + len(part) - len(part.lstrip()), start + len(part.rstrip()))


def _pieces(text: str, span: Span) -> Iterator[Span]:
    start = span.start
    while span.end - start > LONGEST:
        cut = best_cut(text, start, start + LONGEST)
        piece = trimmed(text, start, cut)
        if piece is not None:
            yield piece
        start = cut
    last = trimmed(text, start, span.end)
    if last is not None:
        yield last


def best_cut(text: str, start: int, end: int) -> int:
    """Return the best place to cut `text[start:...]` at or before `end`: a clause, a space, or between characters."""
    half = start + (end - start) // 2
    clauses = [match.end() for match in _CLAUSE.finditer(text, half, end)]
    if clauses:
        return clauses[-1]
    for cut in range(end, half, -1):
        if text[cut - 1].isspace():
            return cut
    cut = end
    while cut > half and (unicodedata.combining(text[cut]) or "\u200d" in text[cut - 1 : cut + 1]):
        cut -= 1
    return cut if cut > half else end
