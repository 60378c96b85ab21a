"""Lines of a page to blocks of lines in the order in which a person reads them, column by column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.documents.pdf_pages import Piece

_SAME_SIZE = 1.15  # of two letters' heights in one block
_LEADING = 0.9  # of a letter's height: the widest space between two lines of one block
_OVERLAP = 0.5  # of the narrower of two lines
_NEAR = 3.0  # of a letter's height: a block is as wide as what it heads or follows at that distance
_MOST_BLOCKS = 120  # of a page; the order of more is not worth its time, they are read from the top


@dataclass(slots=True)
class Block:
    """Lines one under the other, of one size."""

    lines: list[Piece]

    @property
    def left(self) -> float:
        """The leftmost point of its lines."""
        return min(line.left for line in self.lines)

    @property
    def right(self) -> float:
        """The rightmost point of its lines."""
        return max(line.right for line in self.lines)

    @property
    def size(self) -> float:
        """Height of its letters."""
        sizes = sorted(line.size for line in self.lines)
        return sizes[len(sizes) // 2]


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float


def blocks_of(lines: Sequence[Piece]) -> list[Block]:
    """Return the blocks of a page in reading order."""
    return _in_order(_stacked(lines))


def _stacked(lines: Iterable[Piece]) -> list[Block]:
    blocks: list[Block] = []
    for line in lines:
        above = [block for block in blocks if _meets(block.lines[-1], line)]
        nearest = max(above, key=lambda block: block.lines[-1].bottom, default=None)
        # A line under two blocks that stand side by side belongs to neither.
        alone = nearest is not None and sum(_beside(nearest.lines[-1], block.lines[-1]) for block in above) == 0
        if nearest is not None and alone and _goes_on(nearest.lines[-1], line):
            nearest.lines.append(line)
        else:
            blocks.append(Block([line]))
    return blocks


def _meets(one: Piece, other: Piece) -> bool:
    return one.left < other.right and other.left < one.right


def _beside(one: Piece, other: Piece) -> bool:
    return one is not other and not _meets(one, other) and abs(one.middle - other.middle) < 3 * one.size


def _goes_on(last: Piece, line: Piece) -> bool:
    sizes = sorted((max(last.size, 0.1), max(line.size, 0.1)))
    gap = line.top - last.bottom
    shared = min(last.right, line.right) - max(last.left, line.left)
    return (
        sizes[1] <= _SAME_SIZE * sizes[0]
        and gap <= _LEADING * sizes[1]
        and shared >= _OVERLAP * min(last.right - last.left, line.right - line.left)
    )


def _in_order(blocks: list[Block]) -> list[Block]:
    """Sort blocks as Breuel does (High Performance Document Layout Analysis, 2003).

    One comes before another when it stands above it, or when it stands to its left and nothing that spans both lies
    between their heights.
    """
    if len(blocks) > _MOST_BLOCKS:
        return sorted(blocks, key=lambda block: (block.lines[0].top, block.left))
    drawn = [_Box(block.left, block.lines[0].top, block.right, block.lines[-1].bottom) for block in blocks]
    boxes = [_widened(box, block.size, drawn) for box, block in zip(drawn, blocks, strict=True)]
    order = sorted(range(len(blocks)), key=lambda n: (boxes[n].top, boxes[n].left))
    done: dict[int, None] = {}
    for n in order:
        _visit(n, boxes, order, done)
    return [blocks[n] for n in done]


def _widened(box: _Box, size: float, boxes: Sequence[_Box]) -> _Box:
    """Return a box as wide as its column: a centred or short heading spans what stands directly under or above it."""
    beside = [one for one in boxes if one is not box and one.top < box.bottom and box.top < one.bottom]
    column = [
        one
        for one in boxes
        if one.left < box.right and box.left < one.right
        and -_NEAR * size < max(one.top - box.bottom, box.top - one.bottom) < _NEAR * size
        and not any(one.left < other.right and other.left < one.right for other in beside)
    ]  # fmt: skip
    left, right = min([box.left, *(one.left for one in column)]), max([box.right, *(one.right for one in column)])
    return _Box(left, box.top, right, box.bottom)


def _visit(start: int, boxes: list[_Box], order: list[int], done: dict[int, None]) -> None:
    """Add a block after all that comes before it; a loop, as blocks can be in a circle and in a long chain."""
    pending, opened = [start], set(done)
    while pending:
        n = pending[-1]
        if n not in opened:
            opened.add(n)
            before = [other for other in order if other not in opened and _precedes(boxes[other], boxes[n], boxes)]
            pending.extend(reversed(before))
        else:
            pending.pop()
            done.setdefault(n)


def _precedes(one: _Box, other: _Box, boxes: Sequence[_Box]) -> bool:
    if one.left < other.right and other.left < one.right:
        return one.top < other.top
    if one.right > other.left:
        return False
    high, low = min(one.top, other.top), max(one.bottom, other.bottom)
    return not any(
        high < box.top < low
        and box.left < one.right and one.left < box.right
        and box.left < other.right and other.left < box.right
        for box in boxes
    )  # fmt: skip
