"""Articles as anybody may have written them, and what Telegram makes of the pages about them."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.views import buttons
from bot.views.links import web_link
from bot.views.pages import Page
from bot.views.text import MAX_HTML_BYTES, MAX_UNITS, units
from bot.views.words import words_for
from retrieval.models import Article, ArticleEntry, Gone, Quote, StoredArticle
from tests.telegram.parser import Parsed, parse

NASTY = (
    "<b>", "</blockquote>", "&amp;", "&", "\ud800", "\u202e", "\x00", "👩‍👩‍👧‍👦", "e\u0301", "\n", "\n\n", " ", "</a>", '"',
    "文。", ". ", "Dr. ", "\r\n", "\u200b", "-->", "</mark>", "{ $page }",
)  # fmt: skip
anything = st.text(st.characters())
pieces = st.lists(st.sampled_from(NASTY) | anything, max_size=8).map("".join)
long_text = st.builds(lambda part, times: (part * times)[:12_000], pieces, st.sampled_from([1, 1, 1, 40, 2_000]))
texts = pieces | long_text
names = st.none() | texts
addresses = st.none() | texts | st.builds("https://news.example/{}".format, pieces)
long_addresses = st.just("https://news.example/?" + "&" * 970)
dates = st.none() | texts | st.dates().map(str)
keys = st.integers(1, 10**18 - 1)
speakers = st.sampled_from([words_for("en"), words_for("ru")])

described = {
    "title": texts,
    "url": addresses | long_addresses,
    "source": names,
    "author": names,
    "published": dates,
}
days = st.none() | st.dates().map(str)
remarks = {"published_guessed": st.booleans(), "gone_since": days}
page_numbers = st.none() | st.integers(1, 10**4)
metadata = st.fixed_dictionaries(
    {},
    optional={
        "pages": st.lists(st.integers(0, 9000), max_size=6).map(lambda starts: [0, *sorted(starts)]) | dates,
        "published_guessed": st.booleans(),
        "gone_since": dates,
    },
)
articles = st.builds(Article, id=anything, text=texts, language=names, metadata=metadata, **described)
stored_articles = st.builds(
    StoredArticle, article=articles, key=keys, version=st.just(1), hash=st.just(""), passages=st.just(1)
)
entries = st.builds(ArticleEntry, key=keys, id=anything, version=st.just(1), language=names, **described, **remarks)
quotes = st.builds(
    Quote, n=st.integers(1, 10**6), text=texts, article_id=anything, start=st.just(0), end=st.just(1),
    score=st.floats(-20, 5), version=st.just(1), page=page_numbers, last_page=page_numbers, **described, **remarks,
)  # fmt: skip
gone = st.builds(Gone, st.sampled_from(["removed", "changed"]), st.none() | entries)


def checked(page: Page) -> Parsed:
    """Parse a page as Telegram does; fail if it would refuse or spoil the text or a button."""
    message = page.message
    assert len(message.html.encode()) <= MAX_HTML_BYTES
    parsed = parse(message.html, "HTML")
    assert parsed.text == message.plain
    assert parsed.text.strip()
    assert units(parsed.text) <= MAX_UNITS
    assert len(parsed.entities) <= 100
    assert len(page.keyboard) <= 8
    for row in page.keyboard:
        assert 1 <= len(row) <= 8
        for button in row:
            assert button.text.strip()
            assert len(button.data.encode()) <= buttons.MAX_DATA
            assert buttons.read(button.data) if button.data else web_link(button.url) == button.url != ""
    return parsed


def pressed(page: Page) -> dict[str, str]:
    """Return what each button of a page sends or opens, by its text."""
    return {button.text: button.data or button.url for row in page.keyboard for button in row}
