"""The words of a sentence that answer a question, where that is certain. Pure."""

from __future__ import annotations

import regex

from retrieval.answers.questions import AnswerType
from retrieval.answers.types import expected, found
from retrieval.answers.words import words_in
from retrieval.lexical import language_by_letters
from retrieval.models import Span

_QUANTITIES: frozenset[AnswerType] = frozenset({"date", "number", "percentage", "amount", "duration"})
_CERTAIN: dict[str, frozenset[AnswerType]] = {
    "en": _QUANTITIES | {"person"},
    "ru": _QUANTITIES,
    "de": _QUANTITIES,
    "es": _QUANTITIES,
    "zh": _QUANTITIES,
}
"""By language of the sentence, the kinds of which nine marks in ten are right; of persons elsewhere .69 to .88."""

_YEAR = regex.compile(r"\b\d{3,4}\b(?! ?[–—-])")
_ASKS_YEAR = regex.compile(r"\b(?:years?|jahre?n?|год\w*|año|année|ano|anno)\b", regex.IGNORECASE)
_COUNTED = regex.compile(
    r"(?:how many|wie viele|сколько|cuánt[oa]s|quant[oia]s?|combien de)((?: [\p{L}-]+){1,3})", regex.IGNORECASE
)
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_CAPITALISED = regex.compile(r"\p{Lu}[\p{L}\p{M}'’.-]*")
_NO_PERSON = words_in(
    "university college school institute company council church party union league association society museum",
    "library river lake sea ocean island islands mountain mountains valley street road avenue square park city",
    "county state states kingdom empire republic east west north south war battle treaty act bowl cup",
    "championship award prize festival court house office department ministry commission committee agency bank",
    "group army force forces center centre district province region religion age ages revolution movement times",
    "post news journal world great low middle new san santa countries",
)
_NEXT = 60  # characters behind a number
_FIGURE = regex.compile(r"\d")
_NUMERAL = regex.compile(r" [IVX]+$")
_BEFORE_NO_PERSON = regex.compile(r"\b(?:the|in|at|в|во|на|en|el) $")


def marks(question: str, sentence: str, language: str | None) -> tuple[Span, ...]:
    """Return the words of a sentence that answer a question: one range, or none where that is not certain.

    Certain is the only thing of the expected kind; of several numbers, the one that counts what is asked for; of several
    names, the only one that looks like a person's. docs/evaluation.md tells how often that is right.

    Args:
        question: stand-alone.
        sentence: that is quoted.
        language: of the sentence, BCP 47 primary subtag; by its letters where None.
    """
    kind = expected(question)
    if kind is None or kind not in _CERTAIN.get(language or language_by_letters(sentence), ()):
        return ()
    candidates = found(kind, sentence, question)
    if kind == "person":
        candidates = tuple(span for span in candidates if _like_a_person(sentence, span))
    if kind == "number" and len(candidates) != 1:
        candidates = tuple(
            span for span in candidates if _counts_what_is_asked(sentence[span.end : span.end + _NEXT], question)
        )
    if len(candidates) != 1:
        return ()
    if kind == "date" and _ASKS_YEAR.search(question):
        return (_year_of(sentence, candidates[0]),)
    return candidates


def _like_a_person(sentence: str, span: Span) -> bool:
    name = _NUMERAL.sub("", sentence[span.start : span.end].partition(" of ")[0])
    words = _CAPITALISED.findall(name)
    return (
        len(words) > 1
        and _NO_PERSON.isdisjoint(word.casefold() for word in words)
        and not _BEFORE_NO_PERSON.search(sentence, max(0, span.start - 8), span.start)
    )


def _counts_what_is_asked(after: str, question: str) -> bool:
    match = _COUNTED.search(question)
    asked = _WORD.findall(match.group(1)) if match else []
    following = _WORD.findall(_FIGURE.split(after)[0])[:3]
    return any(_alike(word, other) for word in following for other in asked)


def _alike(word: str, other: str) -> bool:
    length = max(4, min(len(word), len(other)) - 2)
    return len(word) > 3 and word[:length].casefold() == other[:length].casefold()


def _year_of(sentence: str, date: Span) -> Span:
    years = list(_YEAR.finditer(sentence, date.start, date.end))
    return Span(*years[0].span()) if len(years) == 1 else date
