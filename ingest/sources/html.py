"""HTML pages: the main text without what stands around it, and what the page says of itself."""

from __future__ import annotations

import re

from lxml.html import HtmlElement  # type: ignore[import-untyped]

from ingest.normalize import canonical_text
from ingest.sources.bylines import Shown, shown_on, without_byline
from ingest.sources.completing import declared_article
from ingest.sources.declared import Declared
from ingest.sources.decode import Decoded
from ingest.sources.draft import Found
from ingest.sources.garbled import is_garbled
from ingest.sources.hidden import drop_hidden
from ingest.sources.main_text import main_text, visible_text
from ingest.sources.reading import first_heading, parse_page
from ingest.sources.refusals import look, reason_to_refuse
from ingest.sources.surroundings import drop_surroundings
from ingest.sources.titles import below_title, same_line, title_of, without_leading
from ingest.sources.walls import ONLY_BEGINNING, drop_wall
from retrieval.errors import ArticleError

_MOST_ELEMENTS = 50_000  # trafilatura takes up to 8 s for these; long Wikipedia pages have 30,000
_TOO_LARGE = "the page is too large to tell its main text from the rest, so all of it is kept"
_GUESSED = "its date was guessed from what the page shows"
_GARBLED = "is garbled: it was read in another encoding than it was written in and saved so; save it anew"
_BEFORE_SITE = re.compile(r"\s+(?:[|·•–—:»«/-]|::)\s+")


def read_html(page: Decoded, address: str = "") -> Found:
    """Read a decoded page: main text by trafilatura, all visible text where that finds little or nothing.

    Title, address, date, author, site and language are those that the page declares; author, site and date are else
    taken from what it shows. A date that was guessed so is marked in the metadata (`published_guessed`), and a declared
    date of the last change is kept there (`modified`). A heading that is the title goes from the text. Where the page
    came from an `address`, links are relative to it, and only an address of the same site can take its place.

    Raises:
        ArticleError: the page is empty, garbled, an error page or a wall, or the parser gives up on it.
    """
    if is_garbled(page.text):
        raise ArticleError(_GARBLED)
    root = parse_page(canonical_text(page.text))
    elements = list(root.iter())  # as long as they are held, each look at the page finds them made
    declared = Declared(root, address)
    drop_hidden(root)
    small = len(elements) <= _MOST_ELEMENTS
    shown = _shown(root, declared, address) if small else Shown()
    heading = _heading(root)
    whole = look(root, len(page.text), bool(address))
    walled = small and drop_wall(root)
    body = _body(root) if small else visible_text(root)
    site = declared.site() or shown.site
    authors = declared.authors() or shown.author
    named = _without_site(declared.title(), site, heading) or heading
    text = _text(body, named, authors)
    titles = (declared.window_title(), named)
    reason = reason_to_refuse(whole, titles, heading, text, walled or declared.structured.for_subscribers)
    if reason:
        raise ArticleError(reason)
    published = declared.published()
    return Found(
        text,
        {
            "title": named or title_of(body),
            "url": declared.canonical() or address or None,
            "published": published or shown.date or None,
            "author": authors or None,
            "source": site or None,
            "language": declared.language() or None,
        },
        _metadata(declared, published, shown),
        (*page.notices, *_notices(bool(shown.date) and not published, walled, small)),
    )


def _shown(root: HtmlElement, declared: Declared, address: str) -> Shown:
    """Return what the page shows where it declares less: looking takes as long as all else here but the main text."""
    complete = declared.published() and declared.authors() and declared.site()
    return Shown() if complete else shown_on(root, address)


def _body(root: HtmlElement) -> str:
    drop_surroundings(root)
    return main_text(root)


def _heading(root: HtmlElement) -> str:
    """Return the first heading of the declared article, else of the page, whose first may be the site's name."""
    article = declared_article(root)
    return (first_heading(article) if article is not None else "") or first_heading(root)


def _text(body: str, title: str, authors: str) -> str:
    """Return the text below title and byline, whatever of them stands at its start."""
    text = below_title(body, title) if title else body
    text = without_leading(text, title or title_of(body)).strip("\n") or text
    return without_byline(text, authors)


def _metadata(declared: Declared, published: str, shown: Shown) -> dict[str, object]:
    modified = declared.modified()
    return {
        **({"modified": modified} if modified and modified != published else {}),
        **({"published_guessed": True} if shown.date and not published else {}),
    }


def _notices(guessed: bool, walled: bool, small: bool) -> tuple[str, ...]:
    told = ((guessed, _GUESSED), (walled, ONLY_BEGINNING), (not small, _TOO_LARGE))
    return tuple(notice for holds, notice in told if holds)


def _without_site(title: str, site: str, heading: str) -> str:
    """Return `title` without a last part that only names the site, as in `Bridge opens | The Gazette`.

    A title that has the page's heading before or after such a mark is the heading.
    """
    cuts = list(_BEFORE_SITE.finditer(title))
    if cuts and site and same_line(title[cuts[-1].end() :], site):
        return title[: cuts[-1].start()]
    if heading and any(same_line(part, heading) for cut in cuts for part in (title[: cut.start()], title[cut.end() :])):
        return heading
    return title
