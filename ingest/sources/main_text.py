"""The main text of a page: trafilatura's where it is sure of it, else all that is visible and no menu."""

from __future__ import annotations

import copy
import logging
import re
from itertools import groupby

from lxml.etree import LxmlError  # type: ignore[import-untyped]
from lxml.html import HtmlElement  # type: ignore[import-untyped]

from ingest.sources.completing import completed
from ingest.sources.reading import CHROME, reading_text
from ingest.sources.surroundings import WITHIN_A_LINE, drop_menus

_TOO_LITTLE = 250  # characters; below, trafilatura itself doubts its result
_SHORTEST = 100  # characters of a main text that is believed beside much else
_MUCH_ELSE = 1.4  # times the main text
_WIDE = re.compile("[\u2e80-\ud7ff\uf900-\ufaff]")  # a letter of Chinese, Japanese or Korean says as much as three
_PARAGRAPH = 60  # characters; what is shorter may be a label or a caption
_POST = re.compile(r"\b(?:post|message|reply|answer)(?!-|_)\b", re.IGNORECASE)
_MOSTLY_POSTS = 0.6  # of a page's characters
FAILURES = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError, LxmlError)
"""What trafilatura's own code raises on broken pages; one of them must not cost the text."""


def main_text(root: HtmlElement) -> str:
    """Return trafilatura's main text, or all visible text where it finds little: its own rescue runs paragraphs together.

    A short text on a page of much else is still the main text when trafilatura is sure of it. Changes
    the tree.
    """
    _keep_lines(root)
    _wrap_loose(root)
    extracted = _extracted(root, favor_recall=_is_discussion(root))
    if _size(extracted) >= _TOO_LITTLE:
        return completed(extracted, root)
    drop_menus(root)
    visible = visible_text(root)
    certain = _extracted(root, favor_precision=True) if _size(visible) >= _MUCH_ELSE * _SHORTEST else ""
    return certain if _size(certain) >= _SHORTEST and len(visible) > _MUCH_ELSE * len(certain) else visible


def visible_text(root: HtmlElement) -> str:
    """Return all text of a page but for what its tags name as no part of it."""
    return reading_text(root if root.body is None else root.body, CHROME)


def _is_discussion(root: HtmlElement) -> bool:
    """Return whether a page is mostly posts of the same kind, of which trafilatura takes some for comments."""
    kinds = root.iter("div", "article", "li", "section", "tr")
    posts = [element for element in kinds if _POST.search(element.get("class") or "")]
    rows = ([*row] for _, row in groupby(posts, lambda post: (post.getparent(), post.get("class"))))
    most = max((row for row in rows if len(row) > 1), key=len, default=[])
    size = sum(len(post.text_content()) for post in most)
    return size > 0 and root.body is not None and size >= _MOSTLY_POSTS * len(root.body.text_content())


def _size(text: str) -> int:
    return len(text) + 2 * len(_WIDE.findall(text))


def _extracted(root: HtmlElement, favor_recall: bool = False, favor_precision: bool = False) -> str:
    from trafilatura import bare_extraction

    try:
        document = bare_extraction(
            copy.deepcopy(root),
            include_comments=False,
            favor_recall=favor_recall,
            favor_precision=favor_precision,
        )
    except FAILURES as error:
        logging.getLogger(__name__).debug("trafilatura failed: %r", error)
        return ""
    body = getattr(document, "body", None)
    return "" if body is None else reading_text(body)


def _wrap_loose(root: HtmlElement) -> None:
    """Put text that stands beside paragraphs into paragraphs of its own: trafilatura leaves out what comes first of it."""
    for element in list(root.iter("body", "div", "section", "article")):
        if all(len(child.text_content()) < _PARAGRAPH for child in element.iterchildren("p")):
            continue
        block: HtmlElement | None = None  # that `line` follows; None at the start of the element
        line: list[HtmlElement] = []
        for child in list(element):
            if child.tag in WITHIN_A_LINE and all(inner.tag in WITHIN_A_LINE for inner in child.iter()):
                line.append(child)
            else:
                _wrap(element, block, line)
                block, line = child, []
        _wrap(element, block, line)


def _wrap(element: HtmlElement, block: HtmlElement | None, line: list[HtmlElement]) -> None:
    """Wrap the text behind a block, with what stands among it, where it could be a paragraph and is no row of links."""
    text = (element.text if block is None else block.tail) or ""
    own = len(text.strip()) + sum(len((child.tail or "").strip()) for child in line)
    marked = sum(len(child.text_content().strip()) for child in line)
    if own < marked or own + marked < _PARAGRAPH:
        return
    paragraph = element.makeelement("p")
    paragraph.text = text
    if block is None:
        element.text = None
        element.insert(0, paragraph)
    else:
        block.tail = None
        block.addnext(paragraph)
    paragraph.extend(line)


def _keep_lines(root: HtmlElement) -> None:
    """Turn the line ends in `<pre>` into `<br>`, as trafilatura takes it for a quotation and joins its lines."""
    for element in [element for pre in root.iter("pre") for element in pre.iter()]:
        if "\n" in (element.text or ""):
            element.text, *lines = element.text.split("\n")
            for at, line in enumerate(lines):
                element.insert(at, _break_before(line, element))
        if element.tag != "pre" and "\n" in (element.tail or ""):
            first, *lines = element.tail.split("\n")
            element.tail = None
            for line in reversed(lines):
                element.addnext(_break_before(line, element))
            element.tail = first


def _break_before(line: str, element: HtmlElement) -> HtmlElement:
    line_break = element.makeelement("br")
    line_break.tail = line
    return line_break
