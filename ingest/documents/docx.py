"""Word documents: headings, paragraphs, lists, tables and notes as reading text, and the document's properties."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from ingest.documents.part import GUESSED_DATE
from ingest.documents.zipped import Zipped
from ingest.normalize import canonical_text, one_line
from ingest.sources.draft import Found
from ingest.sources.reading import first_heading, parse_page, reading_text
from ingest.sources.titles import title_of, without_leading
from retrieval.errors import ArticleError

_Tree = Any  # lxml's elements have no types
_MAIN = "word/document.xml"
_PROPERTIES = "docProps/core.xml"
_NAMES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "cp": "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
}
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_OFF = ("0", "false", "off")
_SMALLEST_FONT = 4  # half points; below nobody reads it
_OLD_WORD = b"\xd0\xcf\x11\xe0"
# What Word and those who generate its files write where nobody has said anything.
_NO_AUTHOR = re.compile(r"python-docx|(?:windows[- ]?)?user\d*|author|unknown|admin(?:istrator)?|\W*", re.IGNORECASE)
_NO_TITLE = re.compile(r"word document|document\d*|title|untitled.*|\W*", re.IGNORECASE)
_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => h2:fresh"
# What mammoth raises on parts that are missing or refer to nothing, such as a note that is not there.
_FAILURES = (LookupError, ValueError, TypeError, AttributeError, RecursionError)
_BACK = ("#footnote-ref-", "#endnote-ref-")  # mammoth's links from a note to its place, an arrow


def read_docx(data: bytes) -> Found:
    """Read a Word document (.docx); notes stand last.

    Headers, footers, comments, deletions, pictures and what is hidden leave nothing.

    The title is that of the properties, else the first heading, else the first line. The date is that of the last change.

    Raises:
        ArticleError: it is no such document, is damaged, encrypted or a bomb.
    """
    if data.startswith(_OLD_WORD):
        raise ArticleError("is encrypted or of the old .doc format; save it as .docx without a password")
    document = Zipped(data, "a Word document")
    trees = {name: document.xml(name) for name in document.names if name.endswith((".xml", ".rels"))}
    hidden = _MAIN in trees and _drop_hidden(trees[_MAIN])
    html = _as_html(_with_formulas(document, trees) if hidden or _has_formulas(trees) else data)
    page = parse_page(f"<html><body>{html}</body></html>")
    for link in list(page.body.iter("a")):
        if (link.get("href") or "").startswith(_BACK):
            link.drop_tree()
    body = canonical_text(reading_text(page.body)).strip("\n")
    about = _properties(trees)
    given = about.pop("title", "")
    title = ("" if _NO_TITLE.fullmatch(given) else given) or first_heading(page.body)
    text = (without_leading(body, title).strip("\n") if title else body) or body
    guessed = {"published_guessed": True} if "published" in about else {}
    return Found(text, {"title": title or title_of(body), **about}, guessed, (GUESSED_DATE,) if guessed else ())


def _as_html(data: bytes) -> str:
    import mammoth  # 0.1 s to import

    def no_picture(image: Any) -> dict[str, str]:
        return {}

    without_pictures = mammoth.images.img_element(no_picture)
    try:
        converted = mammoth.convert_to_html(io.BytesIO(data), style_map=_STYLES, convert_image=without_pictures)
    except OSError as error:
        raise ArticleError("does not say which of its parts is the text, so it is damaged; save it anew") from error
    except _FAILURES as error:
        raise ArticleError("has a part that is missing or refers to nothing, so it is damaged; save it anew") from error
    return str(converted.value)


def _drop_hidden(root: _Tree) -> bool:
    """Take out letters that Word does not show or that nobody can read, and return whether there were any."""
    marks = [mark for mark in root.iter(f"{_WORD}vanish", f"{_WORD}sz") if _hides(mark)]
    runs = [run for mark in marks if (run := mark.getparent().getparent()) is not None and run.tag == f"{_WORD}r"]
    for run in runs:
        if (above := run.getparent()) is not None:
            above.remove(run)
    return bool(runs)


def _hides(mark: _Tree) -> bool:
    value = mark.get(f"{_WORD}val") or ""
    if mark.tag == f"{_WORD}vanish":
        return value.lower() not in _OFF
    return value.isascii() and value.isdigit() and len(value) < 5 and int(value) < _SMALLEST_FONT


def _has_formulas(trees: Mapping[str, _Tree]) -> bool:
    return _MAIN in trees and next(trees[_MAIN].iter(f"{_MATH}oMath"), None) is not None


def _with_formulas(document: Zipped, trees: Mapping[str, _Tree]) -> bytes:
    """Return the document as changed, with the letters of each formula as text, as the converter leaves formulas out."""
    root = trees[_MAIN]
    for formula in list(root.iter(f"{_MATH}oMath")):
        run = root.makeelement(f"{_WORD}r")
        text = etree.SubElement(run, f"{_WORD}t")
        text.text = "".join(letters.text or "" for letters in formula.iter(f"{_MATH}t"))
        wrapper = formula.getparent()
        wrapper.replace(formula, run)
        if wrapper.tag == f"{_MATH}oMathPara":
            wrapper.tag = f"{_WORD}smartTag"  # one of the elements that the converter reads through
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as archive:
        for name in trees:
            archive.writestr(name, etree.tostring(root) if name == _MAIN else document.read(name))
    return changed.getvalue()


def _properties(trees: Mapping[str, _Tree]) -> dict[str, str]:
    root = trees.get(_PROPERTIES)
    if root is None:
        return {}

    def first(*paths: str) -> str:
        found = (one_line(root.findtext(path, namespaces=_NAMES) or "") for path in paths)
        return next((value for value in found if value), "")

    author = first("dc:creator", "cp:lastModifiedBy")
    fields = {
        "title": first("dc:title"),
        "author": "" if _NO_AUTHOR.fullmatch(author) else author,
        "published": first("dcterms:modified", "dcterms:created"),
        "language": first("dc:language"),
    }
    return {key: value for key, value in fields.items() if value}
