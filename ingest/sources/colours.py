"""Colours as style sheets write them, and whether one can be read on another."""

from __future__ import annotations

import re
from typing import NamedTuple

_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.ASCII)
_RGB = re.compile(r"rgba?\(([\d.%\s,/]{1,60})\)", re.ASCII)
_NAMES = {
    "white": (255, 255, 255), "snow": (255, 250, 250), "ivory": (255, 255, 240), "ghostwhite": (248, 248, 255),
    "whitesmoke": (245, 245, 245), "floralwhite": (255, 250, 240), "black": (0, 0, 0), "red": (255, 0, 0),
    "yellow": (255, 255, 0), "blue": (0, 0, 255), "green": (0, 128, 0), "gray": (128, 128, 128), "grey": (128, 128, 128),
    "silver": (192, 192, 192), "navy": (0, 0, 128), "orange": (255, 165, 0),
}  # fmt: skip
_INDISTINCT = 24  # of 255, in every channel: #eee on white (17) is not seen, #ccc (51) is


class Colour(NamedTuple):
    """Red, green and blue from 0 to 255, and how opaque it is from 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0


WHITE = Colour(255, 255, 255)


def colour_of(value: str) -> Colour | None:
    """Return the colour that a declaration names, or None where it names none that is known here."""
    value = value.strip().lower()
    if value == "transparent":
        return Colour(0, 0, 0, 0.0)
    if value in _NAMES:
        return Colour(*_NAMES[value])
    if _HEX.fullmatch(value):
        return _from_hex(value[1:])
    match = _RGB.fullmatch(value)
    return _from_numbers(re.findall(r"[\d.]+%?", match[1])) if match else None


def is_indistinct(text: Colour, background: Colour) -> bool:
    """Return whether text of one colour cannot be seen on the other, or is transparent itself."""
    if text.alpha < 0.1:
        return True
    return all(abs(one - other) <= _INDISTINCT for one, other in zip(text[:3], background[:3], strict=True))


def _from_hex(digits: str) -> Colour:
    pairs = [ch * 2 for ch in digits] if len(digits) < 6 else [digits[n : n + 2] for n in range(0, len(digits), 2)]
    red, green, blue, *alpha = (int(pair, 16) for pair in pairs)
    return Colour(red, green, blue, alpha[0] / 255 if alpha else 1.0)


def _from_numbers(numbers: list[str]) -> Colour | None:
    try:
        channels = [float(n[:-1]) * 255 / 100 if n.endswith("%") else float(n) for n in numbers[:3]]
        alpha = [float(n[:-1]) / 100 if n.endswith("%") else float(n) for n in numbers[3:4]]
    except ValueError:  # 1.2.3
        return None
    return Colour(*channels, *alpha) if len(channels) == 3 else None
