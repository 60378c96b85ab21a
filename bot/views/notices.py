"""What the core says beside an answer, in the reader's language. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from bot.views.words import Words
from retrieval import wording

_KEYS: Mapping[str, str] = {
    wording.WRITER_AWAY: "notice-writer-away",
    wording.BUDGET_SPENT: "notice-budget-spent",
    wording.UNSUPPORTED: "notice-unsupported",
    wording.LEFT_OUT: "notice-left-out",
    wording.ONE_SOURCE: "notice-one-source",
    wording.OUTSIDE_PERIOD: "notice-outside-period",
    wording.NO_SUCH_ARTICLE: "notice-no-such-article",
    wording.WHICH_ARTICLE: "clarify-article",
    wording.WHAT_IS_MEANT: "clarify",
}


def in_words(said: str, words: Words) -> str:
    """Return a sentence of the core in the reader's language, as it is where there is no translation of it."""
    key = _KEYS.get(said.strip())
    return words(key) if key is not None else said
