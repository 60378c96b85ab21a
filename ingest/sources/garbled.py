"""Text that was written in one encoding and read in another, for good: recognised by what only that leaves."""

from __future__ import annotations

import re

_BEYOND_ASCII = re.compile("[^\x00-\x7f]+")
# Two to four bytes of UTF-8 that stand for one character.
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_READ_AS = ("cp1252", "cp1251")
_FEWEST = 5  # characters; a page may quote garbled ones
_MOSTLY = 0.5  # of what is beyond ASCII
_LOST = 0.02  # of all characters are U+FFFD; damage here and there is less
_SAMPLED = 100_000  # characters


def is_garbled(text: str) -> bool:
    """Return whether `text` is UTF-8 that was read as Windows-1252 or 1251 and saved so, or has lost its letters.

    No language puts the letters that this leaves (`Ã©`, `â€™`, `Ð¿Ñ€`, `РїСЂ`) one after the other in this way.
    """
    sample = text[:_SAMPLED]
    if sample.count("\ufffd") > max(_FEWEST, _LOST * len(sample)):
        return True
    runs = _BEYOND_ASCII.findall(sample)
    beyond = sum(map(len, runs))
    return any(_is_utf8_read_as(encoding, runs, beyond) for encoding in _READ_AS)


def _is_utf8_read_as(encoding: str, runs: list[str], beyond: int) -> bool:
    read = [_UTF8.findall(_bytes(run, encoding)) for run in runs]
    count = sum(map(len, read))
    return count >= _FEWEST and sum(len(one) for found in read for one in found) >= _MOSTLY * beyond


def _bytes(run: str, encoding: str) -> bytes:
    """Return the bytes that were read as `run`; the five that Windows-1252 does not know were kept as controls."""
    if run.isascii():
        return run.encode()
    return b"".join(
        ch.encode(encoding, "ignore") or (bytes((ord(ch),)) if 0x80 <= ord(ch) < 0xA0 else b"\0") for ch in run
    )
