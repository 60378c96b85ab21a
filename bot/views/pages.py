"""Pages about articles: what all of them are made of, and the page of one article. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote as percent_encode

from bot.views import buttons
from bot.views.origins import Described, origin
from bot.views.text import (
    EMPTY,
    GAP,
    MAX_NAME,
    MAX_TITLE,
    Button,
    Keyboard,
    Message,
    blockquote,
    bold,
    fits,
    joined,
    linked,
    render_text,
    run,
    shortened,
    tagged,
)
from bot.views.words import Words
from retrieval.models import ArticleEntry, Gone, Located, Quote


@dataclass(frozen=True, slots=True)
class Page:
    """A message with its buttons, to be sent or to take the place of the page before it."""

    message: Message
    keyboard: Keyboard = ()


@dataclass(frozen=True, slots=True)
class Size:
    """How long the parts of a list's entries may be, in characters."""

    title: int
    name: int
    """Of a source, an author or a date that is not one."""
    excerpt: int
    links: bool = True


_SIZES = (
    Size(MAX_TITLE, MAX_NAME, 700),
    Size(MAX_TITLE, MAX_NAME, 300),
    Size(120, 60, 160),
    Size(60, 25, 80, links=False),
    Size(24, 12, 24, links=False),
)
"""From what nearly every page fits in, to what a page of absurd titles and names comes down to."""


def fitted(*builds: Callable[[Size], Message]) -> Message:
    """Build a text as long as one message takes: its parts are shortened more and more until they fit.

    Args:
        builds: ways to build it; the next one is for when what the one before it builds never fits.
    """
    message = EMPTY
    for build in builds:
        for size in _SIZES:
            message = build(size)
            if fits(message):
                return message
    return render_text(message.plain)[0]


def titled(
    title: str, url: str | None, words: Words, size: Size, quote: str = "", pages: tuple[int, int] | None = None
) -> Message:
    """Return a title in bold that opens the article, at the first of `pages` or else at `quote`, if there is one."""
    shown = shortened(title, size.title) or words("untitled")
    return bold(linked(shown, url if size.links else None, quote, pages[0] if pages else None))


def command(key: int) -> str:
    """Return the command that shows an article, to be tapped."""
    return f"/article_{key}"


def lines(parts: Iterable[Message]) -> Message:
    """Return the parts that hold anything, each on a line of its own."""
    return joined([part for part in parts if part.plain], "\n")


def turning(words: Words, before: str | None, after: str | None, middle: Button | None = None) -> Keyboard:
    """Return the row of buttons that turns pages; `before` and `after` are data, None where there is no such page."""
    row = (
        None if before is None else Button(words("page-previous"), before),
        middle,
        None if after is None else Button(words("page-next"), after),
    )
    shown = tuple(button for button in row if button is not None)
    return (shown,) if shown else ()


def gone_text(gone: Gone, words: Words, size: Size = _SIZES[0]) -> Message:
    """Say why a place cannot be shown any more, with the way to the article as it is now."""
    if gone.reason == "removed" or gone.entry is None:
        return tagged("i", words("place-removed"))
    entry = gone.entry
    now = titled(entry.title, entry.url, words, size) + run(f" · {command(entry.key)}")
    return lines((tagged("i", words("place-changed")), now))


def head(
    of: Described, words: Words, size: Size = _SIZES[0], quote: str = "", pages: tuple[int, int] | None = None
) -> Message:
    """Return the lines that stand above an article's text: the linked title, and where it comes from.

    Args:
        pages: the first and the last page that the text below stands on; not needed where `of` is that text.
    """
    pages = of.pages if isinstance(of, Located) else pages
    names = origin(of, words, of.source, of.author, pages=pages, longest=size.name)
    return lines((titled(of.title, of.url, words, size, quote, pages), tagged("i", names)))


def article_page(entry: ArticleEntry, key_sentences: Sequence[Quote], words: Words, *, bot_name: str) -> Page:
    """Show an article in its own key sentences, with what can be done with it.

    Args:
        bot_name: the bot's user name, for the link that can be shared; without one there is none.
    """
    share = f"https://t.me/{bot_name}?start=a{entry.key}" if bot_name else ""

    def build(size: Size) -> Message:
        top = head(entry, words, size) + run("\n" + words("article-number", number=str(entry.key)))
        quoted = lines(_key_sentence(quote, words, size) for quote in key_sentences)
        body = lines((run(words("key-sentences")), quoted)) if quoted.plain else EMPTY
        link = linked(words("article-link"), share) if share else EMPTY
        return joined([part for part in (top, body, link) if part.plain], GAP)

    return Page(fitted(build), _article_keyboard(entry, words, share))


def _key_sentence(quote: Quote, words: Words, size: Size) -> Message:
    sentence = blockquote(run(shortened(quote.text, size.excerpt)))
    pages = words.pages(quote.pages)
    return lines((sentence, tagged("i", pages) if pages else EMPTY))


def _article_keyboard(entry: ArticleEntry, words: Words, share: str) -> Keyboard:
    rows: Keyboard = (
        (
            Button(words("button-read"), buttons.read_article(entry.key)),
            Button(words("button-full-text"), buttons.whole_article(entry.key)),
        ),
        (
            Button(words("button-ask"), buttons.ask_about(entry.key)),
            Button(words("button-focus"), buttons.focus_on(entry.key)),
        ),
    )
    if not share:
        return rows
    url = f"https://t.me/share/url?url={percent_encode(share, safe='')}"
    return (*rows, (Button(words("button-share"), url=url),))
