"""The language of a text and of a question, and the script that it is written in."""

from __future__ import annotations

import threading
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

import regex

from retrieval.function_words import FUNCTION_WORDS

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

SCRIPT = {
    "am": "ETHIOPIC", "ar": "ARABIC", "be": "CYRILLIC", "bg": "CYRILLIC", "bn": "BENGALI", "dv": "THAANA",
    "el": "GREEK", "fa": "ARABIC", "gu": "GUJARATI", "he": "HEBREW", "hi": "DEVANAGARI", "hy": "ARMENIAN",
    "ja": "HIRAGANA", "ka": "GEORGIAN", "kk": "CYRILLIC", "km": "KHMER", "kn": "KANNADA", "ko": "HANGUL",
    "ky": "CYRILLIC", "lo": "LAO", "mk": "CYRILLIC", "ml": "MALAYALAM", "mn": "CYRILLIC", "mr": "DEVANAGARI",
    "my": "MYANMAR", "ne": "DEVANAGARI", "or": "ORIYA", "pa": "GURMUKHI", "ps": "ARABIC", "ru": "CYRILLIC",
    "sa": "DEVANAGARI", "sd": "ARABIC", "si": "SINHALA", "sr": "CYRILLIC", "ta": "TAMIL", "te": "TELUGU",
    "tg": "CYRILLIC", "th": "THAI", "ug": "ARABIC", "uk": "CYRILLIC", "ur": "ARABIC", "yi": "HEBREW", "zh": "CJK",
}  # fmt: skip
"""Scripts by language, as the first word of their letters' Unicode names; a language not named is in Latin letters."""

_IN_LATIN_LETTERS = (
    "af az ca cs cy da de en es et eu fi fr ga gl hr hu id is it lt lv ms mt nb nl nn no pl pt ro sk sl sq sv sw tl tr uz "
    "vi"
)
# Some that py3langid knows are left out: it takes them for a greater neighbour's (Nigerian Pidgin for English, Wu for
# Chinese...). So it finds the language of each of 562 questions, instead of .995 of the English and .886 of the Chinese.
_DETECTED = frozenset([*SCRIPT, *_IN_LATIN_LETTERS.split()])
_NORWEGIAN = {"nb": "no", "nn": "no"}
_MOST_CHARACTERS = 900  # of a text that are looked at, from three places: 1 to 2 ms
_FEWEST_LETTERS = 20  # below that a name decides
_FEWEST_OF_NO_SPACES = 6  # in scripts where a character is a syllable or a word
_MANY = 0.25  # share of the words: of .92 (CLAP NQ) to all (XQuAD, SQuAD 2.0) English articles, and of no others
_SURE = 0.4  # probability from which py3langid is believed: of single sentences, .989 are told, .996 of these rightly

_OF_LETTERS = {
    "LATIN": "en", "CYRILLIC": "ru", "GREEK": "el", "ARABIC": "ar", "DEVANAGARI": "hi", "ARMENIAN": "hy", "TAMIL": "ta"
}  # fmt: skip
_NAMED_BY_SCRIPT = {
    **{script: language for language, script in SCRIPT.items()},
    "CYRILLIC": "ru", "ARABIC": "ar", "DEVANAGARI": "hi", "HEBREW": "he", "KATAKANA": "ja", "CJK": "zh",
}  # fmt: skip

# Letters that languages which share a script do not share: two of them count as much as a function word.
_TELLING_LETTERS = {
    "be": "ўі", "bg": "ъ", "ca": "·", "cs": "ěřů", "da": "øæ", "de": "ßäöü", "es": "ñ¿¡", "et": "õ", "fa": "پچژگکی",
    "fi": "ä", "fr": "çœêèù", "hr": "đ", "hu": "őű", "is": "ðþ", "lt": "ėįų", "lv": "āēķļņ", "mk": "ѓќѕ",
    "no": "øæ", "pl": "łąęśźż", "pt": "ãõç", "ro": "ășț", "ru": "ыэё", "sk": "ľĺŕô", "sr": "ђћџљњј", "sv": "åäö",
    "tr": "ğışç", "uk": "їєіґ", "ur": "ٹڈڑںےہ", "vi": "đơưạảấầẩậắằặẹẻẽếềểễệỉịọỏốồổỗộớờởợụủứừửữự",
}  # fmt: skip
_WORDS = regex.compile(r"[\p{L}\p{M}]+")

_loading = threading.Lock()


def detect(text: str) -> str:
    """Return the language that most of a text is in, as BCP 47 primary subtag: empty where it is too short or unsure.

    By its script where no other language is written in it, by function words where it is English beyond doubt, else by
    py3langid (BSD; its first call loads a model: 1.4 s, 120 MB). Of a long text, three parts are looked at.
    """
    sample = _sample(text)
    letters = Counter(filter(None, map(_script_of, sample)))
    if not letters:
        return ""
    written = sum(letters.values())
    letters["LATIN"] //= _NAMES
    main = letters.most_common(1)[0][0]
    by_script = _NAMED_BY_SCRIPT.get(main, "")
    if written < (_FEWEST_OF_NO_SPACES if main in _WITHOUT_SPACES else _FEWEST_LETTERS):
        return ""
    if main not in _SHARED:
        return "ja" if main == "CJK" and letters["HIRAGANA"] + letters["KATAKANA"] > 0.1 * letters["CJK"] else by_script
    # words in other letters are names and quotations
    own = [word for word in _WORDS.findall(sample) if script(word) == main]
    if main == "LATIN" and _is_english(own):
        return "en"
    language, probability = _identifier().classify(" ".join(own))
    if probability < _SURE or SCRIPT.get(language, "LATIN") != main:
        return ""
    return _NORWEGIAN.get(language, str(language))


def question_language(question: str, spoken: Sequence[str]) -> str:
    """Return the language of a question by its letters and function words: empty where they do not tell.

    Args:
        question: any text.
        spoken: the languages of the catalogue, which are likelier than others, each by its primary subtag.
    """
    folded = unicodedata.normalize("NFKC", question).casefold()
    letters = Counter(filter(None, map(_script_of, folded)))
    if not letters:
        return ""
    letters["LATIN"] //= _NAMES
    main = letters.most_common(1)[0][0]
    if main in ("CJK", "HIRAGANA", "KATAKANA"):
        kana = letters["HIRAGANA"] + letters["KATAKANA"]
        return "ja" if kana or ("ja" in spoken and "zh" not in spoken) else "zh"
    likely = [_NORWEGIAN.get(language, language) for language in spoken if SCRIPT.get(language, "LATIN") == main]
    if main not in _SHARED:
        return likely[0] if likely else _NAMED_BY_SCRIPT.get(main, "")
    scores = dict.fromkeys(likely, _LIKELIER)
    for language, score in _told(folded):
        if SCRIPT.get(language, "LATIN") == main:
            scores[language] = scores.get(language, 0.0) + score
    best = max(scores, key=lambda language: scores[language], default="")
    return best if len(scores) == 1 or scores.get(best, 0.0) > _LIKELIER else ""


def language_by_letters(text: str) -> str:
    """Return the language that stands for the script most words are in: `en` for Latin, `ru` for Cyrillic, and so on.

    Empty where no letter is of a script that is known here.
    """
    scripts = Counter(script(word) for word in _WORDS.findall(unicodedata.normalize("NFKC", text[:1000])))
    scripts.pop("", None)
    return _OF_LETTERS.get(scripts.most_common(1)[0][0], "") if scripts else ""


def script(word: str) -> str:
    """Return the script of a word's first letter, as the first word of that letter's Unicode name; empty if it has none."""
    for character in word:
        if character.isalpha():
            return _script_of(character)
    return ""


_WITHOUT_SPACES = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR"})
_SHARED = frozenset({"LATIN", "CYRILLIC", "ARABIC", "DEVANAGARI", "HEBREW"})  # by several languages
_NAMES = (
    4  # names stand in Latin letters among others, and not the other way round: so much less does such a letter tell
)
_LIKELIER = 0.75  # of a function word, for a language of the catalogue


def _sample(text: str) -> str:
    if len(text) <= _MOST_CHARACTERS:
        return text
    part = _MOST_CHARACTERS // 3
    middle = (len(text) - part) // 2
    return f"{text[:part]}\n{text[middle : middle + part]}\n{text[-part:]}"


def _script_of(character: str) -> str:
    if "a" <= character <= "z" or "A" <= character <= "Z":
        return "LATIN"
    return _named(character) if character.isalpha() else ""


@cache
def _named(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0]


def _is_english(words: Sequence[str]) -> bool:
    """Tell whether so many words are English function words, and so much fewer those of any other language, that it is."""
    scores: dict[str, float] = {}
    for language, score in _told(" ".join(words).casefold()):
        scores[language] = scores.get(language, 0.0) + score
    english = scores.pop("en", 0.0)
    return english >= _MANY * len(words) and english >= 2 * max(scores.values(), default=0)


def _told(folded: str) -> Iterator[tuple[str, float]]:
    """Yield the languages of each function word and of each letter that tells of some, with how much it tells."""
    of_word, of_letter = _languages_of()
    for word in _WORDS.findall(folded):
        score = 1.0 if len(word) > 1 else 0.4  # "s" may be of "king's"
        yield from ((language, score) for language in of_word.get(word, ()))
    if not folded.isascii():
        for letter in set(folded):
            yield from ((language, 0.5) for language in of_letter.get(letter, ()))


@cache
def _languages_of() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    of_word: dict[str, list[str]] = {}
    for language, words in FUNCTION_WORDS.items():
        for word in words:
            of_word.setdefault(word, []).append(language)
    of_letter: dict[str, list[str]] = {}
    for language, letters in _TELLING_LETTERS.items():
        for letter in letters:
            of_letter.setdefault(letter, []).append(language)
    return of_word, of_letter


def _identifier() -> LanguageIdentifier:
    with _loading:
        return _loaded()


@cache
def _loaded() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_DETECTED.intersection(identifier.nb_classes))
    return identifier
