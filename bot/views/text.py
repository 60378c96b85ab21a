"""Formatted text within Telegram's limits: HTML, and the same in plain text. Pure."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.views.links import link_to_page, link_to_quote, web_link

MAX_UNITS = 4096
"""UTF-16 code units a message may hold once its tags are parsed. Telegram counts code points, of which there are never
more than units, and its documentation speaks of units: this keeps to both."""
MAX_HTML_BYTES = 32_000
"""The Bot API server refuses texts over 32,768 bytes before it parses them."""
MAX_ENTITIES = 100
"""Telegram ignores what goes beyond."""
MAX_TITLE = 200
MAX_NAME = 120

GAP = "\n\n"
_SURROGATES = re.compile("[\ud800-\udfff]")
# What Telegram's servers drop or turn into spaces, or what lets a title reorder the letters around it: nearly the same
# characters that ingest keeps out of an article's text.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u030a\u0333\u033f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
# The servers drop a ring that follows its letter, too, so the two are put together where Unicode has both as one.
_WITH_RING = re.compile("[^\u0300-\u036f][\u0300-\u036f]*?\u030a[\u0300-\u036f]*")
_ENDS = (re.compile(r"\n"), re.compile(r"[.!?…]\s+|[。！？]"), re.compile(r"\s"))
"""Where a text that is too long is cut: at lines' ends, else at sentences', else between words."""
_COMBINING = re.compile("[\u0300-\u036f\u200c\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]")


@dataclass(frozen=True, slots=True)
class Message:
    """Formatted text: `plain` is what is left of `html` once Telegram has parsed it."""

    plain: str
    html: str

    def __add__(self, other: Message) -> Message:
        """Put two runs of text one behind the other."""
        return Message(self.plain + other.plain, self.html + other.html)


EMPTY = Message("", "")


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: it sends `data` back to the bot, or opens `url`."""

    text: str
    data: str = ""
    url: str = ""


Keyboard = tuple[tuple[Button, ...], ...]
"""Rows of buttons."""


def run(text: str) -> Message:
    """Return text without any formatting."""
    cleaned = clean(text)
    return Message(cleaned, html.escape(cleaned, quote=False))


def tagged(tag: str, text: str) -> Message:
    """Return one line of text in one of Telegram's tags, as in `b`, `i` or `code`; shortened if absurdly long."""
    line = shortened(text, MAX_UNITS // 4)
    return Message(line, f"<{tag}>{html.escape(line, quote=False)}</{tag}>")


def bold(message: Message) -> Message:
    """Return formatted text in bold."""
    return Message(message.plain, f"<b>{message.html}</b>")


def linked(text: str, url: str | None, quote: str = "", page: int | None = None) -> Message:
    """Return text that links to `url`; without a link when that is no address.

    It opens a document that has pages at `page`, any other at the place of `quote`, if there is one.
    """
    shown = run(text)
    address = web_link(url)
    if address is None:
        return shown
    target = link_to_quote(address, clean(quote)) if page is None else link_to_page(address, page)
    return Message(shown.plain, f'<a href="{html.escape(target)}">{shown.html}</a>')


def blockquote(content: Message) -> Message:
    """Return formatted text in an expandable quotation."""
    return Message(content.plain, f"<blockquote expandable>{content.html}</blockquote>")


def joined(parts: Sequence[Message], gap: str) -> Message:
    """Return formatted texts with `gap` between any two."""
    return Message(gap.join(part.plain for part in parts), gap.join(part.html for part in parts))


def render_text(text: str) -> list[Message]:
    """Turn plain text of any length and content into messages; none when there is nothing to see in it."""
    pieces = (piece.strip() for piece in pieces_of(clean(text), MAX_UNITS))
    return [run(piece) for piece in pieces if piece]


def pack(blocks: Iterable[Message]) -> list[Message]:
    """Fill messages with whole blocks, an empty line between any two; one that no message can hold is sent as plain text.

    A message ends between blocks only.
    """
    messages: list[Message] = []
    for block in blocks:
        if not fits(block):
            messages += render_text(block.plain)
            continue
        longer = joined([messages[-1], block], GAP) if messages else block
        if messages and fits(longer):
            messages[-1] = longer
        else:
            messages.append(block)
    return messages


def fits(message: Message) -> bool:
    """Return whether Telegram takes `message` as it is."""
    return (
        units(message.plain) <= MAX_UNITS
        and len(message.html.encode()) <= MAX_HTML_BYTES
        and message.html.count("</") <= MAX_ENTITIES
    )


def clean(text: str) -> str:
    """Return `text` without what Telegram refuses, drops or lets reorder its surroundings: just as readers see it."""
    lines = re.sub("\r\n?|[\x85\u2028\u2029]", "\n", text)
    composed = _WITH_RING.sub(lambda letter: unicodedata.normalize("NFC", letter.group()), lines)
    return _INVISIBLE.sub("", _SURROGATES.sub("\ufffd", composed))


def shortened(text: str, limit: int) -> str:
    """Return `text` cleaned, as one line of at most `limit` characters."""
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def units(text: str) -> int:
    """Count UTF-16 code units, as Telegram's clients do."""
    return len(text) + sum(character > "\uffff" for character in text)


def pieces_of(text: str, limit: int) -> Iterator[str]:
    """Cut `text` into pieces of at most `limit` UTF-16 units that joined give it back."""
    while units(text) > limit:
        cut = _cut(text, len(text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")))
        yield text[:cut]
        text = text[cut:]
    yield text


def _cut(text: str, longest: int) -> int:
    for end_of_part in _ENDS:
        ends = [match.end() for match in end_of_part.finditer(text, 0, longest)]
        if ends and ends[-1] > longest // 2:
            return ends[-1]
    # No space in sight: at least keep a letter and its accents together.
    cut = longest
    while cut > longest // 2 and (_COMBINING.match(text[cut]) or text[cut - 1] == "\u200d"):
        cut -= 1
    return cut
