"""What a page declares of itself in meta tags, links and microdata, read without guessing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement  # type: ignore[import-untyped]

from ingest.dates import iso_date
from ingest.normalize import one_line
from ingest.sources.addresses import is_page_url
from ingest.sources.structured import structured_data

_PUBLISHED = (
    "article:published_time", "datepublished", "parsely-pub-date", "dc.date.issued", "dcterms.issued",
    "dcterms.created",
    "dc.date", "citation_publication_date", "citation_date", "publication_date", "publish_date", "pubdate",
    "sailthru.date", "date",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "datemodified", "og:updated_time", "dcterms.modified", "dc.date.modified", "last-modified",
    "revised",
)  # fmt: skip
_AUTHOR = (
    "author",
    "article:author",
    "parsely-author",
    "dc.creator",
    "dcterms.creator",
    "citation_author",
    "byl",
    "sailthru.author",
)
_SITE = ("og:site_name", "application-name", "publisher", "dc.publisher", "dcterms.publisher", "citation_journal_title")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:$|[-_])")
_BY = re.compile(r"(?:by|von|par|por|di|автор:?)\s+(?=\w)", re.IGNORECASE)
_NOBODY = re.compile(
    r"admin(?:istrator)?|editor(?:ial)?|staff|web ?master|user\d*|unknown|anonymous|none|null|undefined|\W*|\S*@\S*",
    re.IGNORECASE,
)
_LONGEST_NAME = 100  # characters; what is longer is a sentence about the author
_VARIANTS = re.compile(r"^(?:www\d?|m|mobile|amp)\.")
_ZONED = re.compile(r".*T.*(?:[+-]\d\d:\d\d)")


class Declared:
    """What a page says of itself. `address` is where the page came from, where that is known."""

    def __init__(self, root: HtmlElement, address: str = "") -> None:
        self._root = root
        self._address = address
        self._meta: dict[str, list[str]] = {}
        for name, value in _declarations(root):
            self._meta.setdefault(name.strip().lower(), []).append(value)
        self.structured = structured_data(root)

    def title(self) -> str:
        """Return the title without what surrounds it, in the order of trust: for sharing, structured, of the window."""
        return self._first("og:title") or self.structured.title or self.window_title()

    def window_title(self) -> str:
        """Return the `<title>` of the page, which often names the site as well."""
        element = self._root.find("head/title")
        return one_line(element.text_content()) if element is not None else ""

    def site(self) -> str:
        """Return the name of the site or publisher."""
        return self._first("og:site_name") or self.structured.publisher or self._first(*_SITE)

    def canonical(self) -> str:
        """Return the page's address for good: that of the site where it came from, or of any where that is unknown."""
        links = (
            link.get("href") or ""
            for link in self._root.iter("link")
            if "canonical" in (link.get("rel") or "").lower().split()
        )
        candidates = (*map(one_line, links), *self._meta.get("og:url", ()), self.structured.url)
        base = self._address and self._base()
        whole = (_joined(base, candidate) if base else candidate for candidate in candidates if candidate)
        return next((url for url in whole if is_page_url(url) and self._is_own(url)), "")

    def published(self) -> str:
        """Return the date of publication as declared: the first one understood, with its zone where another gives it."""
        given = [value for name in _PUBLISHED for value in self._meta.get(name, ())]
        return _best([*given[:1], self.structured.published, *given[1:]])

    def modified(self) -> str:
        """Return the date of the last change as declared, empty when it is none."""
        return _best([self.structured.modified, *(value for name in _MODIFIED for value in self._meta.get(name, ()))])

    def authors(self) -> str:
        """Return the names of the authors, separated by commas."""
        given = self.structured.authors or next(
            (
                tuple(values)
                for name in _AUTHOR
                if (values := list(filter(_is_name, map(_named, self._meta.get(name, ())))))
            ),
            (),
        )
        names = (_named(name) for name in given)
        return ", ".join(dict.fromkeys(name for name in names if _is_name(name)))

    def language(self) -> str:
        """Return the language tag of the page."""
        given = (
            self._root.get("lang"),
            self._root.get("xml:lang"),
            self._first("og:locale", "content-language", "language", "dc.language", "inlanguage"),
            self.structured.language,
        )
        return next((value for value in map(one_line, filter(None, given)) if _LANGUAGE.match(value)), "")

    def _first(self, *names: str) -> str:
        return next((value for name in names for value in self._meta.get(name, ())), "")

    def _base(self) -> str:
        element = self._root.find("head/base[@href]")
        return _joined(self._address, element.get("href")) if element is not None else self._address

    def _is_own(self, url: str) -> bool:
        """Return whether a page may call itself by `url`: another site's address would take the place of its article."""
        if not self._address:
            return True
        own, other = (_VARIANTS.sub("", urlsplit(one).hostname or "") for one in (self._address, url))
        return own == other or own.endswith(f".{other}") or other.endswith(f".{own}")


def _declarations(root: HtmlElement) -> Iterator[tuple[str, str]]:
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        value = one_line(element.get("content") or element.get("datetime") or "")
        if name and value:
            yield name, value
    for element in root.xpath("//*[@itemprop]"):
        name = element.get("itemprop")
        if element.tag != "meta" and name in ("datePublished", "dateModified"):
            yield name, one_line(element.get("content") or element.get("datetime") or "")
        elif element.tag != "meta" and name in ("author", "publisher"):
            yield name, _item_name(element)
    for element in root.iter("time"):
        if "pubdate" in element.attrib or "published" in (element.get("class") or "").split():
            yield "pubdate", one_line(element.get("datetime") or "")


def _item_name(element: HtmlElement) -> str:
    """Return the name of an item of microdata: that of its property `name`, else its text."""
    if element.get("content"):
        return one_line(element.get("content"))
    named = next((inner for inner in element.iter() if inner.get("itemprop") == "name"), None)
    if named is None:
        return "" if "itemscope" in element.attrib else one_line(element.text_content()[:1000])
    return one_line(named.get("content") or named.text_content()[:1000])


def _best(given: list[str]) -> str:
    """Return the first date that is understood, or the same day's with a zone."""
    dates = [date for value in given if value and (date := iso_date(value))]
    if not dates:
        return ""
    return next((date for date in dates if date[:10] == dates[0][:10] and _ZONED.fullmatch(date)), dates[0])


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:  # half an IPv6 address
        return ""


def _named(value: str) -> str:
    return _BY.sub("", value, count=1) if _BY.match(value) else value


def _is_name(value: str) -> bool:
    return "://" not in value and len(value) <= _LONGEST_NAME and _NOBODY.fullmatch(value) is None
