"""PDF: the text in reading order with the offset of each page, and what the file says of itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime

from ingest.documents.part import GUESSED_DATE
from ingest.documents.pdf_blocks import Block, blocks_of
from ingest.documents.pdf_flow import Paragraph, flow_of, paragraphs_of, vocabulary
from ingest.documents.pdf_lines import CELLS, lines_of
from ingest.documents.pdf_margins import without_margins
from ingest.documents.pdf_pages import Page, open_pdf, pages_of
from ingest.normalize import one_line
from ingest.sources.draft import Found
from ingest.sources.titles import LONGEST_TITLE, same_line, title_of
from retrieval.errors import ArticleError

_SCANNED = 20  # characters a page; pictures of pages bear a stamp or a page number at most
_UNREADABLE = 0.3  # of the letters
_HEADING = 1.15  # times the size of most letters
_NO_TITLE = re.compile(
    r"untitled.*|unknown|title|document\d*|microsoft (?:word|powerpoint).*|"
    r".*\.(?:docx?|pdf|indd|qxd|tex|dvi|pptx?|xlsx?|odt|rtf|ps)|slide \d+|.*[\\/].*[\\/].*|\W*|\d+",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(
    r"unknown|author|(?:windows[- ]?)?user\d*|admin(?:istrator)?|owner|root|default|anonymous|.*[@\\/].*|\W*|\d+",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?\s*(?:(Z)|([+-]\d\d)'?(\d\d)?)?")
_FIRST_YEAR = 1993  # that of the format


def read_pdf(data: bytes) -> Found:
    """Read a PDF: columns one after the other, divided words whole, without running heads and page numbers.

    Metadata "pages" holds the offset in the text at which each page begins, so that page n has what lies between
    `pages[n - 1]` and `pages[n]`. The date is that of the file, and marked as a guess.

    Raises:
        ArticleError: it is encrypted or damaged, holds pictures of pages only, or letters nobody can tell.
    """
    with closing(open_pdf(data)) as document:
        about = {key: one_line(value) for key, value in document.get_metadata_dict(skip_empty=True).items()}
        pages = list(pages_of(document))
    _refuse_unreadable(pages)
    blocks = _blocks(pages)
    words = vocabulary(page.pieces for page in pages)
    title = _title(about.get("Title", ""), blocks)
    paragraphs = _without_title([list(paragraphs_of(page, words)) for page in blocks], title)
    flow = flow_of(paragraphs, words)
    if not flow.text:
        raise ArticleError("has no text; add some or remove it")
    published = _date(about.get("CreationDate", ""))
    author = about.get("Author", "")
    fields: dict[str, object] = {
        "title": title or title_of(flow.text),
        "author": None if _NO_AUTHOR.fullmatch(author) else author,
        "published": published,
    }
    metadata = {"pages": list(flow.pages), **({"published_guessed": True} if published else {})}
    return Found(flow.text, fields, metadata, (*_pictures_only(pages), *((GUESSED_DATE,) if published else ())))


def _blocks(pages: Sequence[Page]) -> list[list[Block]]:
    lines = without_margins([lines_of(page.pieces) for page in pages], [page.height for page in pages])
    return [blocks_of(page) for page in lines]


def _refuse_unreadable(pages: Sequence[Page]) -> None:
    letters = sum(_letters(page) for page in pages)
    if letters < _SCANNED * len(pages) and any(page.pictures for page in pages):
        raise ArticleError(
            "holds pictures of pages and no text, as scanners make them; run text recognition on it first"
        )
    if letters and sum(page.unreadable * _letters(page) for page in pages) > _UNREADABLE * letters:
        raise ArticleError("does not say which letters it shows; save it anew from where it was written")


def _letters(page: Page) -> int:
    return sum(len(piece.text) for piece in page.pieces)


def _pictures_only(pages: Sequence[Page]) -> tuple[str, ...]:
    numbers = [str(n) for n, page in enumerate(pages, start=1) if page.pictures and not page.pieces]
    if not numbers:
        return ()
    which = f"page {numbers[0]} holds" if len(numbers) == 1 else f"pages {', '.join(numbers[:10])} hold"
    return (f"{which}{' and others' if len(numbers) > 10 else ''} only pictures, which were not read",)


def _title(declared: str, blocks: list[list[Block]]) -> str:
    """Return the declared title if it is one, else the largest writing on the first page, else nothing."""
    if declared and len(declared) <= LONGEST_TITLE and not _NO_TITLE.fullmatch(declared):
        return declared
    first = next((page for page in blocks if page), [])
    sizes = sorted(line.size for page in blocks[:3] for block in page for line in block.lines)
    upper = first[: (len(first) + 1) // 2]
    if not upper:
        return ""
    largest = max(upper, key=lambda block: block.size)
    text = one_line(" ".join(line.text for line in largest.lines))
    sensible = len(text) <= LONGEST_TITLE and CELLS not in text and sum(map(str.isalpha, text)) >= 3
    return text if sensible and largest.size >= _HEADING * sizes[len(sizes) // 2] else ""


def _without_title(pages: list[list[Paragraph]], title: str) -> list[list[Paragraph]]:
    """Return the paragraphs without a first one that is the title again, unless nothing else is there."""
    first = next((page for page in pages if page), [])
    if first and same_line(first[0].text, title) and sum(map(len, pages)) > 1:
        del first[0]
    return pages


def _date(given: str) -> str | None:
    """Return the date of a PDF (ISO 32000-1, 7.9.4) in ISO 8601, or None when it cannot be true."""
    match = _DATE.match(given)
    if match is None:
        return None
    year, month, day, hour, minute, second, utc, hours, minutes = match.groups()
    zone = "+00:00" if utc else f"{hours}:{minutes or '00'}" if hours else ""
    time = f"T{hour}:{minute}:{second or '00'}{zone}" if hour else ""
    try:
        moment = datetime.fromisoformat(f"{year}-{month}-{day}{time}")
    except ValueError:
        return None
    if not _FIRST_YEAR <= moment.year <= datetime.now(UTC).year:
        return None
    return moment.isoformat() if time else moment.date().isoformat()
