"""Pieces of a page to its lines: what stands at one height is one line, a table's row, or lines of two columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from ingest.documents.pdf_pages import Piece

CELLS = " | "
"""Stands between the cells of a table's row."""

_SAME_HEIGHT = 0.5  # of the lower piece that two pieces of one line share
_SAME_WORD = 0.15  # of a letter's height; up to there no space is between two pieces
_SAME_LINE = 0.6  # of a letter's height: a space of justified text
_WIDE_SPACE = 2.0  # the same where lines above or below run through the gap
_PROSE = 20  # characters; columns of text have longer lines on both sides, those of a table seldom
_NEIGHBOURS = 3  # lines above and below by which columns are told from a table
_MOST_PIECES = 1_500  # of a page; above, a map or a drawing, the order of the file is kept


def lines_of(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the lines from top to bottom; the cells of a table's row are joined by `CELLS`."""
    if len(pieces) > _MOST_PIECES:
        return list(pieces)
    rows = [list(_words_joined(row)) for row in _rows(pieces)]
    everything = [piece for row in rows for piece in row]
    return [line for row in rows for line in _cells_joined(row, everything)]


def _rows(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Yield what stands at the same height, from left to right."""
    row: list[Piece] = []
    for piece in sorted(pieces, key=lambda one: (one.middle, one.left)):
        if row and _shared(row[0], piece) < _SAME_HEIGHT:
            yield sorted(row, key=lambda one: one.left)
            row = []
        row.append(piece)
    if row:
        yield sorted(row, key=lambda one: one.left)


def _shared(one: Piece, other: Piece) -> float:
    lower = min(one.bottom - one.top, other.bottom - other.top)
    return (min(one.bottom, other.bottom) - max(one.top, other.top)) / max(lower, 0.1)


def _words_joined(row: list[Piece]) -> Iterator[Piece]:
    current = row[0]
    for piece in row[1:]:
        gap = (piece.left - current.right) / max(current.size, 1.0)
        if gap <= _SAME_LINE:
            current = _together(current, piece, " " if gap > _SAME_WORD else "")
        else:
            yield current
            current = piece
    yield current


def _cells_joined(row: list[Piece], everything: Sequence[Piece]) -> Iterator[Piece]:
    current = last = row[0]
    for piece in row[1:]:
        between = _between(last, piece, everything)
        if between is None:
            yield current
            current = piece
        else:
            current = _together(current, piece, between)
        last = piece
    yield current


def _between(left: Piece, right: Piece, everything: Sequence[Piece]) -> str | None:
    """Return what to put between two pieces of one height, or None when they belong to two columns."""
    size = max(left.size, 1.0)
    near = [one for one in everything if abs(one.middle - left.middle) < 2.5 * size and one.left < left.right]
    if right.left - left.right < _WIDE_SPACE * size and any(one.right > right.left for one in near):
        return " "
    lengths = (_usual_length(left, right, everything), _usual_length(right, left, everything))
    return CELLS if min(lengths) < _PROSE else None


def _usual_length(piece: Piece, other: Piece, everything: Sequence[Piece]) -> float:
    """Return how long the lines nearest to `piece` are that stand over or under it but not over or under `other`."""
    column = (one for one in everything if one is not piece and _over(one, piece) and not _over(one, other))
    nearest = sorted(column, key=lambda one: abs(one.middle - piece.middle))[: 2 * _NEIGHBOURS]
    return median([len(piece.text), *(len(one.text) for one in nearest)])


def _over(one: Piece, other: Piece) -> bool:
    return one.left < other.right and other.left < one.right


def _together(left: Piece, right: Piece, between: str) -> Piece:
    backwards = between != CELLS and _is_rtl(left.text) and _is_rtl(right.text)
    first, second = (right, left) if backwards else (left, right)
    return replace(
        left,
        text=f"{first.text}{between}{second.text}",
        top=min(left.top, right.top),
        right=max(left.right, right.right),
        bottom=max(left.bottom, right.bottom),
        size=left.size if len(left.text) >= len(right.text) else right.size,
    )


def _is_rtl(text: str) -> bool:
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text[:20])
