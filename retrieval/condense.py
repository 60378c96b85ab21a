"""A follow-up and the conversation before it to a question that can be understood alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from retrieval.chat import small_talk
from retrieval.leaning import is_name, lack, language_of, telling_words, without_opening, words
from retrieval.leaning_words import ENGLISH, Language
from retrieval.models import Turn
from retrieval.named.dates_named import periods_named

_MOST_TURNS = 8  # earlier questions that are read
# Words carried over from the last question that stood alone, and from a follow-up to it. Questions of XQuAD and SQuAD 2.0
# with `it` for the name that they share with the one before, right sentence first with 5 / 3 / 2 words: .788 / .850 / .858
# and .733 / .753 / .787, the sentence of the question before instead .469 / .389 / .389 and .307 / .247 / .213 (as a human
# asked it .389 and .227): more words say so much of the question before that its answer is found again.
_SUBJECT, _FOLLOW_UP = 2, 2
_LONGEST_REPEATED = 200  # characters of a question that are put before a follow-up
_ANY_DAY = date(2020, 1, 1)  # where a date stands does not hang on what day it is
_NAME = r"(?:the )?(?!I\b)[A-ZÄÖÜА-ЯЁ][\w’'-]*(?: [A-ZÄÖÜА-ЯЁ][\w’'-]*)*|\d+"
_FRAGMENT = re.compile(rf"(?:(?P<preposition>\w+) )?(?P<name>{_NAME})")
_ANY_NAME = re.compile(rf"(?<=\w )(?P<name>{_NAME})\b")


@dataclass(frozen=True, slots=True)
class _Talk:
    """What a follow-up can take from the questions before it."""

    question: str = ""
    """The last one that was more than a fragment, in its stand-alone form."""
    subject: tuple[str, ...] = ()
    """What the last one that stood alone was about."""
    since: tuple[str, ...] = ()
    """What the last follow-up to it was about."""
    dates: tuple[str, ...] = ()
    """The days or periods that were named last, as in `in October 2021`."""
    fragment: bool = False
    """Whether the last one was a fragment."""


def stand_alone(text: str, history: Sequence[Turn]) -> str:
    """Return a question with what it lacks, taken from what the reader asked earlier; else unchanged.

    `what about the cost?` takes the question before it, `why did he do that?` the words that tell what that was about;
    `and in Germany?` puts Germany where the question before it had another country. A date stays until another one is
    named, also in a question that goes on with `and`. A question that stands alone or turns to something else stays as
    it is. Answers in the history are not read. Earlier turns may be as they were typed or in their stand-alone form.
    """
    asked = [turn.content.strip() for turn in history if turn.role == "user" and small_talk(turn.content) is None]
    talk = _Talk()
    for earlier in asked[-_MOST_TURNS:]:
        talk, _ = _continued(talk, earlier)
    return _continued(talk, text)[1]


def _continued(talk: _Talk, text: str) -> tuple[_Talk, str]:
    """Return the conversation after a question, and the question in its stand-alone form."""
    typed = _as_typed(text, talk)
    language = language_of(f"{_shortened(talk.question)} {typed}")
    if not talk.question:
        return _begun(text, language) or talk, text
    named = _dates(typed, language)
    unsaid = () if named else talk.dates
    lacks = lack(typed, language)
    if lacks == "nothing":
        whole = _put((), unsaid if without_opening(typed, language) != typed else ()) + typed
        return _begun(whole, language) or talk, whole
    own = _main_words(typed, language, _FOLLOW_UP)
    about = _put(talk.subject if own else talk.subject + talk.since, unsaid)
    after = _Talk(about + typed, talk.subject, own or talk.since, named or talk.dates)
    if lacks == "subject":
        return after, about + typed
    exchanged = _exchanged(typed, talk.question, language)
    if exchanged:
        return _begun(exchanged, language) or talk, exchanged
    again = about if talk.fragment else _repeated(talk, dated=not named)
    return replace(after, question=talk.question, fragment=True), again + typed


def _as_typed(text: str, talk: _Talk) -> str:
    """Return a question without what was put before it, if it is in its stand-alone form already."""
    puts = {
        _put(about, dates) for about in (talk.subject, talk.subject + talk.since, ()) for dates in (talk.dates, ())
    } | {_repeated(talk, dated=True), _repeated(talk, dated=False)}
    return text.removeprefix(max((put for put in puts if text.startswith(put)), key=len, default=""))


def _put(about: tuple[str, ...], dates: tuple[str, ...]) -> str:
    """Return what is put before a follow-up: `mayor Westmere in October 2021: `."""
    said = " ".join((*dict.fromkeys(about), *dates))
    return f"{said}: " if said else ""


def _repeated(talk: _Talk, *, dated: bool) -> str:
    """Return the last question as it is put before a fragment, which may name another date."""
    question = talk.question
    for date_ in () if dated else talk.dates:
        question = question.replace(f" {date_}", "", 1)
    return f"{_shortened(question)} "


def _begun(question: str, language: Language) -> _Talk | None:
    subject, dates = _main_words(question, language, _SUBJECT), _dates(question, language)
    return _Talk(question, subject, dates=dates) if subject or dates else None


def _main_words(text: str, language: Language, most: int) -> tuple[str, ...]:
    """Return the words that tell what a text is about in their order, names rather than others, dates left out."""
    said, spans = words(text), _date_spans(text, language)
    telling = {
        word.folded: word
        for word in reversed(telling_words(text, language))
        if not any(start <= word.start < end for start, end in spans)
    }.values()
    first = sorted(telling, key=lambda word: (not is_name(word, said), word.start))[:most]
    return tuple(word.text for word in sorted(first, key=lambda word: word.start))


def _dates(text: str, language: Language) -> tuple[str, ...]:
    """Return the days and periods that a text names, in its words."""
    return tuple(text[start:end] for start, end in _date_spans(text, language))


def _date_spans(text: str, language: Language) -> list[tuple[int, int]]:
    """Return where a text names days and periods, each with the preposition before it."""
    spans: list[tuple[int, int]] = []
    for period in periods_named(text, _ANY_DAY):
        said = words(text)
        inside = [word.start for word in said if period.start <= word.start and word.folded not in language.joining]
        start = min((*inside, period.end))  # without the `and` of `and in 2021`
        before = [word for word in said if word.end < start][-1:]
        start = min([start, *(word.start for word in before if word.folded in language.prepositions)])
        if start < period.end and (not spans or start >= spans[-1][1]):
            spans.append((start, period.end))
    return spans


def _exchanged(fragment: str, question: str, language: Language) -> str:
    """Return the question with the fragment's name for its own: `and in Norway?` after `... in Sweden?`; else nothing.

    Only where one name alone, or one number, stands in the question after the same preposition, or at all.
    """
    match = _FRAGMENT.fullmatch(without_opening(fragment, language).strip(" \n?!.…"))
    if match is None:
        return ""
    preposition, name = match["preposition"], match["name"]
    if preposition is None and language is ENGLISH:  # elsewhere a name has another ending in another place
        places = _ANY_NAME.finditer(question)
    elif preposition is not None and preposition.casefold() in language.prepositions:
        places = re.finditer(rf"(?i:\b{preposition}) (?P<name>{_NAME})\b", question)
    else:
        return ""
    alike = [place for place in places if place["name"].isdigit() == name.isdigit()]
    if len(alike) != 1 or alike[0]["name"] == name:
        return ""
    start, end = alike[0].span("name")
    exchanged = question[:start] + name + question[end:]
    return exchanged if lack(exchanged, language) == "nothing" else ""


def _shortened(question: str) -> str:
    if len(question) <= _LONGEST_REPEATED:
        return question
    return f"{question[:_LONGEST_REPEATED].rsplit(maxsplit=1)[0]} …"
