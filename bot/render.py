"""Answers as Telegram messages: HTML within Telegram's limits, and the same in plain text. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.links import link_to_quote, web_link
from retrieval.models import Answer, NearArticle, Period, Quote
from retrieval.wording import covered, written_date

MAX_UNITS = 4096
"""UTF-16 code units a message may hold once its tags are parsed. Telegram counts code points, of which there are never
more than units, and its documentation speaks of units: this keeps to both."""
MAX_HTML_BYTES = 32_000
"""The Bot API server refuses texts over 32,768 bytes before it parses them."""
MAX_ENTITIES = 100
"""Telegram ignores what goes beyond."""
MAX_TITLE = 200
MAX_NAME = 120
MAX_NEAREST = 5

_GAP = "\n\n"
_SURROGATES = re.compile("[\ud800-\udfff]")
# What Telegram's servers drop or turn into spaces, or what lets a title reorder the letters around it: the same
# characters that ingest keeps out of an article's text.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
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


def render(answer: Answer) -> list[Message]:
    """Turn an answer into the messages to send, in order; at least one, none longer than Telegram takes.

    Every quote stands whole in a blockquote of its own, or in several where one message cannot hold it.
    """
    notices = [tagged("i", notice) for notice in answer.notices if clean(notice).strip()]
    if answer.status == "answered" and answer.quotes:
        return _pack([*(unit for quote in answer.quotes for unit in _quote_units(quote)), *notices])
    if answer.status == "not_found" and answer.nearest:
        return _pack([*_not_found(answer.nearest, answer.period), *notices])
    return render_text(answer.text)


def render_text(text: str) -> list[Message]:
    """Turn plain text of any length and content into messages."""
    pieces = (piece.strip() for piece in _pieces(clean(text), MAX_UNITS))
    return [run(piece) for piece in pieces if piece] or [run("There is nothing to say.")]


def render_blocks(blocks: Iterable[Message]) -> list[Message]:
    """Put short blocks into messages, an empty line between any two; a message ends between blocks only."""
    return _pack(blocks)


def run(text: str) -> Message:
    """Return text without any formatting."""
    cleaned = clean(text)
    return Message(cleaned, html.escape(cleaned, quote=False))


def tagged(tag: str, text: str) -> Message:
    """Return one line of text in one of Telegram's tags, as in `b`, `i` or `code`; shortened if absurdly long."""
    line = _shortened(text, MAX_UNITS // 4)
    return Message(line, f"<{tag}>{html.escape(line, quote=False)}</{tag}>")


def clean(text: str) -> str:
    """Return `text` without what Telegram refuses, drops or lets reorder its surroundings."""
    return _INVISIBLE.sub("", _SURROGATES.sub("\ufffd", re.sub("\r\n?|[\x85\u2028\u2029]", "\n", text)))


def units(text: str) -> int:
    """Count UTF-16 code units, as Telegram's clients do."""
    return len(text) + sum(character > "\uffff" for character in text)


def _quote_units(quote: Quote) -> Iterator[Message]:
    head, again = _heading(quote), tagged("i", f"{quote.n}, continued") + run("\n")
    room = MAX_UNITS - max(units(head.plain), units(again.plain))
    for number, piece in enumerate(_pieces(clean(quote.text), room)):
        yield (again if number else head) + _blockquote(piece)


def _heading(quote: Quote) -> Message:
    title = run(f"{quote.n}. ") + _linked(_title(quote.title), quote.url, quote.text)
    origin = " · ".join(filter(None, map(_name, (quote.source, quote.author, _date(quote.published)))))
    line = Message(title.plain, f"<b>{title.html}</b>") + run("\n")
    return line + tagged("i", origin) + run("\n") if origin else line


def _blockquote(text: str) -> Message:
    return Message(text, f"<blockquote expandable>{html.escape(text, quote=False)}</blockquote>")


def _not_found(nearest: Sequence[NearArticle], period: Period) -> Iterator[Message]:
    yield tagged("b", "The articles do not say.")
    yield _joined([run("Nearest articles:"), *map(_near, nearest[:MAX_NEAREST])], "\n")
    sentence = _shortened(covered(period), MAX_TITLE)
    if sentence:
        yield run(sentence)


def _near(article: NearArticle) -> Message:
    day = _name(_date(article.published))
    return run("• ") + _linked(_title(article.title), article.url) + run(f" ({day})" if day else "")


def _linked(text: str, url: str | None, quote: str = "") -> Message:
    address = web_link(url)
    if address is None:
        return run(text)
    target = link_to_quote(address, clean(quote))
    return Message(text, f'<a href="{html.escape(target)}">{html.escape(text, quote=False)}</a>')


def _date(published: str | None) -> str:
    return written_date(published or "")


def _title(title: str) -> str:
    return _shortened(title, MAX_TITLE) or "Untitled"


def _name(name: str | None) -> str:
    return _shortened(name or "", MAX_NAME)


def _shortened(text: str, limit: int) -> str:
    line = " ".join(clean(text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _joined(parts: Sequence[Message], gap: str) -> Message:
    return Message(gap.join(part.plain for part in parts), gap.join(part.html for part in parts))


def _pack(blocks: Iterable[Message]) -> list[Message]:
    """Fill messages with whole blocks; one that no message can hold is sent as plain text."""
    messages: list[Message] = []
    for block in blocks:
        if not _fits(block):
            messages += render_text(block.plain)
            continue
        longer = _joined([messages[-1], block], _GAP) if messages else block
        if messages and _fits(longer):
            messages[-1] = longer
        else:
            messages.append(block)
    return messages


def _fits(message: Message) -> bool:
    return (
        units(message.plain) <= MAX_UNITS
        and len(message.html.encode()) <= MAX_HTML_BYTES
        and message.html.count("</") <= MAX_ENTITIES
    )


def _pieces(text: str, limit: int) -> Iterator[str]:
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
