"""E-books in EPUB: the chapters in the order of the book, as one article or, where they are long, as one each."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from ingest.documents.part import Part
from ingest.documents.zipped import Zipped
from ingest.normalize import canonical_text, is_blank, one_line
from ingest.sources.decode import decode_page
from ingest.sources.draft import Found
from ingest.sources.hidden import drop_hidden
from ingest.sources.reading import CHROME, first_heading, parse_page, reading_text
from ingest.sources.titles import LONGEST_TITLE, title_of, without_leading
from retrieval.errors import ArticleError

_LONG_BOOK = 50_000  # characters; 20 pages of print, more than an article
_LONG_CHAPTER = 5_000  # characters of a book's chapters on average: below, they are sections
_TOO_SHORT = 500  # characters; a title page or a dedication goes with the chapter after it
_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_YEAR = re.compile(r"\d{4}(?:-\d\d){0,2}")
# `<title/>` is an empty element of XHTML, but an open one to a parser of HTML.
_CLOSED = re.compile(
    r"<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)([A-Za-z][\w:]*)([^<>]*)/>"
)
_Tree = Any  # lxml's elements have no types


@dataclass(frozen=True, slots=True)
class _Chapter:
    path: str
    heading: str
    text: str


def read_epub(data: bytes) -> Iterator[Part]:
    """Yield the articles of a book: navigation, pictures and what is not in the reading order leave nothing.

    A book of more than 50,000 characters in chapters of 5,000 or more gives an article for each, named by its file.

    Raises:
        ArticleError: it is no EPUB, is damaged, protected or a bomb.
    """
    book = Zipped(data, "an EPUB book")
    if "META-INF/container.xml" not in book.names:
        raise ArticleError("is not an EPUB book, or is damaged; open it and save it anew")
    _refuse_protected(book)
    package = _package_path(book)
    root = book.xml(package)
    fields = _about(root)
    chapters = [chapter for path in _spine(root, package) if (chapter := _chapter(book, path))]
    if not chapters:
        raise ArticleError("has no text; add some or remove it")
    title = str(fields.get("title") or chapters[0].heading or title_of(chapters[0].text))
    whole = sum(len(chapter.text) for chapter in chapters)
    joined = _joined(chapters)
    if whole < _LONG_BOOK or whole < _LONG_CHAPTER * len(joined) or len(joined) == 1:
        text = "\n\n".join(chapter.text for chapter in chapters)
        yield Part("", Found(without_leading(text, title).strip("\n") or text, {**fields, "title": title}))
        return
    for number, chapter in enumerate(joined, start=1):
        heading = chapter.heading or f"{number}"
        chapter_title = f"{title}: {heading}" if len(title) + len(heading) + 2 <= LONGEST_TITLE else heading
        text = without_leading(chapter.text, heading).strip("\n") or chapter.text
        yield Part(chapter.path, Found(text, {**fields, "title": chapter_title}, {"book": title, "chapter": heading}))


def _refuse_protected(book: Zipped) -> None:
    if "META-INF/rights.xml" in book.names:
        raise ArticleError("is protected against copying and cannot be read")
    if "META-INF/encryption.xml" in book.names:
        methods = book.xml("META-INF/encryption.xml").iter("{*}EncryptedData")
        algorithms = [method.get("Algorithm") for data in methods for method in data.iter("{*}EncryptionMethod")]
        if any(algorithm not in _FONTS for algorithm in algorithms):
            raise ArticleError("is protected against copying and cannot be read")


def _package_path(book: Zipped) -> str:
    for file in book.xml("META-INF/container.xml").iter("{*}rootfile"):
        path = file.get("full-path") or ""
        if path in book.names:
            return str(path)
    raise ArticleError("is damaged: it does not say where its contents are; open it and save it anew")


def _about(root: _Tree) -> dict[str, object]:
    def every(name: str) -> list[str]:
        found = (one_line(element.text or "") for element in root.iter(f"{{http://purl.org/dc/elements/1.1/}}{name}"))
        return [value for value in found if value]

    date = next((match[0] for value in every("date") if (match := _YEAR.match(value))), None)
    fields: dict[str, object] = {
        "title": next(iter(every("title")), None),
        "author": every("creator") or None,
        "published": date,
        "language": next(iter(every("language")), None),
        "source": next(iter(every("publisher")), None),
    }
    return {key: value for key, value in fields.items() if value}


def _spine(root: _Tree, package: str) -> Iterator[str]:
    """Yield the paths of the pages in reading order, each once, without the navigation."""
    folder = posixpath.dirname(package)
    items = {item.get("id"): item for item in root.iter("{*}item")}
    seen = set()
    for reference in root.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGES or "nav" in (item.get("properties") or "").split():
            continue
        path = posixpath.normpath(posixpath.join(folder, unquote((item.get("href") or "").partition("#")[0])))
        if path not in seen:
            seen.add(path)
            yield path


def _chapter(book: Zipped, path: str) -> _Chapter | None:
    if path not in book.names:
        return None
    markup = _CLOSED.sub(_opened, canonical_text(decode_page(book.read(path)).text))
    if is_blank(markup):
        return None
    page = parse_page(markup)
    drop_hidden(page)
    root = page if page.body is None else page.body
    text = canonical_text(reading_text(root, CHROME)).strip("\n")
    return None if is_blank(text) else _Chapter(path, first_heading(root)[:LONGEST_TITLE], text)


def _opened(match: re.Match[str]) -> str:
    return f"<{match[1]}{match[2]}></{match[1]}>"


def _joined(chapters: list[_Chapter]) -> list[_Chapter]:
    """Return chapters that can stand alone: what is too short goes with the next one, at the end with the last."""
    whole: list[_Chapter] = []
    before = ""
    for chapter in chapters:
        text = f"{before}\n\n{chapter.text}" if before else chapter.text
        if len(text) < _TOO_SHORT:
            before = text
        else:
            whole.append(_Chapter(chapter.path, chapter.heading, text))
            before = ""
    if before and whole:
        last = whole.pop()
        return [*whole, _Chapter(last.path, last.heading, f"{last.text}\n\n{before}")]
    return whole or chapters
