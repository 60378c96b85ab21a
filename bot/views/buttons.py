"""What a button's short code says: written here, read here. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_DATA = 64
"""Bytes of a button's data that Telegram takes."""

_FORM = re.compile(r"([a-z])((?::-?\d{1,18}){1,3})", re.ASCII)


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


def context(answer_id: int, n: int, page: int = 0) -> str:
    """Show the surroundings of an answer's place number `n`, from 1, or a page before or behind them."""
    return _data("c", answer_id, n, page)


def considered(answer_id: int, n: int, page: int = 0) -> str:
    """Show the surroundings of passage number `n`, from 1, that an answer considered."""
    return _data("p", answer_id, n, page)


def sources(answer_id: int, page: int = 0) -> str:
    """List the passages that an answer considered."""
    return _data("s", answer_id, page)


def more(answer_id: int) -> str:
    """Quote what is next best."""
    return _data("m", answer_id)


def vote(answer_id: int, verdict: str) -> str:
    """Rate an answer, `up` or `down`."""
    return _data("v", answer_id, 1 if verdict == "up" else 0)


def reason(answer_id: int, n: int) -> str:
    """Say why an answer was rated down: reason number `n`, from 0."""
    return _data("r", answer_id, n)


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
    """Ask the question that is kept under a number."""
    return _data("g", view_id)


def setting(what: int, value: int) -> str:
    """Change a setting: 0 the language, by its number in the list, 1 the number of quotes."""
    return _data("x", what, value)


def remove_member(user_id: int) -> str:
    """Let somebody in no longer."""
    return _data("d", user_id)


_NUMBERS = {
    "c": 3, "p": 3, "s": 2, "m": 1, "v": 2, "r": 2, "f": 2, "a": 1, "t": 2, "w": 1, "o": 1, "q": 1, "l": 2, "g": 1,
    "x": 2, "d": 1,
}  # fmt: skip


def _data(letter: str, *numbers: int) -> str:
    return ":".join((letter, *map(str, numbers)))
