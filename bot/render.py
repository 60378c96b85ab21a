"""Answers as Telegram messages. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.text import (
    MAX_NAME,
    MAX_TITLE,
    MAX_UNITS,
    Message,
    blockquote,
    bold,
    clean,
    joined,
    linked,
    pack,
    pieces_of,
    render_text,
    run,
    shortened,
    tagged,
    units,
)
from retrieval.models import Answer, NearArticle, Period, Quote
from retrieval.wording import covered, written_date

MAX_NEAREST = 5


def render(answer: Answer) -> list[Message]:
    """Turn an answer into the messages to send, in order; at least one, none longer than Telegram takes.

    Every quote stands whole in a blockquote of its own, or in several where one message cannot hold it.
    """
    notices = [tagged("i", notice) for notice in answer.notices if clean(notice).strip()]
    if answer.status == "answered" and answer.quotes:
        return pack([*(unit for quote in answer.quotes for unit in _quote_units(quote)), *notices])
    if answer.status == "not_found" and answer.nearest:
        return pack([*_not_found(answer.nearest, answer.period), *notices])
    return render_text(answer.text)


def _quote_units(quote: Quote) -> Iterator[Message]:
    head, again = _heading(quote), tagged("i", f"{quote.n}, continued") + run("\n")
    room = MAX_UNITS - max(units(head.plain), units(again.plain))
    for number, piece in enumerate(pieces_of(clean(quote.text), room)):
        yield (again if number else head) + blockquote(run(piece))


def _heading(quote: Quote) -> Message:
    title = run(f"{quote.n}. ") + linked(_title(quote.title), quote.url, quote.text)
    origin = " · ".join(filter(None, map(_name, (quote.source, quote.author, _date(quote.published)))))
    line = bold(title) + run("\n")
    return line + tagged("i", origin) + run("\n") if origin else line


def _not_found(nearest: Sequence[NearArticle], period: Period) -> Iterator[Message]:
    yield tagged("b", "The articles do not say.")
    yield joined([run("Nearest articles:"), *map(_near, nearest[:MAX_NEAREST])], "\n")
    sentence = shortened(covered(period), MAX_TITLE)
    if sentence:
        yield run(sentence)


def _near(article: NearArticle) -> Message:
    day = _name(_date(article.published))
    return run("• ") + linked(_title(article.title), article.url) + run(f" ({day})" if day else "")


def _date(published: str | None) -> str:
    return written_date(published or "")


def _title(title: str) -> str:
    return shortened(title, MAX_TITLE) or "Untitled"


def _name(name: str | None) -> str:
    return shortened(name or "", MAX_NAME)
