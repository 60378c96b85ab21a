"""Text to terms for the full-text index, and how questions are matched to them."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache

import regex
import snowballstemmer

from retrieval.function_words import FUNCTION_WORDS, without_function_words
from retrieval.languages import SCRIPT, question_language, script
from retrieval.languages import language_by_letters as language_by_letters
from retrieval.models import Article, Span

# What parts no words: soft hyphens, joiners (Persian, Hindi), direction marks, and the vowel and stress marks that texts in
# Arabic, Hebrew and Cyrillic letters may have or not.
_UNSEEN = re.compile(
    "[\u00ad\u0300\u0301\u0307\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff"
    "\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]"
)
# A number keeps its separators; a word is letters with their marks (Hindi vowel signs are marks) and digits; a run of a
# script without spaces, or of Korean, whose endings are many, is cut into overlapping pieces.
_SYLLABIC = r"\p{Han}\p{Hiragana}\p{Katakana}\u30fc\p{Hangul}"
_NO_SPACES = _SYLLABIC + r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_TOKEN = regex.compile(
    r"(?P<number>\p{N}+(?:[.,٫٬]\p{N}+)+)"
    rf"|(?P<run>[{_NO_SPACES}](?:[{_NO_SPACES}]|\p{{M}})*)"
    rf"|(?P<word>(?:(?![{_NO_SPACES}])[\p{{L}}\p{{M}}\p{{N}}])+)"
)
_PARTS = regex.compile(
    rf"(?P<pairs>[{_SYLLABIC}]+)|(?P<threes>[\p{{Thai}}\p{{Lao}}\p{{M}}]+)|(?P<clusters>[^{_SYLLABIC}]+)"
)
_CLUSTER = regex.compile(r"\X")
_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")
_CLITIC = regex.compile(
    r"(?<=\p{L})['’](?:s|t|d|m|ll|re|ve)\b|\b(?:[ldjmtsnc]|qu|un|dell|nell|dall|sull)['’](?=\p{L})", regex.IGNORECASE
)
_ASCII_TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)+|[a-z0-9]+")
_THOUSANDS = re.compile(r"[.,](?=[0-9]{3}(?:[.,]|$))")
_AS_ASCII = str.maketrans({"’": "'", "‘": " ", "“": " ", "”": " ", "–": " ", "—": " ", "…": " ", "\u00a0": " "})
_LONGEST = 64  # characters of a term: beyond that it is an address or noise, and its start tells enough

_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "st": "sesotho", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
_OF_SCRIPT = {
    "LATIN": "en", "CYRILLIC": "ru", "GREEK": "el", "ARABIC": "ar", "DEVANAGARI": "hi", "ARMENIAN": "hy", "TAMIL": "ta"
}  # fmt: skip
_IN_TWO_SCRIPTS = frozenset({"sr"})
_ACCENTED = frozenset({"LATIN", "CYRILLIC", "GREEK"})
_PERSIAN_LETTERS = str.maketrans("يىك", "ییک")
_ARABIC_LETTERS = str.maketrans("یىکأإآٱةۀہھ", "ييكااااهههه")

_one_at_a_time = threading.Lock()  # a Snowball stemmer keeps the word it works on in itself


def terms(text: str, language: str | None = None) -> list[str]:
    """Return the terms of an article's text in order, with repeats: folded, stemmed, without spaces or quotes.

    Args:
        text: any text.
        language: its BCP 47 primary subtag, whose stemmer is used; by its letters where None.
    """
    found: list[str] = []
    for token, is_run in _tokens(text):
        if is_run:
            found.extend(_pieces(token))
        else:
            found.append(stem(token, language))
    return found


def passage_terms(article: Article, sentences: Sequence[Span]) -> tuple[tuple[str, ...], ...]:
    """Return the terms of an article's title and of each of a passage's sentences: what the full-text index holds of it."""
    texts = (article.title, *(article.text[span.start : span.end] for span in sentences))
    return tuple(tuple(terms(text, article.language)) for text in texts)


def question_terms(text: str, languages: Iterable[str]) -> list[tuple[str, ...]]:
    """Return what to look for: for each word of a question that says something, its stems in the catalogue's languages.

    A word that occurs twice counts once. When a question is made of function words alone they are kept.
    """
    spoken = tuple(dict.fromkeys(languages)) or ("en",)
    tokens = list(dict.fromkeys(_tokens(text)))
    telling = list(_telling(tokens, question_language(text, spoken)))
    groups: list[tuple[str, ...]] = []
    for token, is_run in telling or tokens:
        if is_run:
            groups.extend((piece,) for piece in _pieces(token))
        else:
            groups.append(tuple(dict.fromkeys(stem(token, language) for language in (*spoken, None))))
    return list(dict.fromkeys(groups))


def _telling(tokens: Iterable[tuple[str, bool]], language: str) -> Iterator[tuple[str, bool]]:
    """Yield what is left of a question's tokens without the function words of its language."""
    function_words = _function_words(language)
    for token, is_run in tokens:
        if token in function_words:
            continue
        if is_run:
            yield from ((part, True) for part in without_function_words(token, language))
        else:
            yield token, False


@cache
def _function_words(language: str) -> frozenset[str]:
    language = "no" if language in ("nb", "nn") else language
    return frozenset(token for word in FUNCTION_WORDS.get(language, ()) for token, _ in _tokens(word))


def _tokens(text: str) -> list[tuple[str, bool]]:
    """Return words, numbers and, marked as such, runs of scripts that are written without spaces."""
    plain = text.translate(_AS_ASCII)
    if plain.isascii():
        return [(token, False) for token in _ascii_tokens(plain)]
    folded = _UNSEEN.sub("", unicodedata.normalize("NFKC", text).casefold())
    if "'" in folded or "’" in folded:
        folded = _CLITIC.sub(" ", folded)
    found: list[tuple[str, bool]] = []
    for match in _TOKEN.finditer(_FOREIGN_DIGIT.sub(_digit, folded)):
        kind, token = match.lastgroup, match.group()
        if kind == "number":
            token = _number(token.replace("٫", ".").replace("٬", ","))
        found.append((token, True) if kind == "run" else (token[:_LONGEST], False))
    return found


def _ascii_tokens(text: str) -> list[str]:
    """Return what `_TOKEN` finds in ASCII text, three times as fast: questions wait for this."""
    if "'" in text:
        text = _CLITIC.sub(" ", text)
    tokens = _ASCII_TOKEN.findall(text.lower())
    return [_number(token) if "." in token or "," in token else token[:_LONGEST] for token in tokens]


def _number(token: str) -> str:
    """Return a number as it is in all languages: `1,000` and `1.000` without, `3,5` and `3.5` with a point."""
    return _THOUSANDS.sub("", token).replace(",", ".")


def _digit(match: re.Match[str]) -> str:
    return str(unicodedata.decimal(match.group()))


def _pieces(run: str) -> Iterator[str]:
    """Yield the overlapping pieces of a run: what a word is made of where no space tells words apart.

    Pairs of characters where each is a syllable or more (with single characters beside them, passage @5 on XQuAD Chinese is
    .984 either way and the index twice as large), pairs of clusters in Khmer and Burmese, threes in Thai and Lao.
    """
    for match in _PARTS.finditer(run):
        kind, part = match.lastgroup, match.group()
        units = list(part) if kind == "pairs" else _CLUSTER.findall(part)
        width = 3 if kind == "threes" else 2
        yield from ("".join(units[n : n + width])[:_LONGEST] for n in range(max(len(units) - width + 1, 1)))


@lru_cache(maxsize=200_000)
def stem(word: str, language: str | None) -> str:
    """Return the stem of a folded word, without accents where its script has them as marks on letters.

    A word in letters that are not its text's language's gets the stemmer that stands for its own script.
    """
    letters = script(word)
    own = _OF_SCRIPT.get(letters)
    if language is None or (SCRIPT.get(language, "LATIN") != letters and language not in _IN_TWO_SCRIPTS):
        language = own
    if letters == "ARABIC" and language != "ar":
        word = word.translate(_PERSIAN_LETTERS)
    algorithm = _SNOWBALL.get(language or "")
    stemmed = _stemmed(word, algorithm) if algorithm and own else word
    if letters in _ACCENTED:
        stemmed = _without_accents(stemmed)
    elif letters == "ARABIC":
        stemmed = stemmed.translate(_ARABIC_LETTERS)
    return stemmed or word


def _stemmed(word: str, algorithm: str) -> str:
    with _one_at_a_time:
        return str(_stemmer(algorithm).stemWord(word))


@cache
def _stemmer(algorithm: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(algorithm)


def _without_accents(word: str) -> str:
    if word.isascii():
        return word
    kept = (c for c in unicodedata.normalize("NFKD", word.replace("й", "\0")) if not unicodedata.combining(c))
    return "".join(kept).replace("\0", "й").replace("ı", "i")
