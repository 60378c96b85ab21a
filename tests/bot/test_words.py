"""What the bot says besides answers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.words import help_text, stranger, welcome
from retrieval.models import CatalogSummary, Period
from tests.bot.test_render import checked
from tests.fakes import EMPTY, SUMMARY

anything = st.text(st.characters(categories=["Cs", "Cc", "L", "P", "Zs"])) | st.just("long " * 2000)


def said(summary: CatalogSummary) -> str:
    return "\n\n".join(message.text for message in checked(welcome(summary)))


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        pytest.param(replace(SUMMARY, articles=1), "I know 1 article from", id="one article"),
        pytest.param(replace(SUMMARY, articles=12345), "I know 12,345 articles from", id="thousands"),
        pytest.param(replace(SUMMARY, sources=tuple("abcdefghij")), "a, b, c, d, e, f, g, h and 2 more.",
                     id="many sources"),
        pytest.param(replace(SUMMARY, sources=(), period=Period()), "I know 24 articles.\n", id="no more known"),
        pytest.param(EMPTY, "There are no articles yet in /srv/citegram/data.", id="empty"),
    ],
)  # fmt: skip
def test_the_welcome_says_what_there_is(summary: CatalogSummary, expected: str) -> None:
    assert expected in said(summary)


@settings(max_examples=50, deadline=None)
@given(
    st.builds(
        CatalogSummary,
        articles=st.sampled_from([0, 1, 10**6]),
        passages=st.just(1),
        sources=st.lists(anything).map(tuple),
        period=st.just(Period()),
        data_dir=anything,
        examples=st.lists(anything).map(tuple),
    )
)
def test_the_welcome_can_always_be_sent(summary: CatalogSummary) -> None:
    checked(welcome(summary))


def test_help_and_the_word_to_strangers_can_be_sent() -> None:
    (help_message,) = checked(help_text())
    (refusal,) = checked(stranger(42))
    assert "/ask" in help_message.text
    assert refusal.slices("Code") == ["42"]
