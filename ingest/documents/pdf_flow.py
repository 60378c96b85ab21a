"""Blocks of all pages to one text: paragraphs whole again, words at line ends rejoined, the offset of each page kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ingest.documents.pdf_blocks import Block
from ingest.documents.pdf_lines import CELLS
from ingest.documents.pdf_pages import HYPHEN, Piece
from ingest.normalize import one_line

_INDENT = 0.8  # of a letter's height
_SHORT = 0.15  # of a block's width that a paragraph's last line leaves free
_SAME_SIZE = 1.12  # of two blocks that one paragraph runs through
_ENDS = re.compile(r"[.!?…:。！？][\"'”’»)\]]*$")
_ITEM = re.compile(r"(?:[•‣▪◦●○■–—*·]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")
_WORDS = re.compile(r"\w+(?:-\w+)*")
_LAST_WORD = re.compile(r"[\w-]*\w$")
_FIRST_WORD = re.compile(r"^\w+")
_DIVIDED = re.compile(r"(?<=\w)[-\u00ad\u2010\x02]$")
_TAIL = 60  # characters of a text that its end is told by
_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text of one page that belongs together; it may go on from the page before."""

    text: str
    size: float
    line: bool = False
    """It stands on the line after the one before, as an item of a list or a row of a table does."""


@dataclass(frozen=True, slots=True)
class Flow:
    """The whole text, and the offset at which each page begins in it."""

    text: str
    pages: tuple[int, ...]


def vocabulary(pages: Iterable[Sequence[Piece]]) -> frozenset[str]:
    """Return the words of a document, whole ones and compounds with hyphens, in lower case."""
    return frozenset(
        word.lower() for lines in pages for line in lines for word in _WORDS.findall(line.text.translate(_LIGATURES))
    )


def paragraphs_of(blocks: Iterable[Block], words: frozenset[str]) -> Iterator[Paragraph]:
    """Yield the paragraphs of a page's blocks."""
    for block in blocks:
        left, right, size = block.left, block.right, block.size
        text, item, before = "", False, None
        for line in block.lines:
            row = CELLS in line.text or _ITEM.match(line.text) is not None
            if before is None or row or CELLS in before.text or _breaks(before, line, left, right):
                if text:
                    yield Paragraph(_clean(text), size, item)
                item = row and before is not None
                text = line.text
            else:
                text = joined(text, line.text, words)
            before = line
        yield Paragraph(_clean(text), size, item)


def flow_of(pages: Iterable[Iterable[Paragraph]], words: frozenset[str]) -> Flow:
    """Return one text; a paragraph that goes on in the next column or on the next page is one."""
    written: list[str] = []
    starts: list[int] = []
    length = 0
    last: Paragraph | None = None
    for page in pages:
        began = False
        for paragraph in page:
            if not paragraph.text.strip():
                continue
            if last is None:
                piece, start = paragraph.text, 0
            elif _continues(last, paragraph):
                whole = joined(written[-1], paragraph.text, words)
                kept = len(whole) - len(paragraph.text)
                length += kept - len(written[-1])
                written[-1], piece, start = whole[:kept], paragraph.text, 0
            else:
                start = 1 if paragraph.line else 2
                piece = "\n" * start + paragraph.text
            if not began:
                starts.append(length + start)
                began = True
            written.append(piece)
            length += len(piece)
            last = paragraph
        if not began:
            starts.append(-1)
    text = "".join(written)
    return Flow(text, _filled(starts, len(text)))


def joined(above: str, below: str, words: frozenset[str]) -> str:
    """Return two lines as one: with a space, without one between Chinese or Japanese letters, with divided words whole.

    A hyphen stays where the document writes the word with it elsewhere, and before capitals and digits.
    """
    if not _DIVIDED.search(above[-2:]):
        wide = above and below and _is_wide(above[-1]) and _is_wide(below[0])
        return f"{above}{'' if wide else ' '}{below}"
    stem = above[:-1]
    first, second = _LAST_WORD.search(stem[-_TAIL:]), _FIRST_WORD.search(below)
    if first is None or second is None:
        return f"{stem}- {below}"
    whole, compound = f"{first[0]}{second[0]}".lower(), f"{first[0]}-{second[0]}".lower()
    if whole not in words and (compound in words or not second[0][0].islower()):
        return f"{stem}-{below}"
    return f"{stem}{below}"


def _breaks(before: Piece, line: Piece, left: float, right: float) -> bool:
    indent = _INDENT * line.size
    if line.left > left + indent and before.left <= left + indent:
        return True
    free = right - before.right
    return free > _SHORT * (right - left) and _ENDS.search(before.text[-_TAIL:]) is not None


def _continues(last: Paragraph, paragraph: Paragraph) -> bool:
    sizes = sorted((max(last.size, 0.1), max(paragraph.size, 0.1)))
    if sizes[1] > _SAME_SIZE * sizes[0] or paragraph.line or CELLS in last.text or CELLS in paragraph.text:
        return False
    open_end = _ENDS.search(last.text[-_TAIL:]) is None
    return open_end and (paragraph.text[0].islower() or _DIVIDED.search(last.text[-2:]) is not None)


def _clean(text: str) -> str:
    """Return a paragraph in its canonical form on one line; a divided word at its end keeps its mark."""
    plain = one_line(text.translate(_LIGATURES).replace("\u00ad", "").replace("\ufffe", ""))
    return f"{plain}-" if text.endswith((HYPHEN, "\u00ad")) else plain


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in ("W", "F") and not "\uac00" <= letter <= "\ud7a3"


def _filled(starts: list[int], end: int) -> tuple[int, ...]:
    """Give a page without text the offset of the next one."""
    following = end
    filled: list[int] = []
    for start in reversed(starts):
        following = start if start >= 0 else following
        filled.append(following)
    return tuple(reversed(filled))
