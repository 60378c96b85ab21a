"""Questions that could be about several things: when to ask back, and the questions to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from retrieval.answers.types import FINDABLE, expected, found
from retrieval.answers.words import ORDINALS
from retrieval.evidence import Weighed
from retrieval.leaning import Word, is_name, lack, language_of, telling_words, without_opening, words
from retrieval.leaning_words import GERMAN, RUSSIAN, Language
from retrieval.lexical import question_terms, terms
from retrieval.likeness import Said
from retrieval.models import ArticleEntry, Located, Question

MOST_CHOICES = 4
"""Questions to choose from."""
LONGEST_CHOICE = 120
"""Characters of one of them."""

_MOST_TELLING, _MOST_WORDS = 3, 8  # words that say something, and words at all, of a question that may be ambiguous
_NEARLY = 0.8  # share of the best sentence's probability from which another one answers nearly as well
_LEAST = 0.3  # probability below which it does not answer

_ABOUT = {"ru": ("О чём «", "»?"), "de": ("Worum geht es in „", "“?"), "en": ("What is “", "” about?")}
_IN = {"ru": ("В статье «", "»"), "de": ("In „", "“"), "en": ("In “", "”")}


def about(title: str, question: str) -> str:
    """Return a question for an article in short, in the language of another question; a long title is cut."""
    before, behind = _ABOUT[_language(question)]
    return _around(before, title, behind)


def choices(question: Question, text: str, weighed: Weighed, newest: Sequence[ArticleEntry]) -> tuple[str, ...]:
    """Return stand-alone questions to choose from where one is ambiguous: 2 to 4; nothing where it is clear.

    It is ambiguous when it leans on a conversation that there is none of (`what about him?`), and when it is short, names
    nothing and has one answer in one article and another, nearly as likely, in another (`who is the mayor?`).

    Args:
        question: as it was asked.
        text: its stand-alone form.
        weighed: what the articles have to say on it.
        newest: the newest articles, to name where nothing else is known.
    """
    if question.focus.article_id is not None:
        return ()
    language = language_of(text)
    if not question.history and _says_nothing(text, language):
        asked = tuple(dict.fromkeys(about(entry.title, text) for entry in newest))[:MOST_CHOICES]
        return asked if len(asked) > 1 else ()
    if not (weighed.answered and weighed.sentences and _is_vague(text, language)):
        return ()
    before, behind = _IN[_language(text)]
    # not the other way round: what begins as the question before it counts as carried over from it
    return tuple(_around(before, item.title, f"{behind}: {text}") for item in _rivals(text, weighed))


def _says_nothing(text: str, language: Language) -> bool:
    """Tell whether a question is all about something that was to be named before it: `and the second one?`."""
    rest = without_opening(text, language)
    points_back = rest != text or any(word.folded in language.pronouns for word in words(rest))
    telling = [word for word in telling_words(rest, language) if word.text not in ORDINALS]
    return points_back and lack(text, language) != "nothing" and not telling


def _is_vague(text: str, language: Language) -> bool:
    """Tell whether a question is short, describes something and names nothing."""
    said, telling = words(text), telling_words(text, language)
    return (
        0 < len(telling) <= _MOST_TELLING
        and len(said) <= _MOST_WORDS
        and not any(character.isdigit() or character in '"“«„' for character in text)
        and _describes(said, telling, language)
    )


def _describes(said: list[Word], telling: list[Word], language: Language) -> bool:
    """Tell whether words are about `the mayor`, and not about somebody by name; Russian has no articles to tell that by."""
    if language is RUSSIAN:
        return not any(is_name(word, said) for word in said)
    with_article = [word for before, word in pairwise(said) if before.folded in language.articles and word in telling]
    if language is GERMAN:  # where every noun has a capital, a name is one without article and adjective
        after_small = [word for before, word in pairwise(telling) if before.text.islower()]
        return bool(with_article) and all(
            word.text.islower() or word in with_article or word in after_small for word in telling
        )
    return bool(with_article) and not any(is_name(word, said) for word in said)


def _rivals(text: str, weighed: Weighed) -> list[Located]:
    """Return the best sentences of articles that answer nearly as well as the best one, each of something else."""
    best: dict[str, Located] = {}
    for sentence in weighed.sentences:
        best.setdefault(sentence.article_id, sentence)
    least = max(_LEAST, _NEARLY * weighed.sentences[0].score)
    rivals: list[Located] = []
    for one in best.values():
        if one.score >= least and _speaks_of(text, one) and all(_differ(text, one, other) for other in rivals):
            rivals.append(one)
    return rivals[:MOST_CHOICES] if len(rivals) > 1 else []


def _speaks_of(question: str, sentence: Located) -> bool:
    """Tell whether a sentence, with its title, has every word of a question that says something, in any form."""
    language = _language(question)
    held = frozenset(terms(f"{sentence.title} {sentence.text}", language))
    return all(not held.isdisjoint(group) for group in question_terms(question, (language,)))


def _differ(question: str, a: Located, b: Located) -> bool:
    """Tell whether two sentences answer differently, of two things: their titles share what the question says at most."""
    asked, *named = (_stems(text, _language(question)) for text in (question, a.title, b.title))
    kind = expected(question)
    if kind not in FINDABLE or not named[0] & named[1] <= asked or Said(a.text).same_as(Said(b.text)):
        return False
    one, other = ({text[s.start : s.end].casefold() for s in found(kind, text, question)} for text in (a.text, b.text))
    return bool(one and other) and one.isdisjoint(other)


def _stems(text: str, language: str) -> frozenset[str]:
    """Return the stems of the words that say something."""
    return frozenset(stem for group in question_terms(text, (language,)) for stem in group)


def _around(before: str, title: str, behind: str) -> str:
    """Return a choice with a title in it, cut as far as the choice would be too long."""
    room = LONGEST_CHOICE - len(before) - len(behind)
    line = " ".join(title.split())
    return before + (line if len(line) <= room else f"{line[: room - 1].rstrip()}…") + behind


def _language(question: str) -> str:
    language = language_of(question)
    return "ru" if language is RUSSIAN else "de" if language is GERMAN else "en"
