"""Pages of a folder with their main text, which stands beside them or is declared in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lxml import etree  # type: ignore[import-untyped]

from ingest.sources.decode import decode, decode_page
from ingest.sources.reading import first_heading, parse_page, reading_text
from retrieval.errors import ArticleError, EvaluationError
from retrieval.evaluating.sets import Half, in_half
from tests.ingest.sources.gold import GoldPage

_MOST = 60  # pages that declare their main text, evenly spread
_LITTLE = 500  # characters of a declared main text; pages with less are lists of contents


def pages_of(folder: Path, half: Half | None = None) -> list[GoldPage]:
    """Return the pages of a folder and of those below it, or of one half of them: always the same one.

    A page is `NAME/source.html` with its main text in `NAME/expected.html` (the layout of Readability's test pages), or
    `NAME.html` with it in `NAME.txt`. Where there are no such pairs, it is any page that declares a `<main>`: that
    declaration is taken away, and of many pages 60 are taken. A title is no part of a main text.

    Raises:
        EvaluationError: the folder has no such pages.
    """
    pages = [page for page in _paired(folder) if page.main.strip()] or list(_declared(folder))
    chosen = [page for page in pages if half is None or in_half(half, page.name.rpartition("/")[2])]
    if not chosen:
        raise EvaluationError(
            f"{folder} has no pages with their main text: NAME/source.html beside NAME/expected.html, "
            "NAME.html beside NAME.txt, or pages with <main>"
        )
    return chosen


def _paired(folder: Path) -> Iterator[GoldPage]:
    for path in sorted(folder.rglob("*.html")):
        expected, text = path.with_name("expected.html"), path.with_suffix(".txt")
        if path.name == "source.html" and expected.is_file():
            yield _page(path.parent.relative_to(folder), path, reading_text(_parsed(expected)))
        elif path.name != "expected.html" and text.is_file():
            yield _page(path.relative_to(folder).with_suffix(""), path, decode(text.read_bytes()).text)


def _page(name: Path, path: Path, main: str) -> GoldPage:
    title = first_heading(_parsed(path))
    return GoldPage(name.as_posix(), decode_page(path.read_bytes()).text, {"title": title}, without_title(main, title))


def _parsed(path: Path) -> etree._Element:
    return parse_page(decode_page(path.read_bytes()).text)


def without_title(text: str, title: str) -> str:
    """Return a text without a title at its start, which some readers leave there and others do not."""
    return text.replace(title, "", 1) if text[: 4 * len(title)].find(title) >= 0 else text


def _declared(folder: Path) -> Iterator[GoldPage]:
    paths = sorted(folder.rglob("*.html"))
    for path in paths[:: -(-len(paths) // _MOST) or 1]:
        page = _declared_page(path)
        if page is not None:
            yield page


def _declared_page(path: Path) -> GoldPage | None:
    """Return a page that declares its main text, without the declaration; None where it declares none or little."""
    try:
        root = _parsed(path)
    except ArticleError:
        return None
    declared = root.xpath("//main")
    if len(declared) != 1 or len(reading_text(declared[0])) < _LITTLE:
        return None
    [main] = declared
    title = first_heading(main)
    gold = reading_text(main).replace(title, "", 1)
    main.tag = "div"
    main.attrib.clear()
    return GoldPage(path.name, etree.tostring(root, encoding="unicode", method="html"), {"title": title}, gold)
