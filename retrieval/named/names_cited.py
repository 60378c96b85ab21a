"""Names of sources and authors in a question: whether one is there, and whether the question asks for what it said."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from retrieval.named.date_words import folded

Mention = Literal["none", "named", "cited"]
_Form = Literal["word", "words", "address", "surname"]
_Keys = tuple[tuple[str, _Form], ...]

_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
_POSSESSIVE = re.compile(r"'s(?!\w)")
_RUSSIAN_ENDING = re.compile(
    r"(?:ами|ями|ого|его|ому|ему|ым|им|ои|еи|ии|ых|их|ам|ям|ах|ях|ом|ем|ов|ев|ин|[аеиоуыэюяьъ])$"
)
_ARTICLES = frozenset(
    ("the", "der", "die", "das", "la", "le", "les", "el", "los", "las", "il", "lo", "gli", "o", "os", "as", "l")
)
_SECTION = re.compile(r"\s+[-–—(]\s*|\s*[|»:]\s*")
_TOGETHER = re.compile(r"\s*[,;&/]\s*|\s+(?:and|und|et|y|e|и)\s+", re.IGNORECASE)
_BY = re.compile(r"(?:by|von|par|por|di)\s+", re.IGNORECASE)
_TOP_LEVEL = re.compile(r"\.(?:(?:com?|org|net|gov|edu|ac)\.[a-z]{2}|[a-z]{2,12})$")
_LONGEST = 60
"""Tokens of a name, at most: what is longer is no name."""
_GERMAN = frozenset(
    ("der", "das", "den", "dem", "ein", "eine", "und", "ist", "wer", "wie", "wo", "wann", "auf", "hat", "sind", "wurde")
)
"""Two of them tell a language that writes every noun with a capital."""

_PIECE = (
    "article|report|story|piece|column|review|coverage|post|interview|analysis|essay|editorial|newsletter|artikel"
    "|bericht|beitrag|meldung|reportage|articulo|reportaje|noticia|informe|artigo|reportagem|materia|articolo|notizia"
)
_RUSSIAN_PIECE = "стать[яеиюё]|статьеи|заметк\\w+|репортаж\\w*|материал\\w*|публикаци\\w+|интервью"
_BEFORE = (
    "according to|as per|(?:reported|published|written|covered|quoted|cited|detailed|described) (?:by|in|on)"
    "|(?:does|did|do|has|what|how|as|that|which)(?= (?:the )?\\S+ (?:say|report|write|claim))"
    f"|(?:{_PIECE})(?:s|es|e|en|i)? (?:by|in|from|of|on|von|vom|aus|im|des|der|bei|de|du|dans|des|del|en|do|da|no|na|di"
    "|della|dello|su|sul|sulla)"
    f"|(?:{_RUSSIAN_PIECE})(?: (?:в|во|от|на|из|у))?"
    "|(?:says|writes|wrote|reports)(?! that)"
    "|laut|gemass|nach angaben (?:von|des|der)|(?:berichtete?|schreibt|schrieb|meldete?|steht)(?: (?:in|im|bei))?"
    "|selon|d'apres|(?:publie|ecrit|paru) (?:par|dans)|segun|de acuerdo con|publicado (?:por|en|no|na|em)|segundo"
    "|de acordo com|conforme|secondo|stando a|pubblicato (?:da|su)|scrive"
    "|по (?:данным|словам|информации|сообщени\\w+|мнению|версии)|согласно"
    "|(?:пишет|писал\\w*|пишут|сообща\\w+)(?: в)?"
)
_SKIPPED = (
    "both|the|'the|an?|der|die|das|dem|den|la|le|les|el|los|il|lo|gli|l'|o|os|as|газет[аеыу]|журнал[аеу]?|агентств\\w+"
)
_AFTER = (
    f"{_PIECE}|articles|stories|columns|reviews|says?|said|writes?|wrote|reports|reported|claims|claimed"
    "|argues|argued|suggests?|mentions|describes|published|publishes|zufolge|berichtete?n?|schreibt"
    "|schrieb|meldete?|rapporte|ecrit|affirme|indique|dice|escribe|informa|publica|afirma|diz|escreve|scrive|riporta"
    "|afferma|пишет|писал\\w*|сообща\\w+|сообщил\\w*|утвержда\\w+|によると|报道|報道"
)
_CUE_BEFORE = re.compile(rf"(?<!\w)(?:{_BEFORE})(?!\w)(?:\s+(?:{_SKIPPED})(?!\w))*[\W_]*(?=\w)|据")
_CUE_AFTER = re.compile(rf"['’\"“”»]*(?:s|s')?[\"”»\s]*(?:new |latest |recent |own )?(?:{_AFTER})(?!\w)")


class CitedNames:
    """The words of a question, in which names are looked for."""

    def __init__(self, question: str) -> None:
        """Read the question once; names are then found in about a microsecond."""
        text = folded(question)
        matches = list(_TOKEN.finditer(_POSSESSIVE.sub("  ", text)))
        self._question, self._text = question, text
        self._starts = [match.start() for match in matches]
        self._ends = [match.end() for match in matches]
        # all words in one string, so that `TechCrunch` and `Tech Crunch` are one name
        words = [_root(match.group()) for match in matches]
        self._glued = "".join(words)
        self._places: dict[int, int] = {}
        at = 0
        for n, word in enumerate(words):
            self._places[at] = n
            at += len(word)
        self._places[at] = len(words)
        self._german = len(_GERMAN.intersection(match.group() for match in matches)) > 1
        self._without_capitals = not any(map(str.isupper, question))
        ends = (match.end() for match in _CUE_BEFORE.finditer(self._text))
        self._cued = frozenset(bisect_left(self._starts, end) for end in ends)

    @property
    def may_name(self) -> bool:
        """Whether any word is cited or written like a name, so that names are worth looking for."""
        return bool(
            self._cued
            or self._without_capitals
            or any(self._capital(n) and not self._opens_sentence(n) for n in range(len(self._starts)))
            or any(_CUE_AFTER.match(self._text, end) for end in self._ends)
        )

    def source(self, name: str) -> Mention:
        """Tell whether a source is named, by its whole name or by what stands before a section of it."""
        return _best(self._name(key, form) for key, form in _source_keys(name))

    def host(self, url: str) -> Mention:
        """Tell whether the site of an address is named, as `The Verge` names www.theverge.com."""
        return _best(self._name(key, form) for key, form in _host_keys(url))

    def author(self, name: str) -> Mention:
        """Tell whether one of the authors is named; a surname alone is only where it is cited."""
        return _best(self._name(key, form) for key, form in _author_keys(name))

    def _name(self, key: str, form: _Form) -> Mention:
        best: Mention = "none"
        start = self._glued.find(key)
        while start >= 0:
            first, end = self._places.get(start), self._places.get(start + len(key))
            if first is not None and end is not None:
                if (form != "surname" or self._capital(first)) and self._is_cited(first, end):
                    return "cited"
                if self._counts_bare(first, end, form):
                    best = "named"
            start = self._glued.find(key, start + 1)
        return best

    def _counts_bare(self, first: int, end: int, form: _Form) -> bool:
        """Tell whether words are a name without anything around them that says so."""
        if form in ("address", "surname"):
            return form == "address"
        if form == "words":
            return self._without_capitals or self._capital(first)
        written = self._question[self._starts[first] : self._ends[end - 1]]
        if any(map(str.isupper, written[1:])):
            return True
        return self._capital(first) and not (self._german or self._opens_sentence(first))

    def _capital(self, token: int) -> bool:
        """Tell whether a word is written with a capital, or in letters that have none."""
        letter = self._question[self._starts[token]]
        return letter.isupper() or letter.lower() == letter.upper()

    def _opens_sentence(self, token: int) -> bool:
        before = self._text[: self._starts[token]].rstrip("'\"“„« ")
        if token and self._text[self._starts[token - 1] : self._ends[token - 1]] in _ARTICLES:
            return False
        return not before or before[-1] in ".?!:;"

    def _is_cited(self, first: int, end: int) -> bool:
        return (
            first in self._cued
            or (first - 1 in self._cued and self._text[self._starts[first - 1] : self._ends[first - 1]] in _ARTICLES)
            or _CUE_AFTER.match(self._text, self._ends[end - 1]) is not None
        )


def _best(mentions: Iterable[Mention]) -> Mention:
    best: Mention = "none"
    for mention in mentions:
        if mention == "cited":
            return "cited"
        if mention == "named":
            best = "named"
    return best


@lru_cache(maxsize=4096)
def _source_keys(name: str) -> _Keys:
    """Return how a source may be written, without spaces, and what it is made of."""
    head = _SECTION.split(name, maxsplit=1)[0]
    site = _TOP_LEVEL.sub("", head.lower())
    forms = {_key(form): _form(form) for form in (site, head, name)}
    if site != head.lower():
        forms[_key(head)] = "address"
    return tuple((key, form) for key, form in forms.items() if len(key) > 1)


@lru_cache(maxsize=4096)
def _host_keys(url: str) -> _Keys:
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ()
    name = _TOP_LEVEL.sub("", host).rpartition(".")[2]
    forms: dict[str, _Form] = {_key(name): "word", _key(name.removeprefix("the")): "word", _key(host): "address"}
    return tuple((key, form) for key, form in forms.items() if len(key) > 2)


@lru_cache(maxsize=4096)
def _author_keys(name: str) -> _Keys:
    """Return names and surnames of authors, without spaces, and which of the two each is."""
    forms: dict[str, _Form] = {}
    for one in _TOGETHER.split(_BY.sub("", name, count=1) if _BY.match(name) else name):
        if _form(one) == "words":
            forms[_key(one)] = "words"
            forms.setdefault(_key(_TOKEN.findall(folded(one))[-1]), "surname")
        else:
            forms.setdefault(_key(one), "surname")
    return tuple((key, form) for key, form in forms.items() if len(key) > 1)


def _form(name: str) -> _Form:
    words = _words(name)
    return "words" if len(words) > 1 else "word"


def _key(name: str) -> str:
    return "".join(map(_root, _words(name)))


def _words(name: str) -> list[str]:
    """Return the folded words of a name without the article before it."""
    words = _TOKEN.findall(_POSSESSIVE.sub("", folded(name)))[:_LONGEST]
    return words[1:] if len(words) > 1 and words[0] in _ARTICLES else words


def _root(word: str) -> str:
    """Return a word without the ending of a Russian case: names are declined."""
    while "\u0430" <= word[-1] <= "\u044f" and len(word) > 3:
        shorter = _RUSSIAN_ENDING.sub("", word)
        if len(shorter) < 3 or shorter == word:
            break
        word = shorter
    return word
