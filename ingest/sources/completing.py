"""What trafilatura loses of an article it has found: lines that it takes for others' and listings of programs."""

from __future__ import annotations

from lxml.html import HtmlElement  # type: ignore[import-untyped]

from ingest.normalize import one_line
from ingest.sources.reading import CHROME, first_heading, reading_text

_LONG_LINE = 60  # characters; in an article, a shorter one may be a caption or a byline
_LITTLE_ELSE = 1.35  # times what trafilatura found; more is not only what it lost
_WITH_LISTINGS = 2.5  # the same where listings are lost; books on programming are half listings
_MOSTLY_LINES = 0.5  # of what trafilatura lost; less on pages of newspapers around whose articles are tags and teasers
_LONGEST = 500_000  # characters; looking for the element takes 10 ms for each level of as many
_DEEPEST = 60  # levels
_TELLING_LINE = 40  # characters of a line by which an element is found


def completed(extracted: str, root: HtmlElement) -> str:
    """Return the text of the element that is the article where `extracted` lacks parts of it, else `extracted`.

    That is the element which the page declares to be its article. Where it declares none, it is the smallest one around
    what was extracted, and only listings count as lost, as such an element may hold other things as well.
    """
    declared = declared_article(root)
    if declared is None and (len(extracted) > _LONGEST or next(root.iter("pre"), None) is None):
        return extracted
    article = declared if declared is not None else _around(extracted, root)
    whole = reading_text(article, CHROME)
    if not _holds_listings(extracted, article):
        most = _WITH_LISTINGS
    elif declared is not None and _has_lost_lines(extracted, whole, first_heading(article)):
        most = _LITTLE_ELSE
    else:
        return extracted
    return whole if len(whole) <= most * len(extracted) else extracted


def declared_article(root: HtmlElement) -> HtmlElement | None:
    """Return the one element that the page declares to be its article, or None where there is none or are several."""
    for wanted in ("//*[@itemprop='articleBody']", "//article", "//main|//*[@role='main']"):
        found = root.xpath(wanted)
        if len(found) == 1:
            return found[0]
    return None


def _around(extracted: str, root: HtmlElement) -> HtmlElement:
    """Return the smallest element that holds the first, the last and the longest line of `extracted`."""
    lines = [line for line in extracted.split("\n") if len(line) >= _TELLING_LINE] or [extracted]
    wanted = {lines[0], lines[-1], max(lines, key=len)}
    at = root
    for _ in range(_DEEPEST):
        within = next((child for child in at if _has(child, wanted)), None)
        if within is None:
            break
        at = within
    return at


def _has(element: HtmlElement, lines: set[str]) -> bool:
    if not isinstance(element.tag, str):
        return False
    words = one_line(element.text_content())
    return all(line.removeprefix("- ") in words for line in lines)


def _has_lost_lines(extracted: str, whole: str, title: str) -> bool:
    """Return whether most of what `whole` has more than `extracted` are long lines, which are missing there or moved.

    Else it is bylines, tags and links to other articles, for which a line or two are not worth it. Neither the spaces
    in a line count nor the title, which is not kept in the text.
    """
    found, at = _single_spaced(extracted), 0
    lost = 0
    for line in _single_spaced(whole).split("\n"):
        if len(line) >= _LONG_LINE and line != title:
            place = found.find(line, at)
            lost, at = (lost + len(line), at) if place < 0 else (lost, place)
    return lost > max(0, _MOSTLY_LINES * (len(whole) - len(extracted)))


def _single_spaced(text: str) -> str:
    """Return a text with single spaces in its lines, as trafilatura leaves them, but with the indents of listings."""
    lines = text.split("\n")
    return "\n".join(line[: len(line) - len(line.lstrip(" \t"))] + " ".join(line.split()) for line in lines)


def _holds_listings(extracted: str, article: HtmlElement) -> bool:
    """Return whether each preformatted text of an article is in `extracted`, as far as its first line tells."""
    firsts = (next((line for line in reading_text(pre).split("\n") if line.strip()), "") for pre in article.iter("pre"))
    return all(line.strip() in extracted for line in firsts)
