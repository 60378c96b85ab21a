"""Answers as Telegram messages, and the buttons under them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bot.views import buttons
from bot.views.choices import asked_back
from bot.views.links import web_link
from bot.views.notices import in_words
from bot.views.origins import origin
from bot.views.text import (
    EMPTY,
    MAX_NAME,
    MAX_TITLE,
    MAX_UNITS,
    Button,
    Keyboard,
    Message,
    blockquote,
    bold,
    clean,
    joined,
    linked,
    pack,
    pieces_of,
    run,
    shortened,
    tagged,
    units,
)
from bot.views.words import Words
from retrieval.models import Answer, Claim, NearArticle, Quote
from retrieval.wording import claimed

MAX_NEAREST = 5
MAX_MARKS = 8
"""Places of a quote shown in bold: more would be no emphasis, and Telegram takes a hundred tags a message."""
BUTTONS_IN_ROW = 3
"""As many as a phone shows with their text whole."""
REASONS = ("beside", "incomplete", "outdated", "other")
"""What a reader may say of an answer rated down, in the order in which `buttons.reason` counts; texts `reason-<name>`."""


def render(answer: Answer, words: Words, *, notices: Sequence[str] = (), focus: str = "") -> list[Message]:
    """Turn an answer into the messages to send, in order; at least one, none longer than Telegram takes.

    Every quote stands whole in a blockquote of its own, or in several where one message cannot hold it.

    Args:
        answer: what the core found.
        words: the reader's language.
        notices: what is said before the answer.
        focus: what part of the articles was asked, in words; empty for all of them.
    """
    body = [block for block in _body(answer, words, focus) if block.plain.strip()]
    return pack(
        [
            *_notices(notices),
            *(body or [run(words("failed"))]),
            *_notices([in_words(notice, words) for notice in answer.notices]),
            *_focus_line(focus, words),
        ]
    )


def render_more(quotes: Sequence[Quote], words: Words, *, focus: str = "") -> list[Message]:
    """Turn further quotes of an answer into messages that look like the first; none without quotes."""
    return pack([*_quotes(quotes, words), *_focus_line(focus, words)]) if quotes else []


def answer_keyboard(
    answer_id: int,
    quotes: Sequence[Quote],
    words: Words,
    *,
    more: bool,
    verdict: str = "",
    shown: tuple[int, int] | None = None,
) -> Keyboard:
    """Return the buttons under quotes.

    Args:
        answer_id: number of the answer that the quotes are part of.
        quotes: those in this message; their own numbers are what the buttons ask for.
        words: the reader's language.
        more: whether there are quotes that have not been shown.
        verdict: how the reader has rated the answer, `up` or `down`; marked.
        shown: first and last number of the answer's places that the message is of, where articles that have changed
            may have taken some of its quotes; those of `quotes` if not given.
    """
    first, last = shown or ((quotes[0].n, quotes[-1].n) if quotes else (0, 0))
    several = len(quotes) > 1
    contexts = [
        Button(words("button-context-n", n=quote.n) if several else words("button-context"),
               buttons.context(answer_id, quote.n))
        for quote in quotes
    ]  # fmt: skip
    texts = [
        Button(words("button-full-text-n", n=quote.n) if several else words("button-full-text"),
               buttons.full_text(answer_id, quote.n))
        for quote in _without_page(quotes)
    ]  # fmt: skip
    further = [Button(words("button-more"), buttons.more(answer_id, last + 1))] if more else []
    return (
        *_rows(contexts),
        *_rows(texts),
        (_sources_button(answer_id, words), *further),
        _votes(answer_id, verdict, (first, last)),
    )


def refusal_keyboard(answer_id: int, words: Words, *, verdict: str = "") -> Keyboard:
    """Return the buttons under an answer that quotes nothing: what was considered, and whether that was right."""
    return ((_sources_button(answer_id, words),), _votes(answer_id, verdict, (0, 0)))


def reasons_keyboard(answer_id: int, words: Words, shown: tuple[int, int] = (0, 0)) -> Keyboard:
    """Return the buttons that ask what was wrong with an answer, two in a row; `shown` is as in `answer_keyboard`."""
    reasons = [Button(words(f"reason-{name}"), buttons.reason(answer_id, n, shown)) for n, name in enumerate(REASONS)]
    return (tuple(reasons[:2]), tuple(reasons[2:]))


def _body(answer: Answer, words: Words, focus: str) -> Iterable[Message]:
    if answer.status == "error":
        return [run(words("failed"))]
    if answer.status == "answered" and answer.quotes:
        return [*_claims(answer, words), *_quotes(answer.quotes, words)]
    if answer.status == "not_found":
        return _not_found(answer, words, focus)
    if answer.status == "clarify":
        return [asked_back(answer, words)]
    return [run(answer.text.strip())]


def _claims(answer: Answer, words: Words) -> Iterator[Message]:
    """Yield a written answer as one paragraph, each sentence with the numbers of the quotes it rests on."""
    known = {quote.n for quote in answer.quotes}
    claims = [claim for claim in answer.claims if clean(claim.text).strip()]
    if claims:
        yield run(" ".join(_claimed(claim, known) for claim in claims))
    if not all(claim.supported for claim in claims):
        yield tagged("i", words("unsupported"))


def _claimed(claim: Claim, known: set[int]) -> str:
    shown = tuple(n for n in claim.quotes if n in known)
    return claimed(replace(claim, text=claim.text.strip(), quotes=shown))


def _quotes(quotes: Sequence[Quote], words: Words) -> Iterator[Message]:
    for quote in quotes:
        yield from _quote_blocks(quote, words)


def _quote_blocks(quote: Quote, words: Words) -> Iterator[Message]:
    head, again = _heading(quote, words), tagged("i", words("continued", n=quote.n)) + run("\n")
    room = MAX_UNITS - max(units(head.plain), units(again.plain))
    text, marks = _cleaned(quote)
    start = 0
    for number, piece in enumerate(pieces_of(text, room)):
        yield (again if number else head) + blockquote(_with_marks(piece, start, marks))
        start += len(piece)


def _cleaned(quote: Quote) -> tuple[str, list[tuple[int, int]]]:
    """Return a quote's text as it is shown, and where the words that answer stand in that."""
    text = clean(quote.text)
    marks = [(mark.start - quote.start, mark.end - quote.start) for mark in quote.marks[:MAX_MARKS]]
    inside = [(first, last) for first, last in marks if 0 <= first < last <= len(quote.text)]
    shown = [(len(clean(quote.text[:first])), len(clean(quote.text[:last]))) for first, last in inside]
    return text, [(first, last) for first, last in shown if text[first:last].strip()]


def _with_marks(piece: str, start: int, marks: Sequence[tuple[int, int]]) -> Message:
    """Return a piece of a text, which begins at `start` of it, with the marked words in bold."""
    message, done = EMPTY, 0
    for first, last in marks:
        begin, end = max(first - start, done), min(last - start, len(piece))
        if piece[begin:end].strip():
            message += run(piece[done:begin]) + bold(run(piece[begin:end]))
            done = end
    return message + run(piece[done:])


def _heading(quote: Quote, words: Words) -> Message:
    title = run(f"{quote.n}. ") + linked(_title(quote.title, words), quote.url, quote.text, quote.page)
    where = origin(quote, words, quote.source, quote.author, pages=quote.pages)
    line = bold(title) + run("\n")
    return line + tagged("i", where) + run("\n") if where else line


def _not_found(answer: Answer, words: Words, focus: str) -> Iterator[Message]:
    if not answer.nearest and not answer.passages:
        yield run(words("no-articles-in-focus" if clean(focus).strip() else "no-articles"))
        return
    yield tagged("b", words("not-found"))
    if answer.nearest:
        yield joined(
            [run(words("nearest")), *(_near(article, words) for article in answer.nearest[:MAX_NEAREST])], "\n"
        )
    yield run(shortened(words.period(answer.period), MAX_TITLE))


def _near(article: NearArticle, words: Words) -> Message:
    day = shortened(words.date(article.published, guessed=article.published_guessed), MAX_NAME)
    return run("• ") + linked(_title(article.title, words), article.url) + run(f" ({day})" if day else "")


def _notices(notices: Sequence[str]) -> Iterator[Message]:
    return (tagged("i", notice) for notice in notices if clean(notice).strip())


def _focus_line(focus: str, words: Words) -> Iterator[Message]:
    where = shortened(focus, MAX_TITLE)
    if where:
        yield joined([tagged("i", words("only-in", focus=where)), run(words("unfocus"))], "\n")


def _title(title: str, words: Words) -> str:
    return shortened(title, MAX_TITLE) or words("untitled")


def _without_page(quotes: Sequence[Quote]) -> Iterator[Quote]:
    """Yield the first quote of every article that readers cannot open in a browser, or not any more."""
    seen: set[str] = set()
    for quote in quotes:
        if (web_link(quote.url) is None or quote.gone_since) and quote.article_id not in seen:
            seen.add(quote.article_id)
            yield quote


def _rows(row: Sequence[Button]) -> Iterator[tuple[Button, ...]]:
    return (tuple(row[start : start + BUTTONS_IN_ROW]) for start in range(0, len(row), BUTTONS_IN_ROW))


def _sources_button(answer_id: int, words: Words) -> Button:
    return Button(words("button-sources"), buttons.sources(answer_id))


def _votes(answer_id: int, verdict: str, shown: tuple[int, int]) -> tuple[Button, ...]:
    signs = {"up": "👍", "down": "👎"}
    return tuple(
        Button(f"{sign} ✓" if vote == verdict else sign, buttons.vote(answer_id, vote, shown))
        for vote, sign in signs.items()
    )
