"""A conversation as Markdown: what people write, what the bot answers, with its quotes, and the buttons under it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from tests.telegram.parser import Entity, Parsed
from tests.telegram.records import Sent

MARKS = {"Bold": "**", "Italic": "*", "Code": "`"}
QUOTES = ("BlockQuote", "ExpandableBlockQuote")

_SPECIAL = re.compile(r"([\\`*_\[\]<>])")
_LIST = re.compile(r"^(\d+)\. ")


def written(text: str) -> str:
    """Return what somebody writes, to stand right above the reply."""
    return f"**You:** {_escaped(text)}\\\n"


def tapped(label: str) -> str:
    """Return that somebody taps a button, to stand right above the reply."""
    return f"**You** tap [ {label} ]\\\n"


def said(sent: Sent) -> str:
    """Return a message of the bot as the reader sees it, its buttons in one line."""
    text = "**Citegram:** " + "\n\n".join(_blocks(sent.parsed)).replace("\n\n>", "\n>")
    return "\n\n".join(filter(None, [text, " ".join(f"[ {label} ]" for label in sent.buttons)]))


def _blocks(parsed: Parsed) -> Iterator[str]:
    """Yield paragraphs and block quotes."""
    encoded = parsed.text.encode("utf-16-le")
    marked = [one for one in parsed.entities if one.kind in MARKS or one.kind == "TextUrl"]
    at = 0
    for quote in sorted((one for one in parsed.entities if one.kind in QUOTES), key=lambda one: one.offset):
        yield from _paragraphs(_inline(encoded, at, quote.offset, marked))
        at = quote.offset + quote.length
        lines = _inline(encoded, quote.offset, at, marked).split("\n")
        yield "\n".join(f"> {line}".rstrip() for line in lines)
    yield from _paragraphs(_inline(encoded, at, len(encoded) // 2, marked))


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n{2,}", text.strip("\n")):
        lines = [_LIST.sub(r"\1\\. ", line) for line in paragraph.split("\n")]
        if paragraph:
            yield "\\\n".join(lines)


def _inline(encoded: bytes, start: int, end: int, entities: Iterable[Entity]) -> str:
    """Return a part of a text, given in UTF-16 code units, with its formatting inside."""
    opened: dict[int, list[str]] = {}
    closed: dict[int, list[str]] = {}
    # The longest first, so that what begins later, and with it, lies within.
    pieces = [piece for one in entities for piece in _line_by_line(encoded, one)]
    for one in sorted(pieces, key=lambda one: (one.offset, -one.length, one.kind)):
        first, last = max(one.offset, start), min(one.offset + one.length, end)
        if first < last:
            opened.setdefault(first, []).append(MARKS.get(one.kind, "["))
            closed.setdefault(last, []).insert(0, MARKS.get(one.kind) or f"]({_page(one)})")
    edges = sorted({start, end, *opened, *closed})
    parts: list[str] = []
    for edge, following in zip(edges, [*edges[1:], end], strict=True):
        parts += [*closed.get(edge, []), *opened.get(edge, [])]
        parts.append(_escaped(encoded[2 * edge : 2 * following].decode("utf-16-le")))
    return "".join(parts)


def _line_by_line(encoded: bytes, entity: Entity) -> Iterator[Entity]:
    """Yield the parts of a formatted run on each line: in Markdown no bold type goes on in the next paragraph."""
    at = entity.offset
    for line in encoded[2 * at : 2 * (at + entity.length)].decode("utf-16-le").split("\n"):
        length = len(line.encode("utf-16-le")) // 2
        if length:
            yield replace(entity, offset=at, length=length)
        at += length + 1


def _page(link: Entity) -> str:
    """Return where a link leads; the part behind `#`, by which browsers find the quote, is left out to be read easily."""
    return (link.url or "").partition("#")[0]


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
