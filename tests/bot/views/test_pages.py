"""The page of one article, and what pages are made of."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.views import buttons
from bot.views.pages import Page, article_page, fitted, gone_text, turning
from bot.views.text import run
from bot.views.words import Words, words_for
from retrieval.models import ArticleEntry, Gone, Quote
from tests.bot.views.untrusted import checked, entries, gone, pressed, quotes, speakers
from tests.fakes import quote

EN, RU = words_for("en"), words_for("ru")
ENTRY = ArticleEntry(
    17, "a", 1, "Harbour bridge closes", "https://news.example/bridge", "Harbour Post", "Ada Brook", "2026-03-03", "en"
)
SENTENCES = (quote("The bridge is closed."), quote("Rust was found in eleven cables.", 2))


@settings(max_examples=80)
@given(entries, st.lists(quotes, max_size=6), speakers)
@example(replace(ENTRY, title="&" * 900, source="&" * 900, published="&" * 900), [quote("&" * 9000)] * 6, RU)
@example(replace(ENTRY, title="👍" * 900, author="👍" * 900), [quote("👍" * 9000)] * 6, EN)
def test_no_article_makes_a_page_that_telegram_refuses(entry: ArticleEntry, found: list[Quote], words: Words) -> None:
    checked(article_page(entry, found, words, bot_name="citegram_bot"))


@settings(max_examples=40)
@given(gone, speakers)
def test_what_is_gone_is_said_so_that_telegram_takes_it(what: Gone, words: Words) -> None:
    checked(Page(gone_text(what, words)))


def test_an_article_is_shown_in_its_own_words() -> None:
    parsed = checked(article_page(ENTRY, SENTENCES, EN, bot_name="citegram_bot"))
    assert parsed.text == (
        "Harbour bridge closes\nHarbour Post · Ada Brook · 3 March 2026\nArticle 17\n\n"
        "In its own words:\nThe bridge is closed.\nRust was found in eleven cables.\n\nLink to share"
    )
    assert parsed.slices("ExpandableBlockQuote") == ["The bridge is closed.", "Rust was found in eleven cables."]
    assert parsed.links() == [
        ("Harbour bridge closes", "https://news.example/bridge"),
        ("Link to share", "https://t.me/citegram_bot?start=a17"),
    ]


def test_key_sentences_of_a_document_say_on_which_page_they_stand() -> None:
    paged = replace(SENTENCES[0], page=4, last_page=4)
    doubtful = replace(ENTRY, published_guessed=True, gone_since="2026-05-20")
    parsed = checked(article_page(doubtful, (paged, SENTENCES[1]), EN, bot_name=""))
    assert parsed.text == (
        "Harbour bridge closes\nHarbour Post · Ada Brook · about 3 March 2026 · gone from its source since 20 May 2026\n"
        "Article 17\n\nIn its own words:\nThe bridge is closed.\np. 4\nRust was found in eleven cables."
    )
    assert parsed.slices("ExpandableBlockQuote") == ["The bridge is closed.", "Rust was found in eleven cables."]


def test_an_article_can_be_read_sent_asked_about_and_shared() -> None:
    assert pressed(article_page(ENTRY, SENTENCES, EN, bot_name="citegram_bot")) == {
        "Read here": buttons.read_article(17),
        "Full text": buttons.whole_article(17),
        "Ask about it": buttons.ask_about(17),
        "Ask only this one": buttons.focus_on(17),
        "Share": "https://t.me/share/url?url=https%3A%2F%2Ft.me%2Fcitegram_bot%3Fstart%3Da17",
    }


def test_without_a_bot_there_is_nothing_to_share() -> None:
    page = article_page(ENTRY, SENTENCES, EN, bot_name="")
    assert "share" not in checked(page).text
    assert "Share" not in pressed(page)


def test_what_an_article_lacks_is_left_out() -> None:
    bare = ArticleEntry(1017, "a", 1, "", None, None, None, None, None)
    assert checked(article_page(bare, (), EN, bot_name="")).text == "Untitled\nArticle 1017"


def test_an_article_is_shown_in_russian() -> None:
    text = checked(article_page(ENTRY, SENTENCES, RU, bot_name="citegram_bot")).text
    assert text.startswith("Harbour bridge closes\nHarbour Post · Ada Brook · 3 марта 2026\nСтатья № 17\n\n")


@pytest.mark.parametrize(
    ("what", "text"),
    [
        pytest.param(Gone("removed"), "This article has been removed.", id="removed"),
        pytest.param(
            Gone("changed", ENTRY),
            "This article has changed since. As it is now:\nHarbour bridge closes · /article_17",
            id="changed",
        ),
    ],
)
def test_what_is_gone_is_said_with_the_way_to_what_there_is(what: Gone, text: str) -> None:
    assert checked(Page(gone_text(what, EN))).text == text


def test_a_text_is_no_shorter_than_it_must_be() -> None:
    assert fitted(lambda size: run("x" * size.excerpt)).plain == "x" * 700
    assert fitted(lambda size: run("x" * size.excerpt * 10)).plain == "x" * 3000


def test_a_text_that_never_fits_is_cut() -> None:
    assert fitted(lambda size: run("x" * 5000)).plain == "x" * 4096
    assert fitted(lambda size: run("x" * 5000), lambda size: run("short")).plain == "short"


def test_there_is_no_row_of_buttons_where_there_is_one_page() -> None:
    assert turning(EN, None, None) == ()
