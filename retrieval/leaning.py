"""Whether a question leans on the one before it, told by its words alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from retrieval.leaning_words import ENGLISH, GERMAN, RUSSIAN, Language

Lack = Literal["nothing", "subject", "question"]
"""What a question takes from the one before it: what that was about, or all that it asked."""

_WORD = re.compile(r"[^\W_]+")
_PUNCTUATION = re.compile(r"[,;:.!?()]")
# Words that say something: with so many a question stands alone. For 129 follow-ups of MTRAG .755 of the articles wanted
# are among the first 5 with 4 as with 5. Questions with `it` for a name, right sentence among the first 3 with 4 / 5 / 6:
# SQuAD 2.0 .920 / .933 / .940; right sentence first, XQuAD in Russian: .724 / .690 / .672.
_ENOUGH = 5
_FEW = 2  # with no more words that say something, none of them a name, what begins with `and` goes on with the matter


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question."""

    text: str
    start: int
    end: int

    @property
    def folded(self) -> str:
        """The word in lower case."""
        return self.text.casefold()


def words(text: str) -> list[Word]:
    """Return the words of a text in order."""
    return [Word(match.group(), match.start(), match.end()) for match in _WORD.finditer(text)]


def telling_words(text: str, language: Language) -> list[Word]:
    """Return the words of a text that say something of the matter, in order."""
    return [word for word in words(text) if word.folded not in language.empty]


def language_of(text: str) -> Language:
    """Return the language of the three that a text is nearest to; English when there is nothing to tell by."""
    folded = text.casefold()
    if 2 * sum("а" <= c <= "я" or c == "ё" for c in folded) > sum(c.isalpha() for c in folded):
        return RUSSIAN
    said = {word.text for word in words(folded)}
    german, english = (len(said & language.empty) for language in (GERMAN, ENGLISH))
    return GERMAN if german > max(english, 1) else ENGLISH


def without_opening(text: str, language: Language) -> str:
    """Return a question without what joins it to the one before it."""
    opening = language.opening.match(text)
    return text[opening.end() :] if opening else text


def lack(text: str, language: Language) -> Lack:
    """Say what a question takes from the one before it, if there is one.

    A single word is taken for what to search for now, and so are `_ENOUGH` words that say something: in longer questions
    a pronoun mostly stands for what they name themselves.
    """
    rest = without_opening(text, language)
    said, telling = words(rest), telling_words(rest, language)
    if not words(text):
        return "nothing"
    if language.correcting.match(text) or not said:
        return "question"
    if len(telling) >= _ENOUGH:
        return "nothing"
    asks = said[0].folded in language.asking
    if telling and ((rest != text and not asks) or _is_a_place(said, telling, language)):
        return "question"
    if rest != text and len(telling) <= _FEW and not any(is_name(word, said) for word in telling):
        return "subject" if telling else "question"
    impersonal = [match.span() for match in language.impersonal.finditer(rest)]
    meant = [not any(start <= word.start < end for start, end in impersonal) for word in said]
    if any(
        meant[n] and said[n].folded in language.pronouns and _refers_back(rest, said, n, language)
        for n in range(len(said))
    ):
        return "subject"
    if not telling:
        return "question"
    named = is_name(telling[0], said) or not meant[said.index(telling[0])] or language.defining.match(rest)
    return "subject" if len(telling) == 1 < len(said) and not named else "nothing"


def _is_a_place(said: list[Word], telling: list[Word], language: Language) -> bool:
    """Say whether words are a place or time and no question: `in 2023?`, `for small companies`."""
    asks = any(word.folded in language.asking for word in said)
    return said[0].folded in language.prepositions and len(telling) < _ENOUGH - 1 and not asks


def is_name(word: Word, said: list[Word]) -> bool:
    """Say whether a word is written as a name or a number: with digits, capitals, or one capital past the first word."""
    return (
        word.text[0].isdigit()
        or any(c.isdigit() or c.isupper() for c in word.text[1:])
        or (word.text[0].isupper() and word.start > said[0].start)
    )


def _refers_back(text: str, said: list[Word], n: int, language: Language) -> bool:
    """Say whether a pronoun stands for something outside its question: it ends its clause, or nothing is named before."""
    last = n + 1 == len(said) or said[n + 1].folded in language.joining
    if last or _PUNCTUATION.search(text, said[n].end, said[n + 1].start):
        return True
    if said[n].folded in language.only_last:
        return False
    after_article = (word for before, word in pairwise(said[:n]) if before.folded in language.articles)
    return not any(word.folded not in language.empty for word in after_article) and not any(
        is_name(word, said) for word in said[:n]
    )
