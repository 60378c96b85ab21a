"""A question asked back, and the choices that answer it as buttons. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views import buttons
from bot.views.notices import in_words
from bot.views.text import MAX_TITLE, Button, Keyboard, Message, clean, run, shortened
from bot.views.words import Words
from retrieval.models import Answer

MOST = 8
MAX_ON_BUTTON = 36
"""Characters; a phone cuts what is longer, and choices often differ at their end only."""


def offered(answer: Answer) -> tuple[str, ...]:
    """Return the questions that an answer offers to choose from, each on one line."""
    lines = (" ".join(choice.split()) for choice in answer.choices)
    return tuple(line for line in lines if shortened(line, MAX_TITLE))[:MOST]


def asked_back(answer: Answer, words: Words) -> Message:
    """Return the question that is asked back; choices that no button holds whole are listed under it."""
    listed = _are_cut(offered(answer))
    return run(plain_choices(answer, words) if listed else _question(answer, words))


def plain_choices(answer: Answer, words: Words) -> str:
    """Return the question that is asked back with a numbered list of its choices, as a terminal prints it."""
    lines = (f"{n}. {shortened(choice, MAX_TITLE)}" for n, choice in enumerate(offered(answer), 1))
    return "\n\n".join(filter(None, (_question(answer, words), "\n".join(lines))))


def choice_keyboard(choices: Sequence[str], views: Sequence[int]) -> Keyboard:
    """Return a button for each of the choices, under the numbers that they are kept by; numbered if they are cut."""
    cut = _are_cut(choices)
    return tuple(
        (Button(shortened(f"{n}. {choice}" if cut else choice, MAX_ON_BUTTON), buttons.again(view)),)
        for n, (choice, view) in enumerate(zip(choices, views, strict=True), 1)
    )


def _question(answer: Answer, words: Words) -> str:
    return clean(in_words(answer.text, words)).strip() or words("clarify")


def _are_cut(choices: Sequence[str]) -> bool:
    return any(len(choice) > MAX_ON_BUTTON for choice in choices)
