"""Text compared as people read it: without regard to case, to the kind of quotes, dashes and spaces, or to ligatures."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import regex

from retrieval.models import Span

# What NFKD keeps apart or takes apart otherwise than a reader would: an acute accent on its own is meant as an apostrophe,
# a double prime as one mark.
_ALIKE = {
    **dict.fromkeys("`´‘’‚‛‹›′‵ʹʻʼʽˈ＇", "'"),
    **dict.fromkeys("“”„‟«»″‶〝〞〟＂", '"'),
    **dict.fromkeys("‐‑‒–—―⁃−﹘﹣－", "-"),
    **dict.fromkeys("⁄∕", "/"),
    "İ": "i",  # casefold would leave a dot on it that nobody types
    "Ё": "е",  # and Russian is mostly written without these dots
    "ё": "е",
}
_USUAL = "‘’“”–—…\u00a0"  # often all that is not ASCII in a text: without them it is folded several times as fast
_INVISIBLE = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cc}]")
_SPACES = re.compile(" {2,}")
_PART_OF_LETTER = regex.compile(r"[\p{M}\u1160-\u11ff]")  # marks; vowels and finals of Hangul syllables
_WITHOUT_SPACES = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_MOST_OF_ONE = 18  # characters that one is folded to, none of them a space but in Arabic formulas
_OF_ONE = regex.compile(r"[^ ]+|[\u0600-\u06ff ]+")
_IN_WORD = regex.compile(r"[\p{L}\p{M}\p{N}_]")


@dataclass(frozen=True)
class Folded:
    """A text with its folded form, in which every offset leads back to the text."""

    text: str
    """Folded."""
    original: str

    def span(self, start: int, end: int) -> Span:
        """Return where `text[start:end]` stands in the original, in whole characters of it.

        What folding drops belongs to the character before it, and white space to the whole run of it. A range without
        length has none in the original either.
        """
        if start >= end:
            place = self._offsets[0][start] if start < len(self.text) else len(self.original)
            return Span(place, place)
        starts, ends = self._offsets
        return Span(starts[start], ends[end - 1])

    def places(self, sought: str, *, whole: bool = False) -> Iterator[int]:
        """Yield the offsets in `text` at which `sought`, a folded text, stands, without overlap in the original either.

        A letter is not found in the same letter with an accent (`e` in `é`).

        Args:
            sought: what `sought` of this module returns; nothing is found of an empty one.
            whole: whether to leave out what begins or ends inside a word, in scripts that part words by spaces.
        """
        length = len(sought)
        end = 0
        start = self.text.find(sought) if length else -1
        while start >= 0:
            if self._stands(start, start + length, whole) and not self._share_character(end, start):
                yield start
                end = start + length
                start = self.text.find(sought, end)
            else:
                start = self.text.find(sought, start + 1)

    def _share_character(self, end: int, start: int) -> bool:
        """Tell whether what ends at `end` and what begins at `start` are parts of one character, as twice `f` of `ﬀ`."""
        if not 0 < end <= start < end + _MOST_OF_ONE or not _OF_ONE.fullmatch(self.text, end - 1, start + 1):
            return False
        starts, ends = self._offsets
        return starts[start] < ends[end - 1]

    def _stands(self, start: int, end: int, whole: bool) -> bool:
        if _PART_OF_LETTER.match(self.text, end) is not None:
            starts, ends = self._offsets
            if starts[end] < ends[end - 1]:
                return False
        return not whole or not (self._parts_word(start) or self._parts_word(end))

    def _parts_word(self, offset: int) -> bool:
        """Tell whether the characters on both sides of an offset are of one word."""
        return 0 < offset < len(self.text) and _in_word(self.text[offset - 1]) and _in_word(self.text[offset])

    @cached_property
    def _offsets(self) -> tuple[array[int], array[int]]:
        """Where the character of the original begins and ends that each folded one comes from."""
        starts, ends = array("q"), array("q")
        after_space = False
        for n, character in enumerate(self.original):
            folded = _TABLE[ord(character)]
            if not folded and ends:
                ends[-1] = n + 1
            for c in folded:
                if c == " " and after_space:
                    ends[-1] = n + 1
                else:
                    starts.append(n)
                    ends.append(n + 1)
                after_space = c == " "
        return starts, ends


def fold(text: str) -> Folded:
    """Return a text in the form in which it is compared, for any string; folding a folded text changes nothing.

    Each character is folded for itself (NFKD, case, quotes, dashes, white space; the invisible dropped), so that
    whatever is cut from a text, folded, is part of the text folded. Runs of white space become one space.
    """
    plain = text
    if not text.isascii():
        for character in _USUAL:
            plain = plain.replace(character, _TABLE[ord(character)])
    return Folded(_SPACES.sub(" ", plain.translate(_TABLE)), text)


def sought(words: str) -> str:
    """Return words in the form in which they are looked for in a folded text; empty when nothing is left of them."""
    return fold(words).text.strip(" ")


def find_all(text: str, words: str, *, whole: bool = False) -> tuple[Span, ...]:
    """Return where words stand in a text, alike when folded, in order and without overlap.

    Accents may be typed apart from their letters. With `whole`, words are not found inside longer ones.
    """
    folded = fold(text)
    for form in dict.fromkeys((words, unicodedata.normalize("NFC", words))):
        wanted = sought(form)
        spans = tuple(folded.span(start, start + len(wanted)) for start in folded.places(wanted, whole=whole))
        if spans:
            return spans
    return ()


@lru_cache(maxsize=10_000)
def _in_word(character: str) -> bool:
    """Tell whether a character, beside another such one, is of the same word."""
    return _IN_WORD.match(character) is not None and _WITHOUT_SPACES.match(character) is None


class _Table(dict[int, str]):
    """What each character folds to, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _folded(chr(code))
        return folded


def _folded(character: str) -> str:
    """Fold again and again until nothing changes: what a ligature is made of may be a capital or a curly quote."""
    before, folded = "", character
    while folded != before:
        before, folded = folded, "".join(map(_once, folded))
    return folded


def _once(character: str) -> str:
    if character.isspace():
        return " "
    if _INVISIBLE.match(character):
        return ""
    return unicodedata.normalize("NFKD", _ALIKE.get(character, character)).casefold()


_TABLE = _Table()
