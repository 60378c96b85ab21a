"""What a button's short code says: written here, read here. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_DATA = 64
"""Bytes of a button's data that Telegram takes."""

_FORM = re.compile(r"([a-z])((?::-?\d{1,18}){1,4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button: what it does, and the numbers it does it with."""

    action: str
    """One letter, as the functions below give it."""
    numbers: tuple[int, ...]


def read(data: str) -> Press | None:
    """Return what a button's data say, None for data that no button here has."""
    form = _FORM.fullmatch(data)
    if form is None:
        return None
    letter, numbers = form.groups()
    press = Press(letter, tuple(map(int, numbers[1:].split(":"))))
    return press if len(press.numbers) == _NUMBERS.get(letter) else None


def is_for_all(data: str) -> bool:
    """Return whether a button sends what everybody in the chat asked for who taps it at the same time."""
    pressed = read(data)
    return pressed is not None and pressed.action in _FOR_ALL


def context(answer_id: int, n: int) -> str:
    """Show the surroundings of an answer's place number `n`, from 1, in a message of their own."""
    return _data("c", answer_id, n)


def turn_context(answer_id: int, n: int, page: int) -> str:
    """Show a page before or behind the surroundings of a place, in the place of the page with the button."""
    return _data("e", answer_id, n, page)


def considered(answer_id: int, n: int) -> str:
    """Show the surroundings of passage number `n`, from 1, that an answer considered, in a message of their own."""
    return _data("p", answer_id, n)


def turn_considered(answer_id: int, n: int, page: int) -> str:
    """Show a page before or behind the surroundings of a passage, in the place of the page with the button."""
    return _data("b", answer_id, n, page)


def sources(answer_id: int) -> str:
    """List the passages that an answer considered, in a message of their own."""
    return _data("s", answer_id)


def turn_sources(answer_id: int, page: int) -> str:
    """Show a page of the passages that an answer considered, in the place of the page with the button."""
    return _data("n", answer_id, page)


def more(answer_id: int, first: int) -> str:
    """Quote what is next best: an answer's places from number `first` on."""
    return _data("m", answer_id, first)


def vote(answer_id: int, verdict: str, shown: tuple[int, int] = (0, 0)) -> str:
    """Rate an answer, `up` or `down`, under a message with its places of these numbers, first and last."""
    return _data("v", answer_id, 1 if verdict == "up" else 0, *shown)


def reason(answer_id: int, n: int, shown: tuple[int, int] = (0, 0)) -> str:
    """Say why an answer was rated down: reason number `n`, from 0; `shown` is as with `vote`."""
    return _data("r", answer_id, n, *shown)


def full_text(answer_id: int, n: int) -> str:
    """Send the whole article that an answer's place number `n`, from 1, stands in."""
    return _data("f", answer_id, n)


def article(key: int) -> str:
    """Show an article."""
    return _data("a", key)


def read_article(key: int, page: int = -1) -> str:
    """Show a page of an article's text, from its beginning; -1 is page 0 in a message of its own."""
    return _data("t", key, page)


def whole_article(key: int) -> str:
    """Send an article as a file."""
    return _data("w", key)


def focus_on(key: int) -> str:
    """Ask of this article only from now on."""
    return _data("o", key)


def ask_about(key: int) -> str:
    """Ask what an article says."""
    return _data("q", key)


def view(view_id: int, offset: int) -> str:
    """Show another part of a list."""
    return _data("l", view_id, offset)


def again(view_id: int) -> str:
    """Ask the question, or carry out the command, that is kept under a number, for whoever made it."""
    return _data("g", view_id)


def is_again(data: str) -> bool:
    """Return whether a button is one that `again` makes."""
    pressed = read(data)
    return pressed is not None and pressed.action == "g"


def setting(what: int, value: int) -> str:
    """Change a setting: 0 the language, by its number in the list; 1 the number of quotes; 2 whether answers are written,
    and 3 whether they are shown meanwhile, 1 for yes."""
    return _data("x", what, value)


def remove_member(user_id: int) -> str:
    """Let somebody in no longer."""
    return _data("d", user_id)


_NUMBERS = {
    "c": 2, "e": 3, "p": 2, "b": 3, "s": 1, "n": 2, "m": 2, "v": 4, "r": 4, "f": 2, "a": 1, "t": 2, "w": 1, "o": 1,
    "q": 1, "l": 2, "g": 1, "x": 2, "d": 1,
}  # fmt: skip
_FOR_ALL = frozenset("cpsmfatwoq")


def _data(letter: str, *numbers: int) -> str:
    return ":".join((letter, *map(str, numbers)))
