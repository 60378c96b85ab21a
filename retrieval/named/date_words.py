"""The words in which dates are written, by language: months as CLDR names them, and the words around them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache

LANGUAGES = ("en", "de", "es", "fr", "it", "pt", "ru", "uk", "nl", "pl")
"""Languages whose months are known. Reading them takes some 15 ms each, once."""

_ROLES: dict[str, dict[str, str]] = {
    # before a date, and meaning nothing else
    "p": {
        "en": "in on during at around by", "de": "im am in", "es": "en el", "fr": "en", "it": "in nel nell a ad",
        "pt": "em no na", "ru": "в во на", "uk": "у в", "nl": "in op", "pl": "w we",
    },
    # opens a range
    "b": {
        "en": "between from", "de": "zwischen von vom", "es": "entre", "fr": "entre", "it": "tra fra", "pt": "entre",
        "ru": "между от", "uk": "між", "nl": "tussen van", "pl": "między",
    },
    # opens a range, or means since
    "z": {"es": "desde", "it": "dal dall", "pt": "desde", "ru": "с со", "uk": "з", "pl": "od"},
    "s": {"en": "since", "de": "seit ab", "fr": "depuis", "nl": "sinds vanaf"},
    "A": {
        "en": "after following", "de": "nach", "es": "tras despues", "fr": "apres", "it": "dopo", "pt": "depois apos",
        "ru": "после", "uk": "після", "nl": "na", "pl": "po",
    },
    "B": {
        "en": "before", "de": "vor", "es": "antes", "fr": "avant", "it": "prima entro", "pt": "antes", "ru": "перед",
        "uk": "перед", "nl": "voor", "pl": "przed",
    },
    # joins the ends of a range, or means until
    "x": {
        "en": "until till", "de": "bis", "es": "hasta", "fr": "jusqu", "it": "fino", "pt": "ate", "ru": "до",
        "uk": "до", "nl": "tot", "pl": "do",
    },
    "c": {
        "en": "and to through", "de": "und", "es": "y al", "fr": "et au", "it": "e al", "pt": "e ao", "ru": "и по",
        "uk": "і по", "nl": "en", "pl": "i",
    },
    # joins day, month and year, and opens ranges
    "f": {"en": "of", "es": "de del", "fr": "de du d", "it": "di del dell", "pt": "de do da"},
    "t": {"en": "the", "de": "dem den der", "es": "los", "fr": "le la l", "it": "il", "pt": "o os"},
    "j": {"en": "year", "de": "jahr jahre", "es": "ano", "fr": "annee", "it": "anno", "pt": "ano", "nl": "jaar"},
    "o": {"en": "st nd rd th", "fr": "er"},
    "q": {"en": "q"},
    "y": {"zh": "年", "ko": "년"},
    "m": {"zh": "月", "ko": "월"},
    "d": {"zh": "日 号 號", "ko": "일"},
}  # fmt: skip
_BOTH_IN = {"a": "p", "en": "p", "do": "f", "po": "c", "w": "p"}
"""Words that two languages use otherwise, and what they count as; `until` of Polish and `and` of Dutch give way."""


class _Table(dict[int, str]):
    """One character for each character, so that offsets stay: small letters without accents."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        apart = unicodedata.normalize("NFKD", character)
        small = apart[0].lower() if all(map(unicodedata.combining, apart[1:])) else character
        folded = self[code] = "'" if character in "’`´" else small if len(small) == 1 else character
        return folded


_TABLE = _Table()


def folded(text: str) -> str:
    """Return text in small letters without accents, character by character: offsets are those of the text given."""
    return text.lower() if text.isascii() else text.translate(_TABLE)


def roles() -> dict[str, tuple[str, frozenset[str]]]:
    """Return for each folded word around dates its role, one letter, and the languages it is of."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for role, languages in _ROLES.items():
        for language, words in languages.items():
            for word in folded(words).split():
                before, known = found.get(word, (role, frozenset()))
                found[word] = _BOTH_IN.get(word, before), known | {language}
    return found


@cache
def months() -> dict[str, tuple[int, bool, frozenset[str]]]:
    """Return for each folded name of a month its number, whether it is an abbreviation, and the languages it is of.

    Names that stand for two months in two languages are left out.
    """
    found: dict[str, tuple[int, bool, frozenset[str]]] = {}
    ambiguous = set()
    for language, width, number, name in _named():
        word = folded(name).rstrip(".")
        before = found.get(word)
        if not word.isalpha():
            continue
        if before is not None and before[0] != number:
            ambiguous.add(word)
        short = width == "abbreviated" and (before is None or before[1])
        found[word] = number, short, (before[2] if before else frozenset()) | {language}
    return {word: what for word, what in found.items() if word not in ambiguous}


def _named() -> Iterable[tuple[str, str, int, str]]:
    """Yield language, width, number and name of every month."""
    from babel.dates import get_month_names  # 30 ms, which an import of this module would have to wait for

    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, language).items():
                    yield language, width, number, name
                    if language == "ru" and width == "wide":
                        yield from ((language, width, number, case) for case in _cases(name))


def _cases(name: str) -> Iterable[str]:
    """Return a Russian month as after `в` and `между`: CLDR has only its nominative and its genitive."""
    root = name[:-1] if name[-1] in "ьяай" else name
    return (root + ending for ending in ("е", "ом", "ем"))
