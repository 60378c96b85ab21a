"""Text to terms for the full-text index, and how questions are matched to them."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache

import regex
import snowballstemmer

from retrieval.models import Article

# A number keeps its separators; a word is letters with their marks (Hindi vowel signs are marks) and digits; of scripts
# written without spaces, a run is taken whole here and cut into pairs of characters below.
_TOKEN = regex.compile(
    r"(?P<number>\p{N}+(?:[.,]\p{N}+)+)"
    r"|(?P<run>[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+)"
    r"|(?P<word>(?:(?![\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}])[\p{L}\p{M}\p{N}])+)"
)
_CLITIC = regex.compile(r"(?<=\p{L})['’](?:s|t|d|m|ll|re|ve)\b|\b[ldjmtsncLDJMTSNC]['’](?=\p{L})|\bqu['’](?=\p{L})")
_ASCII_TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)+|[a-z0-9]+")
_AS_ASCII = str.maketrans({"’": "'", "‘": " ", "“": " ", "”": " ", "–": " ", "—": " ", "…": " ", "\u00a0": " "})
_LONGEST = 64  # characters of a term: beyond that it is an address or noise, and its start tells enough

_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "nb": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
_OF_SCRIPT = {
    "LATIN": "en", "CYRILLIC": "ru", "GREEK": "el", "ARABIC": "ar", "DEVANAGARI": "hi", "ARMENIAN": "hy", "TAMIL": "ta"
}  # fmt: skip
_LATIN_BUT_NOT = frozenset(_OF_SCRIPT.values()) - {"en"} | {"ne", "sr", "yi"}

_one_at_a_time = threading.Lock()  # a Snowball stemmer keeps the word it works on in itself

# Words that ask or join and say nothing of the matter: they count for nothing in a question.
_FUNCTION_WORDS = tuple(
    frozenset(language.split())
    for language in (
        # English
        "a about an and any are as at be been being but by can could did do does for from had has have he her him "
        "his how i if in into is it its me my of on or our she should so some tell than that the their them then "
        "there these they this those to was we were what when where which while who whom whose why will with would "
        "you your say says said according many much",
        # German
        "aber als am an auch auf aus bei bis da dann das dass dem den der des die dies diese dieser du ein eine "
        "einem einen einer eines er es für gab gibt hat hatte haben ich ihr im in ist ja kann mit nach nicht oder "
        "sagt sagte sein seine sich sie sind so um und uns unter vom von vor wann war waren warum was wegen welche "
        "welchem welchen welcher welches wem wen wenn wer werden wie wieso wird wo wofür woher wohin wurde wurden "
        "viel viele zu zum zur über",
        # Russian
        "а без более был была были было быть в вам вас во вот все всё вы где да для до его ее её если есть ещё еще "
        "же за и из или им их к как какая какие каким какими каков какова какого какое какой каком какому какую "
        "когда кого кому кто куда ли мне мы на над не него нее неё ней нет ни но ну о об он она они оно от откуда "
        "по под после почему при про с сколько со так также там то тоже только тот ты у уже чего чей чем чему "
        "через что чтобы чья эта эти это этого этой этот",
        # Spanish
        "al cuando cuándo cual cuál cuáles cuanto cuánto cuántos como cómo con de del desde donde dónde el ella en "
        "es esta este fue fueron ha había han hay la las lo los más no para pero por porque qué que quien quién se "
        "ser si sin sobre son su sus un una y",
        # French
        "à au aux avec ce cette combien comment dans du elle est et il ils je le les leur lui mais ne nous où ou "
        "par pas pour pourquoi quand quel quelle quelles quels qui quoi sa ses son sont sur une vous était",
    )
)


def terms(text: str, language: str | None = None) -> list[str]:
    """Return the terms of an article's text in order, with repeats: folded, stemmed, without spaces or quotes.

    Args:
        text: any text.
        language: its BCP 47 primary subtag, whose stemmer is used; by its letters where None.
    """
    return [stem(token, language) for token in _tokens(text)]


def passage_terms(article: Article, start: int, end: int) -> tuple[str, ...]:
    """Return the terms of an article's title and of its passage `start:end`: what the full-text index holds of it."""
    return (*terms(article.title, article.language), *terms(article.text[start:end], article.language))


def question_terms(text: str, languages: Iterable[str]) -> list[tuple[str, ...]]:
    """Return what to look for: for each word of a question that says something, its stems in the catalogue's languages.

    A word that occurs twice counts once. When a question is made of function words alone they are kept.
    """
    spoken = tuple(dict.fromkeys(languages)) or ("en",)
    words = list(dict.fromkeys(_tokens(text)))
    # the question's language is the one most of its function words are of: "war" tells in English, not in German
    function_words = max(_FUNCTION_WORDS, key=lambda known: len(known.intersection(words)))
    telling = [word for word in words if word not in function_words] or words
    groups = [tuple(dict.fromkeys(stem(word, language) for language in (*spoken, None))) for word in telling]
    return list(dict.fromkeys(groups))


def language_by_letters(text: str) -> str:
    """Return the language that stands for the script most letters are in: `en` for Latin, `ru` for Cyrillic, and so on.

    Empty where no letter is of a script that is known here.
    """
    scripts = Counter(_script(token) for token in _tokens(text[:1000]))
    scripts.pop("", None)
    return _OF_SCRIPT.get(scripts.most_common(1)[0][0], "") if scripts else ""


def _tokens(text: str) -> list[str]:
    plain = text.translate(_AS_ASCII)
    if plain.isascii():
        return _ascii_tokens(plain)
    tokens: list[str] = []
    for match in _TOKEN.finditer(_CLITIC.sub(" ", unicodedata.normalize("NFKC", text)).casefold()):
        token = match.group()
        if match.lastgroup == "run" and len(token) > 1:
            tokens.extend(token[i : i + 2] for i in range(len(token) - 1))
        elif match.lastgroup == "number":
            tokens.append(token.replace(",", ""))
        else:
            tokens.append(token[:_LONGEST])
    return tokens


def _ascii_tokens(text: str) -> list[str]:
    """Return what `_TOKEN` finds in ASCII text, three times as fast: questions wait for this."""
    if "'" in text:
        text = _CLITIC.sub(" ", text)
    tokens = _ASCII_TOKEN.findall(text.lower())
    return [token.replace(",", "") if "," in token else token if "." in token else token[:_LONGEST] for token in tokens]


@lru_cache(maxsize=200_000)
def stem(word: str, language: str | None) -> str:
    """Return the stem of a folded word, without accents where it is in Latin letters."""
    script = _script(word)
    own = _OF_SCRIPT.get(script)
    if language is None or (script == "LATIN") == (language in _LATIN_BUT_NOT):
        language = own
    algorithm = _SNOWBALL.get(language or "")
    stemmed = _stemmed(word, algorithm) if algorithm and own else word
    if script in ("LATIN", "CYRILLIC"):
        stemmed = _without_accents(stemmed)
    return stemmed or word


def _stemmed(word: str, algorithm: str) -> str:
    with _one_at_a_time:
        return str(_stemmer(algorithm).stemWord(word))


@cache
def _stemmer(algorithm: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(algorithm)


def _script(word: str) -> str:
    for character in word:
        if character.isalpha():
            return unicodedata.name(character, "").partition(" ")[0]
    return ""


def _without_accents(word: str) -> str:
    if word.isascii():
        return word
    kept = (c for c in unicodedata.normalize("NFKD", word.replace("й", "\0")) if not unicodedata.combining(c))
    return "".join(kept).replace("\0", "й")
