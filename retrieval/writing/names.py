"""The names that a text says, word by word, and whether a word is the same name as another, inflected. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from retrieval.answers.words import MONTHS, OPENERS, WEEKDAYS, words_in
from retrieval.background import idf
from retrieval.function_words import FUNCTION_WORDS
from retrieval.lexical import stem
from retrieval.writing.number_words import SCALES, cardinals, ordinals

_DOTTED = regex.compile(r"(?<!\p{L})(?:\p{L}\.){2,}")
_CLITIC = regex.compile(r"(?<=\p{L}) ?['’][sS](?!\p{L})|(?<=\p{L}s)['’](?!\p{L})|(?<!\p{L})[dlDL]['’](?=\p{Lu})")
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_HOUR = regex.compile(r"(?<![\d.,:])(?P<h>1?\d)(?:[:.](?P<m>[0-5]\d))? ?(?P<half>[ap])\.? ?m\b\.?", regex.IGNORECASE)
_QUARTER = regex.compile(r"\bQ(?P<n>[1-4])(?!\p{L})")
_OPENING = regex.compile(r"(?:^|[.!?…:;\"“„«(`])[\s\"“„«(`]*$")
_TOGETHER = regex.compile(r"[ \u00a0]|\. |[-–]")
_SUBJECT: Mapping[str, regex.Pattern[str]] = {
    "en": regex.compile(
        r"\p{Lu}\p{L}+"
        r"(?<!s|ing|ly|tion|ment|ity|ness|ance|one|body|(?i:police|people|more|most|over|while|fore|hence|earlier))"
        r"(?:,? \(?\p{N}| (?:is|was|has|had|will|would|can|could|did|does|may|might|says|told|said|became|won|left|lost"
        r"|took|made|gave|got|went|came|saw|held|led|met|ran|sold|spoke|wrote|began|brought|built|chose|fell|found|kept|knew"
        r"|paid|sent|set|stood|thought|wants|plans|\p{Ll}{3,}ed)\b)"
    ),
    "de": regex.compile(
        r"\p{Lu}\p{L}+(?<!ung|heit|keit|schaft|ion|tät|innen) (?:sagte?|erklärte?|betonte?|forderte?|kündigte?|teilte?|trat"
        r"|tritt|gewann|verlor|kritisierte?|warnte?|lehnte?|schrieb|sprach|nannte|verwies|räumte|äußerte|bestätigte?|unterzeichnete"
        r"|besuchte|traf|reiste|starb)\b"
    ),
    "ru": regex.compile(r"\p{Lu}\p{L}+(?:[оеё]в|[иы]н|[сц]кий|ко|[юу]к|ян|дзе|швили|[ое]ва|ина|[сц]кая) \p{Ll}"),
}
"""By language, how a sentence opens whose subject is mostly a person or a place: before a verb in the singular of such as
they do, or with the endings of surnames."""
_KNOWN = 4.15
"""Weight by general text (`background.idf`) below which a word is too common to be a name: "official" has 3.8, "London"
4.3."""
_HONORIFICS = words_in("mr mrs ms dr prof professor sir dame herr frau señor señora monsieur madame г")
_GENERIC = words_in("city county state town inc corp ltd plc co company group gmbh ag stadt kreis land")
"""What may stand beside a name or not."""
_LINKING = words_in("of the and for de la du des del der die das und für von on in и по")
_SAME = {"usa": "us", "america": "us", "american": "us", "americans": "us", "britain": "uk", "british": "uk"}
_LATIN_ENDINGS = words_in(
    "es s en n er ern em an ans ian ians ish ese ic y ies a o as os i al ain ean ia any",
)
_CYRILLIC_ENDINGS = words_in(
    "а у ы и е о ом ой ам ами ах ов я ю ем ей ям ями ях ь ью й ий ый ая ое ые ого его ому ему ым им ых их ую ин ина ину",
    "ине ином ы ец ца цы цев ский ская ское ские ского ской скую ском ким ских",
)
_FEWEST = {False: 4, True: 3}  # letters that two forms of a name share at least, in Latin and in Cyrillic letters


@dataclass(frozen=True, slots=True)
class NameWord:
    """A capitalised word that may be a name or part of one, `text[start:end]`."""

    word: str
    start: int
    end: int
    row: int
    """Number of the row of capitalised words that it stands in."""


def plain(text: str) -> str:
    """Return text in form NFKC, without genitives and the dots of initials, with hours and quarters in one form."""
    text = unicodedata.normalize("NFKC", text)
    text = _QUARTER.sub(r"\g<n>th quarter", _HOUR.sub(_by_the_clock, text))
    return str(_CLITIC.sub("", _DOTTED.sub(lambda match: match.group().replace(".", ""), text)))


def _by_the_clock(match: regex.Match[str]) -> str:
    """Return an hour of the day by 24 hours: `3 pm` as `15:00`."""
    hour = int(match["h"]) % 12 + (12 if match["half"] in "pP" else 0)
    return f"{hour}:{match['m'] or '00'}"


def words(text: str) -> list[str]:
    """Return the words of a plain text in small letters, without accents."""
    return [_small(word) for word in _WORD.findall(text)]


def names_said(text: str, language: str) -> list[NameWord]:
    """Return the words of a plain text that are names or parts of them, as far as capitals tell.

    In German, where all nouns have capitals, only words in a row of them are. The first word of a sentence is where it
    stands like the name of whoever does something, in the languages where that can be told.
    """
    capitals = [match for match in _WORD.finditer(text) if _like_a_name(match.group(), language)]
    rows: list[list[regex.Match[str]]] = []
    for match in capitals:
        if rows and _TOGETHER.fullmatch(text, rows[-1][-1].end(), match.start()):
            rows[-1].append(match)
        else:
            rows.append([match])
    return [
        NameWord(match.group(), match.start(), match.end(), number)
        for number, row in enumerate(rows)
        for match in row
        if len(row) > 1 or _is_name_alone(match, text, language)
    ]


def _like_a_name(word: str, language: str) -> bool:
    if not any(map(str.isupper, word)) or word == "I":
        return False
    small = word.lower()
    return (
        small not in OPENERS
        and small not in FUNCTION_WORDS.get(language, ())
        and small not in _HONORIFICS
        and small not in _OF_DATES
        and small not in cardinals(language)
        and small not in ordinals(language)
        and small not in SCALES
    )


def _is_name_alone(match: regex.Match[str], text: str, language: str) -> bool:
    word = match.group()
    if any(map(str.isupper, word[1:])):
        return True
    if _opened_by_word(text, match.start()):
        return language != "de"
    subject = _SUBJECT.get(language)
    if subject is None or not subject.match(text, match.start()):
        return False
    term = stem(word.lower(), language)
    return language == "de" or idf({term: 0}, 0, language)[term] >= _KNOWN


def _opened_by_word(text: str, start: int) -> bool:
    """Tell whether a place is inside a sentence, and not at its head."""
    return _OPENING.search(text, max(0, start - 6), start) is None


class Names:
    """The words of evidence, in which names are looked for."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Read plain texts."""
        texts = list(texts)
        self._words = frozenset(word for text in texts for word in words(text))
        self._known = self._words | {_SAME[word] for word in self._words & _SAME.keys()}
        self._by_start: dict[str, list[str]] = {}
        for word in self._words:
            self._by_start.setdefault(word[:3], []).append(word)
        self._initials = tuple(initials for text in texts for initials in _initials(text))

    def missing(self, names: Sequence[NameWord]) -> list[NameWord]:
        """Return the names that the evidence does not have: not inflected, and not by initials or for their initials."""
        rows: dict[int, list[NameWord]] = {}
        for name in names:
            rows.setdefault(name.row, []).append(name)
        lacking: list[NameWord] = []
        for row in rows.values():
            short = "".join(name.word[0] for name in row).lower()
            if len(row) < 2 or short not in self._words:
                missing = [name for name in row if not self.has(name.word)]
                lacking += [name for name in missing if name.word.lower() not in _GENERIC or len(missing) == len(row)]
        return lacking

    def has(self, name: str) -> bool:
        """Tell whether the evidence has a name, in any form of it."""
        small = _small(name)
        if small in self._known or _SAME.get(small) in self._known:
            return True
        if name.isupper() and 2 <= len(name) <= 6 and any(small in initials for initials in self._initials):
            return True
        return any(_same_name(small, word) for word in self._by_start.get(small[:3], ()))


def _same_name(one: str, other: str) -> bool:
    """Tell whether two words differ by no more than an ending: `Germany` and `German`, `Москва` and `Москве`."""
    shared = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    cyrillic = "\u0400" <= one[:1] <= "\u052f"
    endings = _CYRILLIC_ENDINGS if cyrillic else _LATIN_ENDINGS
    # the longest common start may have swallowed the beginning of an ending, as `an` of `Iran` and `Irans`
    return any(
        _is_ending(one[at:], endings) and _is_ending(other[at:], endings)
        for at in range(shared, max(_FEWEST[cyrillic], shared - 2) - 1, -1)
    )


def _is_ending(letters: str, endings: frozenset[str]) -> bool:
    return not letters or letters in endings


def _initials(text: str) -> Iterator[str]:
    """Yield the initials of each row of capitalised words, small words between them left out."""
    row = ""
    for word in _WORD.findall(text):
        if word[0].isupper():
            row += word[0].lower()
        elif word.lower() not in _LINKING:
            if len(row) > 1:
                yield row
            row = ""
    if len(row) > 1:
        yield row


@lru_cache(maxsize=20_000)
def _small(word: str) -> str:
    if word.isascii():
        return word.lower()
    kept = unicodedata.normalize("NFKD", word.lower().replace("ё", "е").replace("й", "\0"))
    return "".join(c for c in kept if not unicodedata.combining(c)).replace("\0", "й")


_OF_DATES = frozenset(word.lower() for word in MONTHS | WEEKDAYS)
