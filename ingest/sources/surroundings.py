"""What stands around and between the text of an article: consent, sharing, advertising, "Read more"."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement  # type: ignore[import-untyped]

from ingest.normalize import one_line
from ingest.sources.furniture import is_furniture, is_more, is_path, is_pointer
from ingest.sources.reading import drop

WITHIN_A_LINE = frozenset(
    (
        "a", "abbr", "b", "bdi", "bdo", "big", "br", "cite", "code", "del", "dfn", "em", "font", "i", "img", "ins", "kbd",
        "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
    )
)  # fmt: skip
"""Elements that stand among the words of a line."""

_NAMED = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_MARKS = {
    "cookie", "cookies", "consent", "gdpr", "ccpa", "onetrust", "cookiebot", "share", "sharing", "sharedaddy", "addtoany",
    "addthis", "social", "socials", "related", "recommended", "recommendations", "recirculation", "outbrain", "taboola",
    "newsletter", "breadcrumb", "breadcrumbs", "pagination", "pager", "promo", "advert", "adverts", "advertisement", "ads",
    "sponsored", "sponsor", "disqus", "respond", "popup", "modal", "overlay", "sidebar", "masthead", "skip", "toolbar",
    "infinite", "trending", "popular",
}  # fmt: skip
# What is a frame of its own, even where it is longer than the article.
_APART = {"cookie", "cookies", "consent", "gdpr", "onetrust", "cookiebot", "share", "sharing", "newsletter"}
_ROLES = {"navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alertdialog", "menu", "menubar"}
_KEPT = {
    "html",
    "body",
    "head",
    "main",
    "article",
    "h1",
    "title",
    "meta",
    "link",
    "script",
    "base",
    "td",
    "tr",
    "tbody",
}
_MOST_OF_A_PAGE = 0.4  # of its characters: an element with more is the page, whatever it is called
_INNER = ("main", "article", "h1")
_INLINE = ("a", "span")
_SENTENCE = 40  # characters; a byline and its date are shorter
_NEAREST = 10  # elements of a sentence on either side
_BLOCKS = ("p", "div", "li", "h2", "h3", "h4", "h5", "h6", "figcaption", "aside", "section", "header")
_MENUS = {"ul", "ol", "dl", "div", "p", "section", "header"}
_FEWEST_LINKS = 3
_NOTHING_BUT = 0.8  # of a menu's characters are links; the rest are separators
_LONG_LINK = 60  # characters on average; a list of longer links is a list of titles, which may be the article
_REFERENCE = re.compile(r"\s*\[[\w ]{1,6}\]\s*")
_LONGEST_LINE = 240  # characters
_MOSTLY_LINK = 0.5  # of a line's characters
_PARTLY_LINK = 0.3  # the same; the last step of a path is no link


def drop_surroundings(root: HtmlElement) -> None:
    """Take out elements whose class, id or role names them as no part of an article, and lines that are furniture.

    A form around most of a page stays, but no longer as a form; marks of references (`[1]`) go.
    """
    lengths = _lengths(root)
    most = _MOST_OF_A_PAGE * lengths[root]
    for form in list(root.iter("form")):
        if lengths[form] > most:
            form.drop_tag()
            del lengths[form]
    for mark in list(root.iter("sup")):
        if _REFERENCE.fullmatch(mark.text_content()[:20]):
            drop(mark)
    for element, length in lengths.items():
        small = length <= most
        if element.tag in _KEPT or not _is_marked(element, _MARKS if small else _APART):
            continue
        if _is_in_sentence(element):
            continue
        if small or next(element.iter(*_INNER), None) is None:
            drop(element)
    lines = [element for element in root.iter(*_INLINE, *_BLOCKS) if 0 < lengths[element] <= _LONGEST_LINE]
    for element in lines:
        if _is_line_to_drop(element):
            drop(element)


def drop_menus(root: HtmlElement) -> None:
    """Take out lists and blocks that are nothing but links, unless they are all that the page has."""
    lengths = _lengths(root)
    linked, links = dict.fromkeys(lengths, 0), dict.fromkeys(lengths, 0)
    for link in root.iter("a"):
        at: HtmlElement | None = link
        while at is not None:
            linked[at] += lengths[link]
            links[at] += 1
            at = at.getparent()
    most = _MOST_OF_A_PAGE * lengths[root]
    for element, length in lengths.items():
        if length > most or element.tag not in _MENUS:
            continue
        many = links[element] >= _FEWEST_LINKS and length <= _LONG_LINK * links[element]
        menu = many and linked[element] >= _NOTHING_BUT * length
        if menu or (element.tag == "header" and _is_of_site(element)):
            drop(element)


def _lengths(root: HtmlElement) -> dict[HtmlElement, int]:
    """Return how many characters that are no white space at its ends each element holds, with all within it."""
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    lengths = {element: len((element.text or "").strip()) for element in elements}
    for element in reversed(elements):
        above = element.getparent()
        if element.tag in ("script", "style"):
            lengths[element] = 0
        if above is not None and element is not root:
            lengths[above] += lengths[element] + len((element.tail or "").strip())
    return lengths


def _is_marked(element: HtmlElement, marks: set[str]) -> bool:
    if marks is _MARKS and ((element.get("role") or "").lower() in _ROLES or element.get("aria-modal") == "true"):
        return True
    named = f"{element.get('class') or ''} {element.get('id') or ''}"[:300]
    return len(named) > 1 and not marks.isdisjoint(_words(named))


def _is_in_sentence(element: HtmlElement) -> bool:
    """Return whether an element holds words of a sentence, whatever it is called: a `popup` may open a note on them."""
    above = element.getparent()
    while element.tag in WITHIN_A_LINE and above is not None:
        if (_text_before(element, above) + (element.tail or "")).strip():
            return _words_around(element, above) >= _SENTENCE
        if element.getprevious() is not None or element.getnext() is not None:
            return False
        element, above = above, above.getparent()
    return False


def _text_before(element: HtmlElement, above: HtmlElement) -> str:
    previous = element.getprevious()
    return (above.text if previous is None else previous.tail) or ""


def _words_around(element: HtmlElement, above: HtmlElement) -> int:
    """Return how many characters stand beside an element and its nearest siblings, but not in these."""
    before = list(islice(element.itersiblings(preceding=True), _NEAREST))
    after = islice(element.itersiblings(), _NEAREST)
    first = _text_before(before[-1] if before else element, above)
    return len(first.strip()) + sum(len((near.tail or "").strip()) for near in (element, *before, *after))


@lru_cache(maxsize=2_000)  # pages give many elements the same class
def _words(named: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _NAMED.findall(named))


def _is_of_site(header: HtmlElement) -> bool:
    return next(header.iter("h1"), None) is None and next(header.iterancestors("article", "main"), None) is None


def _is_line_to_drop(element: HtmlElement) -> bool:
    line = _line_of(element)
    if not line:
        return False
    if element.tag in _INLINE:
        within = (element.get("href") or "").startswith("#")
        return is_more(line) or (within and is_furniture(line, linked=True))
    linked = sum(len(_line_of(link)) for link in element.iter("a", "button"))
    is_link = linked >= _MOSTLY_LINK * len(line)
    return (
        is_furniture(line, is_link)
        or (is_link and is_pointer(line))
        or (linked >= _PARTLY_LINK * len(line) and is_path(line))
    )


def _line_of(element: HtmlElement) -> str:
    text = element.text_content()
    return _short_line(text) if len(text) <= 2 * _LONGEST_LINE else one_line(text)


_short_line = lru_cache(maxsize=2_000)(one_line)  # the menus of a site are the same on each of its pages
