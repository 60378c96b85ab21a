"""HTML pages: the main text without what stands around it, and what the page says of itself."""

from __future__ import annotations

import copy
import logging
import re
from typing import Any

from lxml.etree import LxmlError  # type: ignore[import-untyped]
from lxml.html import HtmlElement  # type: ignore[import-untyped]

from ingest.dates import iso_date
from ingest.normalize import canonical_text, one_line
from ingest.sources.addresses import is_page_url
from ingest.sources.decode import Decoded
from ingest.sources.draft import Found
from ingest.sources.reading import CHROME, first_heading, parse_page, reading_text
from ingest.sources.titles import same_line, title_of, without_leading

_MOST_ELEMENTS = 50_000  # trafilatura takes up to 8 s for these; long Wikipedia pages have 30,000
_TOO_LITTLE = 250  # characters; below, trafilatura itself doubts its result
_SHORTEST = 100  # characters of a main text that is believed beside much else
_MUCH_ELSE = 3  # times the main text
_TOO_LARGE = "the page is too large to tell its main text from the rest, so all of it is kept"
# What its own code raises on broken pages; one of them must not cost the text.
_FAILURES = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError, LxmlError)

_PUBLISHED = (
    "article:published_time",
    "datepublished",
    "parsely-pub-date",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "date",
)
_AUTHOR = ("author", "article:author", "parsely-author", "dc.creator", "byl")
_NAMES = re.compile(r"[\s,;&]+")
_PARTICLES = {
    "and", "und", "et", "y", "e", "i", "von", "van", "der", "den", "de", "del", "della", "di", "da", "dos",
    "du", "la", "le", "el", "al", "bin", "ibn", "ter", "zu",
}  # fmt: skip
_BEFORE_SITE = re.compile(r"\s+(?:[|·•–—:»«/-]|::)\s+")


def read_html(page: Decoded) -> Found:
    """Read a decoded page: main text by trafilatura, all visible text where that finds little or nothing.

    Title from `og:title`, `<title>` or the first heading, without the site's name at its end; author, site, date,
    canonical address and language where the page declares them. A heading that is the title goes from the text.

    Raises:
        ArticleError: the page is empty, or the parser gives up on it.
    """
    root = parse_page(canonical_text(page.text))
    _keep_lines(root)
    about = _Declared(root)
    small = sum(1 for _ in root.iter()) <= _MOST_ELEMENTS
    known = _known_to_trafilatura(root) if small else {}
    site = about.first("og:site_name") or known.get("sitename") or ""
    body = _main_text(root) if small else _visible(root)
    title = _without_site(about.first("og:title") or about.title(), site) or first_heading(root) or title_of(body)
    fields = {
        "title": title,
        "url": about.canonical() or None,
        "published": about.published() or known.get("date"),
        "author": about.author() or _names(known.get("author")),
        "source": site or None,
        "language": about.language() or None,
    }
    notices = page.notices if small else (*page.notices, _TOO_LARGE)
    return Found(without_leading(body, title).strip("\n") or body, fields, notices=notices)


class _Declared:
    """What a page declares in its head, read without guessing."""

    def __init__(self, root: HtmlElement) -> None:
        self._root = root
        self._meta: dict[str, list[str]] = {}
        for element in root.iter("meta", "time", "span", "p"):
            name = element.get("property") or element.get("name") or element.get("itemprop")
            value = one_line(element.get("content") or element.get("datetime") or "")
            if name and value:
                self._meta.setdefault(name.strip().lower(), []).append(value)

    def first(self, *names: str) -> str:
        return next((value for name in names for value in self._meta.get(name, ())), "")

    def title(self) -> str:
        element = self._root.find("head/title")
        return one_line(element.text_content()) if element is not None else ""

    def canonical(self) -> str:
        links = (
            link.get("href") or ""
            for link in self._root.iter("link")
            if "canonical" in (link.get("rel") or "").lower().split()
        )
        candidates = (*map(one_line, links), *self._meta.get("og:url", ()))
        return next((url for url in candidates if is_page_url(url)), "")

    def published(self) -> str:
        given = (value for name in _PUBLISHED for value in self._meta.get(name, ()))
        return next((value for value in given if iso_date(value)), "")

    def author(self) -> str:
        given = (value for name in _AUTHOR for value in self._meta.get(name, ()))
        return next((value for value in given if "://" not in value), "")

    def language(self) -> str:
        given = (
            self._root.get("lang"),
            self._root.get("xml:lang"),
            self.first("og:locale", "content-language", "language"),
        )
        return next(
            (value for value in map(one_line, filter(None, given)) if re.match(r"[A-Za-z]{2,3}(?:$|[-_])", value)), ""
        )


def _main_text(root: HtmlElement) -> str:
    """Return trafilatura's main text, or all visible text where it finds little: its own rescue runs paragraphs together.

    A short text on a page of much else is still the main text when trafilatura is sure of it.
    """
    extracted = _extracted(root)
    if len(extracted) >= _TOO_LITTLE:
        return extracted
    visible = _visible(root)
    certain = _extracted(root, certain=True) if len(visible) >= _TOO_LITTLE else ""
    return certain if len(certain) >= _SHORTEST and len(visible) > _MUCH_ELSE * len(certain) else visible


def _visible(root: HtmlElement) -> str:
    return reading_text(root if root.body is None else root.body, CHROME)


def _extracted(root: HtmlElement, certain: bool = False) -> str:
    from trafilatura import bare_extraction

    try:
        document = bare_extraction(copy.deepcopy(root), include_comments=False, favor_precision=certain)
    except _FAILURES as error:
        logging.getLogger(__name__).debug("trafilatura failed: %r", error)
        return ""
    body = getattr(document, "body", None)
    return "" if body is None else reading_text(body)


def _known_to_trafilatura(root: HtmlElement) -> dict[str, Any]:
    """Return what trafilatura reads from structured data and bylines; dates in running text are not searched."""
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # its warnings are about what is handled here
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    from trafilatura import extract_metadata

    try:
        found = extract_metadata(
            copy.deepcopy(root), date_config={"original_date": True, "extensive_search": False}, extensive=False
        )
    except _FAILURES as error:
        logging.getLogger(__name__).debug("trafilatura failed: %r", error)
        return {}
    return {key: getattr(found, key) for key in ("author", "sitename", "date")}


def _names(found: str | None) -> str | None:
    """Return a byline that consists of names: trafilatura also takes captions and headings for one."""
    words = [word for word in _NAMES.split(found or "") if word]
    named = all(word[0].isupper() or word.lower() in _PARTICLES or not word[0].isascii() for word in words)
    return ", ".join(part.strip() for part in (found or "").split(";")) if words and named else None


def _without_site(title: str, site: str) -> str:
    """Return `title` without a last part that only names the site, as in `Bridge opens | The Gazette`."""
    cuts = list(_BEFORE_SITE.finditer(title))
    if cuts and site and same_line(title[cuts[-1].end() :], site):
        return title[: cuts[-1].start()]
    return title


def _keep_lines(root: HtmlElement) -> None:
    """Turn the line ends in `<pre>` into `<br>`, as trafilatura takes it for a quotation and joins its lines."""
    for pre in root.iter("pre"):
        if len(pre) or not pre.text:
            continue
        first, *others = pre.text.split("\n")
        pre.text = first
        for line in others:
            pre.append(pre.makeelement("br"))
            pre[-1].tail = line
