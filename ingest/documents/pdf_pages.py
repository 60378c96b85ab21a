"""PDFium's view of a document: for each page the pieces of its lines, with where they stand and how large they are."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retrieval.errors import ArticleError

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

HYPHEN = "\x02"
"""What PDFium gives for a hyphen that only divides a word at the end of a line."""

_MOST_PAGES = 5_000
_MOST_CHARACTERS = 200_000  # of one page; a dense newspaper page has 20,000
_SAMPLED = 200  # letters of a page that are looked at for whether the file says which they are
_GAP = 1.0  # widths of a letter's height between two words of one piece; wider gaps part columns and cells
_JUMP = 0.5  # of a letter's height, up or down, at which another line begins
_ENDS = {0x0A, 0x0D}


@dataclass(frozen=True, slots=True)
class Piece:
    """Letters of one line that stand together. Points; y grows downwards from the top of the page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    """Height of its letters."""

    @property
    def middle(self) -> float:
        """Height at which it stands."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its pieces in the order of the file, its height, and whether there are pictures on it."""

    pieces: tuple[Piece, ...]
    height: float
    pictures: bool
    unreadable: float = 0.0
    """Share of letters of which the file does not say which they are."""


def open_pdf(data: bytes) -> PdfDocument:
    """Open a PDF without a password.

    Raises:
        ArticleError: it is encrypted, damaged, empty or no PDF.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise ArticleError(_unopened(error, data)) from error
    if not 0 < len(document) <= _MOST_PAGES:
        pages = len(document)
        document.close()
        raise ArticleError(f"has {pages} pages; at most {_MOST_PAGES} are read" if pages else "has no pages")
    return document


def pages_of(document: PdfDocument) -> Iterator[Page]:
    """Yield the pages in order; one that cannot be loaded is empty."""
    import pypdfium2

    for number in range(len(document)):
        try:
            page = document[number]
        except pypdfium2.PdfiumError:
            yield Page((), 0, False)
            continue
        with closing(page):
            yield _page(page)


def _unopened(error: Any, data: bytes) -> str:
    from pypdfium2 import raw

    # PDFium leaves the error of an earlier file standing where it has none for this one.
    if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY) and b"/Encrypt" in data:
        return "is encrypted; save it without a password"
    return "is damaged or no PDF; open it and save it anew"


def _page(page: PdfPage) -> Page:
    from pypdfium2 import PdfiumError, raw

    try:
        text = page.get_textpage()
    except PdfiumError:
        return Page((), 0, False)
    with closing(text):
        count = min(text.count_chars(), _MOST_CHARACTERS)
        runs = list(_runs(text.raw, count))
        looked_at = range(0, count, max(1, count // _SAMPLED))
        unknown = sum(raw.FPDFText_HasUnicodeMapError(text.raw, n) == 1 for n in looked_at)
    turned = Counter(angle for angle, _ in runs).most_common(1)
    angle = turned[0][0] if turned else 0
    left, bottom, right, top = box = page.get_cropbox()
    pieces = tuple(piece for turn, words in runs if turn == angle for piece in _pieces(words, angle, box))
    height = right - left if angle % 2 else top - bottom
    return Page(pieces, height, _has_pictures(page), unknown / max(1, len(looked_at)))


_Corners = tuple[float, float, float, float]  # left, bottom, right, top as PDF has them, or left, top, right, bottom
_Word = tuple[str, _Corners]


def _runs(text: Any, count: int) -> Iterator[tuple[int, list[_Word]]]:
    """Yield the words of what PDFium takes for a line, and its direction in quarter turns.

    Only the first and the last letter of a word are asked for where they are, which takes most of the time.
    """
    from pypdfium2 import raw

    unicode_of = raw.FPDFText_GetUnicode
    words: list[_Word] = []
    start, first = -1, 0
    letters: list[str] = []
    for n in range(count + 1):
        code = unicode_of(text, n) if n < count else 0x0A
        letter = chr(code) if 0 < code < 0x110000 else ""
        if letter and not letter.isspace():
            start = n if start < 0 else start
            letters.append(letter)
            if letter != HYPHEN:  # it ends a line, and no line end follows it
                continue
        last = n if letter == HYPHEN else n - 1
        if start >= 0 and letter and (corners := _corners(text, start, last)):
            first = first if words else start
            words.append(("".join(letters), corners))
        if letter:
            start, letters = -1, []
        if (code in _ENDS or letter == HYPHEN) and words:
            yield _quarter(text, first), words
            words = []


def _corners(text: Any, first: int, last: int) -> _Corners | None:
    from pypdfium2 import raw

    one, other = raw.FS_RECTF(), raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(text, first, ctypes.byref(one)):
        return None
    if last == first or not raw.FPDFText_GetLooseCharBox(text, last, ctypes.byref(other)):
        other = one
    return (
        min(one.left, other.left),
        min(one.bottom, other.bottom),
        max(one.right, other.right),
        max(one.top, other.top),
    )


def _quarter(text: Any, index: int) -> int:
    from pypdfium2 import raw

    angle = raw.FPDFText_GetCharAngle(text, index)
    return round(angle / (math.pi / 2)) % 4 if angle > 0 else 0


def _pieces(words: list[_Word], angle: int, box: _Corners) -> Iterator[Piece]:
    """Part a line where columns or cells do, and where PDFium has run two lines into one."""
    piece: list[_Word] = []
    for word, corners in words:
        upright = _upright(corners, angle, box)
        if piece and _parted(piece[-1][1], upright):
            yield _joined(piece)
            piece = []
        piece.append((word, upright))
    if piece:
        yield _joined(piece)


def _upright(corners: _Corners, angle: int, box: _Corners) -> _Corners:
    """Return left, top, right, bottom of a word as it stands when its line runs from left to right.

    PDFium counts turns clockwise: a line of one turn runs downwards, its letters stand with their heads to the right.
    """
    (left, bottom, right, top), (west, south, east, north) = corners, box
    if angle == 1:
        return north - top, east - right, north - bottom, east - left
    if angle == 2:
        return east - right, bottom - south, east - left, top - south
    if angle == 3:
        return bottom - south, left - west, top - south, right - west
    return left - west, north - top, right - west, north - bottom


def _parted(before: _Corners, after: _Corners) -> bool:
    height = max(before[3] - before[1], 1.0)
    moved = abs((before[1] + before[3]) - (after[1] + after[3])) / 2
    if moved > _JUMP * max(height, after[3] - after[1]):
        return True
    # To the left stands the next word of right-to-left text, or of a line that begins anew.
    return max(after[0] - before[2], before[0] - after[2]) > _GAP * height


def _joined(piece: list[_Word]) -> Piece:
    heights = sorted(corners[3] - corners[1] for _, corners in piece)
    return Piece(
        " ".join(word for word, _ in piece),
        min(corners[0] for _, corners in piece),
        min(corners[1] for _, corners in piece),
        max(corners[2] for _, corners in piece),
        max(corners[3] for _, corners in piece),
        heights[len(heights) // 2],
    )


def _has_pictures(page: PdfPage) -> bool:
    from pypdfium2 import raw

    return any(True for _ in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3))
