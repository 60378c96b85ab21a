"""A tree of HTML, or of what trafilatura makes of it, to the plain text that a person would read aloud."""

from __future__ import annotations

import re
from collections.abc import Set

from lxml import etree, html  # type: ignore[import-untyped]

from ingest.normalize import one_line
from retrieval.errors import ArticleError

# HTML's names, and at the end those of trafilatura's own tree.
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "details", "dialog", "dir",
    "div", "dl", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "legend", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "ul",
    "head", "list", "quote",
}  # fmt: skip
_LINES = {"dd", "dt", "li", "tr", "item", "row"}
_ITEMS = {"li", "item"}
_LISTS = {"ol", "ul", "menu", "dir", "list"}
_ROWS = {"tr", "row"}
_CELLS = {"td", "th", "cell"}
_BREAKS = {"br", "lb"}
UNREAD = frozenset(
    (
        "script", "style", "template", "noscript", "svg", "object", "iframe", "audio", "video", "canvas", "map",
        "textarea", "select",
    )
)  # fmt: skip
"""Elements whose content is never text to read."""
CHROME = UNREAD | {"nav", "footer", "aside", "form", "button", "dialog", "menu"}
"""Elements that stand around an article, not in it."""

_SPACE = re.compile(r"[ \t\n\r\f]+")


def parse_page(page: str) -> html.HtmlElement:
    """Parse an HTML page, however broken.

    Raises:
        ArticleError: it holds nothing, or it is such that the parser gives up halfway (nested 256 deep, 10 MB in one
            piece), which would lose the rest unseen.
    """
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        root = html.document_fromstring(page.encode(), parser=parser)
    except etree.ParserError as error:
        raise ArticleError("has no text; add some or remove it") from error
    if any(entry.level == etree.ErrorLevels.FATAL for entry in parser.error_log):
        raise ArticleError("is nested too deeply or too large in one piece to be read as a page; save its text as .txt")
    return root


def reading_text(root: etree._Element, unread: Set[str] = UNREAD) -> str:
    """Return the text below `root`: a blank line between blocks, a line for each list item and table row.

    List items keep a `- ` or their number, cells are separated by ` | `, preformatted text keeps its lines, and what
    is inline (emphasis, links) leaves only its text. The walk is a loop, so that no depth of nesting is too much.
    """
    writer = _Writer()
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        read = isinstance(element.tag, str) and element.tag not in unread
        if event == "start":
            if read:
                writer.open(element)
                writer.text(element.text)
            else:
                walk.skip_subtree()
        else:
            if read:
                writer.close(element)
            if element is not root:
                writer.text(element.tail)
    return "".join(writer.out)


class _Writer:
    """Text so far, and what has to come before the next word: line ends, a list mark, a space."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self._newlines = 0
        self._space = False
        self._mark = ""
        self._lists: list[int | None] = []  # the next number of each open list, None where it has dots
        self._verbatim = 0
        self._row: etree._Element | None = None  # the data row that is open: all of it is one line

    def open(self, element: etree._Element) -> None:
        tag = element.tag
        if tag in _BREAKS:
            self._end_line(min(self._newlines + 1, 2))
        elif tag in _CELLS:
            self._cell()
        else:
            self._boundary(tag)
        if tag in _LISTS:
            self._lists.append(_first_number(element))
        elif tag in _ITEMS:
            self._item()
        elif tag in _ROWS and self._row is None and _is_data(element):
            self._row = element
        elif tag == "pre":
            self._verbatim += 1

    def close(self, element: etree._Element) -> None:
        tag = element.tag
        if element is self._row:
            self._row = None
            self._mark = ""
        if tag in _LISTS and self._lists:
            self._lists.pop()
        elif tag == "pre":
            self._verbatim -= 1
        if tag in _ITEMS:
            self._mark = ""
        if tag not in _CELLS:
            self._boundary(tag)

    def text(self, raw: str | None) -> None:
        if not raw:
            return
        if self._verbatim and self._row is None:
            self._lines(raw)
            return
        words = _SPACE.sub(" ", raw)
        self._space = self._space or words.startswith(" ")
        if words.strip(" "):
            self._write(words.strip(" "))
            self._space = words.endswith(" ")

    def _lines(self, raw: str) -> None:
        for n, line in enumerate(raw.split("\n")):
            if n:
                self._end_line(min(self._newlines + 1, 2))
            if line.strip():
                self._write(line.rstrip())

    def _write(self, words: str) -> None:
        if self._newlines and self.out:
            self.out.append("\n" * self._newlines)
        elif self._space and self.out and not self._mark:
            self.out.append(" ")
        self.out.append(self._mark)
        self.out.append(words)
        self._newlines, self._space, self._mark = 0, False, ""

    def _boundary(self, tag: str) -> None:
        if tag in _BLOCKS:
            # A list inside an item goes on with the item's lines.
            self._end_line(1 if tag in _LISTS and len(self._lists) else 2)
        elif tag in _LINES:
            self._end_line(1)

    def _end_line(self, newlines: int) -> None:
        self._space = True
        if self._row is None:
            self._newlines = max(self._newlines, newlines)

    def _item(self) -> None:
        if self._row is not None:
            return
        number = self._lists[-1] if self._lists else None
        indent = "  " * (len(self._lists) - 1)
        self._mark = f"{indent}- " if number is None else f"{indent}{number}. "
        if number is not None:
            self._lists[-1] = number + 1

    def _cell(self) -> None:
        if self._row is None:
            self._end_line(2)
        elif self.out and not self._newlines:
            self._mark = " | "


def _first_number(element: etree._Element) -> int | None:
    ordered = element.tag == "ol" or element.get("rend") == "ol"
    start = element.get("start", "1")
    return (int(start) if re.fullmatch(r"\d{1,6}", start, re.ASCII) else 1) if ordered else None


def _is_data(row: etree._Element) -> bool:
    """Return whether a table row holds values; rows of old pages that hold columns of paragraphs are layout."""
    cells = (cell for cell in row if cell.tag in _CELLS)
    return all(sum(child.tag in _BLOCKS for child in cell) <= 1 for cell in cells)


def first_heading(root: etree._Element) -> str:
    """Return the first `h1` of a page, else its first heading of any level, on one line; empty when there is none."""
    headings = (
        one_line(reading_text(heading)) for name in ("h1", "h2 h3 h4 h5 h6") for heading in root.iter(*name.split())
    )
    return next((heading for heading in headings if heading), "")


def drop(element: etree._Element) -> None:
    """Take an element out of its page with all within it, but not the text after it; what has gone already is gone."""
    if element.getparent() is not None:
        element.drop_tree()
