"""Where a page stops and asks for a subscription: its words for that are no part of the article."""

from __future__ import annotations

import re

from lxml import etree  # type: ignore[import-untyped]
from lxml.html import HtmlElement  # type: ignore[import-untyped]

from ingest.normalize import one_line
from ingest.sources.reading import drop

_WALLS = (
    r"(?:subscribe|sign (?:in|up)|log ?in|register|become a (?:member|subscriber)|create an? (?:free )?account)\b.{0,60}"
    r"\b(?:continue|keep|finish|read(?:ing)?|unlock|access|full)\b.{0,100}",
    r".{0,60}\b(?:for|to) (?:our |paying )?(?:subscribers|members)(?: only)?\b.{0,60}",
    r".{0,40}(?:subscriber|member)s?[ -]only\b.{0,40}",
    r"(?:want|continue|keep) (?:to )?read(?:ing)?\b.{0,20}\bsubscribe\b.{0,60}",
    r".{0,60}\b(?:nur für abonnenten|jetzt abonnieren|mit einem abo)\b.{0,60}",
    r".{0,60}réservé (?:aux|à nos) abonnés.{0,60}",
    r".{0,60}(?:solo|exclusivo) para suscriptores.{0,60}", r".{0,60}только (?:для|по) подпис.{0,60}",
    r"оформите подписку.{0,80}",
)  # fmt: skip
_BESIDE = (
    r"already (?:a |have a )?(?:subscri|member|account).{0,80}", r"subscribe(?: now)?", r"(?:log|sign) in",
    r".{0,20}abo abschließen",
)  # fmt: skip
_BEFORE_WALL, _ALREADY = (re.compile("|".join(parts), re.IGNORECASE) for parts in (_WALLS, _BESIDE))
_HINTS = (
    "subscri", "member", "account", "log in", "login", "sign in", "sign up", "abonn", "mit einem abo", "suscript", "подпис",
)  # fmt: skip
_TEXTS = etree.XPath("//text()")
_BLOCKS = ("p", "div", "section", "aside", "h2", "h3", "h4", "li", "span", "button", "a")
_LONGEST_LINE = 200  # characters of what a wall says
_LONGEST_BOX = 400  # characters of all that it says

ONLY_BEGINNING = "it says that the rest is for subscribers; only what the page shows was read"
"""The notice where an article ends at a wall."""


def drop_wall(root: HtmlElement) -> bool:
    """Take the words of a wall out of a page, with the box that holds nothing else, and return whether there were any."""
    around = _around_hints(root)
    walls = [element for element in root.iter(*_BLOCKS) if element in around and _says(element, _BEFORE_WALL)]
    for wall in walls:
        box = wall
        while (above := box.getparent()) is not None and _is_box(above):
            box = above
        for after in list(box.itersiblings()):
            if _says(after, _ALREADY):
                drop(after)
        drop(box)
    return bool(walls)


def _around_hints(root: HtmlElement) -> set[HtmlElement]:
    """Return the elements with a word in them that walls use, in a piece of text between two tags."""
    around: set[HtmlElement] = set()
    for text in _TEXTS(root):
        lowered = text.lower()
        if any(hint in lowered for hint in _HINTS):
            at = text.getparent()
            while at is not None and at not in around:
                around.add(at)
                at = at.getparent()
    return around


def _says(element: HtmlElement, pattern: re.Pattern[str]) -> bool:
    # The length first: most elements are longer, and their text is long to collect.
    if (
        not isinstance(element.tag, str)
        or sum(len(text) for text, _ in zip(element.itertext(), range(20), strict=False)) > _LONGEST_LINE
    ):
        return False
    line = one_line(element.text_content()[: 2 * _LONGEST_LINE])
    return len(line) <= _LONGEST_LINE and "newsletter" not in line.lower() and pattern.fullmatch(line) is not None


def _is_box(element: HtmlElement) -> bool:
    """Return whether an element holds a wall and nothing of an article: sections of running text are longer."""
    if element.tag not in ("div", "section", "aside", "a", "span", "p"):
        return False
    if next(element.iter("h1", "article", "main"), None) is not None:
        return False
    lines = [one_line(line.text_content()) for line in element if isinstance(line.tag, str)]
    return sum(map(len, lines)) <= _LONGEST_BOX and all(
        _BEFORE_WALL.fullmatch(line) or len(line) <= 100 for line in lines
    )
