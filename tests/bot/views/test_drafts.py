"""An answer in the making as it is shown: what it is written from, then its sentences so far."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views.drafts import MOST_ARTICLES, frame
from bot.views.text import fits
from bot.views.words import Words, words_for
from retrieval.models import Claim, NearArticle, Progress
from tests.bot.views.untrusted import dates, speakers, texts
from tests.telegram.parser import cleaned

BRIDGE = NearArticle("a", "Harbour bridge closes", "2026-03-03", "https://news.example/1")
WHALE = NearArticle("b", "Museum buys a whale", None)
FIRST = Claim("The bridge is closed.", (1,), True)
SECOND = Claim("It opens in May.", (2, 3), False)


@pytest.mark.parametrize(
    ("language", "claims", "text"),
    [
        pytest.param(
            "en",
            (),
            "Writing from:\n• Harbour bridge closes (3 March 2026)\n• Museum buys a whale",
            id="before the first sentence",
        ),
        pytest.param(
            "ru",
            (),
            "Пишу по статьям:\n• Harbour bridge closes (3 марта 2026)\n• Museum buys a whale",
            id="in the reader's language",
        ),
        pytest.param("en", (FIRST,), "The bridge is closed. [1]", id="a sentence with its quote"),
        pytest.param(
            "en",
            (FIRST, SECOND),
            "The bridge is closed. [1] It opens in May. [2][3] ⚠",
            id="and one that its quotes do not confirm",
        ),
    ],
)
def test_a_frame_says_how_far_the_answer_is(language: str, claims: tuple[Claim, ...], text: str) -> None:
    assert frame(Progress((BRIDGE, WHALE), claims), words_for(language)).plain == text


def test_a_guessed_date_is_one_in_a_frame_too() -> None:
    guessed = NearArticle("a", "Harbour bridge closes", "2026-03-03", published_guessed=True)
    shown = frame(Progress((guessed,)), words_for("en")).plain
    assert shown.splitlines()[1] == "• Harbour bridge closes (about 3 March 2026)"


def test_of_many_articles_the_most_relevant_are_named() -> None:
    many = tuple(NearArticle(str(number), f"Article {number}", None) for number in range(30))
    lines = frame(Progress(many), words_for("en")).plain.splitlines()[1:]
    assert lines == [f"• Article {number}" for number in range(MOST_ARTICLES)]


def test_a_frame_that_is_longer_than_a_message_ends_with_its_last_whole_sentence_that_fits() -> None:
    claims = tuple(Claim(f"Sentence {number} " + "goes on " * 30 + "to its end.", (1,), True) for number in range(40))
    shown = frame(Progress((BRIDGE,), claims), words_for("en"))
    assert fits(shown)
    assert shown.plain.startswith("Sentence 0 ")
    assert len(shown.plain) > 3000


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.builds(NearArticle, article_id=st.just("a"), title=texts, published=dates), max_size=5),
    st.lists(st.builds(Claim, texts, st.lists(st.integers(1, 99), max_size=3).map(tuple), st.booleans()), max_size=5),
    speakers,
)
def test_whatever_is_written_a_frame_is_text_that_telegram_takes(
    articles: list[NearArticle], claims: list[Claim], words: Words
) -> None:
    shown = frame(Progress(tuple(articles), tuple(claims)), words)
    assert fits(shown)
    assert shown.plain.strip()
    kept = shown.plain.replace("\t", " ")
    assert cleaned(kept) == kept, "nothing is lost on the way"
