"""What the core says beside an answer, in each language."""

from __future__ import annotations

import pytest

from bot.views.notices import in_words
from bot.views.words import words_for
from retrieval import wording

SAID_OTHERWISE = {wording.GREETING, wording.THANKS, wording.BROKEN}
"""Whole answers, which the bot words itself."""
NOTICES = [
    text for name, text in vars(wording).items()
    if name.isupper() and not name.startswith("_") and isinstance(text, str) and text not in SAID_OTHERWISE
]  # fmt: skip
EN, RU = words_for("en"), words_for("ru")


@pytest.mark.parametrize("notice", NOTICES)
def test_every_notice_of_the_core_is_said_in_the_readers_language(notice: str) -> None:
    assert in_words(notice, EN) == notice
    russian = in_words(notice, RU)
    assert russian != notice
    assert russian.strip()


@pytest.mark.parametrize("notice", ["The index is being repaired.", "", " \n", "writer-away"])
def test_what_has_no_translation_stays_as_it_is(notice: str) -> None:
    assert in_words(notice, RU) == notice
