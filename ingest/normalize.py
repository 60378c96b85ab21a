"""Text as it came to canonical text, the form that every offset in Citegram indexes."""

from __future__ import annotations

import re
import unicodedata

# Tab, line feed, carriage return, vertical tab, form feed and U+0085 are white space and stay for the next step.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_NEWLINE = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# What draws nothing on its own: white space, soft hyphen, joiners, variation selectors.
_DRAWN = re.compile("[^\\s\u00ad\u200c\u200d\ufe00-\ufe0f]")


def canonical_text(raw: str) -> str:
    """Return the one form of `raw` that is stored, quoted and counted in; doing it again changes nothing.

    Surrogate pairs become their character and lone surrogates U+FFFD, as no store takes them. C0 and C1 controls,
    U+FEFF, U+200B, U+2060 and bidi controls go; U+200C and U+200D stay, as Persian, Hindi and emoji need them.
    Every kind of line end (also U+0085, U+2028, U+2029, vertical tab, form feed) becomes one line feed; tabs stay.
    The rest is brought to NFC, last, because what is removed may have stood between a letter and its accent.
    """
    if raw.isascii() and raw.isprintable():  # most names and lines
        return raw
    text = _INVISIBLE.sub("", without_surrogates(raw))
    return unicodedata.normalize("NFC", _NEWLINE.sub("\n", text))


def without_surrogates(raw: str) -> str:
    """Return `raw` as text that can be encoded: surrogate pairs joined, lone surrogates as U+FFFD."""
    if not _SURROGATE.search(raw):
        return raw
    return raw.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def one_line(raw: str) -> str:
    """Return `raw` as canonical text on one line, with single spaces: the form of titles, names and other fields."""
    return " ".join(canonical_text(raw).split())


def is_blank(text: str) -> bool:
    """Return whether nothing in `text` can be read."""
    return _DRAWN.search(text) is None
