"""A follow-up and the conversation before it to a question that can be understood alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.chat import small_talk
from retrieval.leaning import is_name, lack, language_of, telling_words, without_opening, words
from retrieval.leaning_words import ENGLISH, Language
from retrieval.models import Turn

_MOST_TURNS = 8  # earlier questions that are read
_SUBJECT, _FOLLOW_UP = 5, 2  # words carried over from the last question that stood alone, and from a follow-up to it
_LONGEST_REPEATED = 200  # characters of a question that are put before a follow-up
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
    fragment: bool = False
    """Whether the last one was a fragment."""


def stand_alone(text: str, history: Sequence[Turn]) -> str:
    """Return a question with what it lacks, taken from what the reader asked earlier; else unchanged.

    `what about the cost?` takes the question before it, `why did he do that?` the words that tell what that was about;
    `and in Germany?` puts Germany where the question before it had another country. A question that stands alone or
    turns to something else stays as it is. Answers in the history are not read. Earlier turns may be as they were typed
    or in their stand-alone form.
    """
    asked = [turn.content.strip() for turn in history if turn.role == "user" and small_talk(turn.content) is None]
    talk = _Talk()
    for earlier in asked[-_MOST_TURNS:]:
        talk, _ = _continued(talk, earlier)
    return _continued(talk, text)[1]


def _continued(talk: _Talk, text: str) -> tuple[_Talk, str]:
    """Return the conversation after a question, and the question in its stand-alone form."""
    about, again = f"{' '.join(dict.fromkeys(talk.subject + talk.since))}: ", f"{_shortened(talk.question)} "
    typed = text.removeprefix(max((put for put in (about, again) if text.startswith(put)), key=len, default=""))
    language = language_of(again + typed)
    if not talk.question:
        return _begun(text, language) or talk, text
    lacks = lack(typed, language)
    if lacks == "nothing":
        return _begun(text, language) or talk, text
    since = _main_words(typed, language, _FOLLOW_UP) or talk.since
    if lacks == "subject":
        return _Talk(about + typed, talk.subject, since), about + typed
    exchanged = _exchanged(typed, talk.question, language)
    if exchanged:
        return _begun(exchanged, language) or talk, exchanged
    whole = (about if talk.fragment else again) + typed
    return _Talk(talk.question, talk.subject, since, fragment=True), whole


def _begun(question: str, language: Language) -> _Talk | None:
    subject = _main_words(question, language, _SUBJECT)
    return _Talk(question, subject) if subject else None


def _main_words(text: str, language: Language, most: int) -> tuple[str, ...]:
    """Return the words that tell what a text is about in their order, names rather than others."""
    said = words(text)
    telling = {word.folded: word for word in reversed(telling_words(text, language))}.values()
    first = sorted(telling, key=lambda word: (not is_name(word, said), word.start))[:most]
    return tuple(word.text for word in sorted(first, key=lambda word: word.start))


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
