"""What a sentence claims that can be looked up: numbers, dates, names and quoted words that its evidence lacks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import regex

from retrieval.languages import language_by_letters, question_language
from retrieval.writing.days import Day, days_held, days_said, weekdays_said
from retrieval.writing.denials import Denials, disagree
from retrieval.writing.names import Names, names_said, plain, words
from retrieval.writing.quantities import Quantity, quantities

_QUOTED = regex.compile(
    r"[“”„‟«»\"]([^“”„‟«»\"]{2,300})[“”„‟«»\"]|``([^`']{2,300})''|(?<!\w)[‘‚']([^‘’']{2,300})['’](?!\w)"
)
_ABOUT = regex.compile(
    r"\b(?:about|around|roughly|approximately|nearly|almost|some|over|more than|under|less than|at least|up to|rund|etwa"
    r"|fast|knapp|über|mehr als|около|почти|более|свыше|примерно|unos|casi|más de|environ|près de|plus de)\s*[$€£]?$",
    regex.IGNORECASE,
)
_ABOUT_WITHIN = 24  # characters before a number


@dataclass(frozen=True, slots=True)
class _Missing:
    text: str
    start: int


def missing_facts(
    claim: str,
    evidence: Sequence[str],
    *,
    question: str = "",
    language: str | None = None,
    published: Sequence[str] = (),
) -> tuple[str, ...]:
    """Return what of a claim can be looked up and does not stand in its evidence, as the claim has it, in order.

    Numbers are compared by what they are worth, dates by the day, names without regard to endings, quoted words word for
    word. What only the question says is not borne out: the reader may be wrong. A name is looked for only where claim and
    evidence are in one language; across languages it is enough that one name of several is found.

    Args:
        claim: one sentence without ids.
        evidence: what it rests on: the quotes, and title, source and author of their articles.
        question: that was asked; it tells the language of a claim that is too short to tell its own.
        language: of the evidence, BCP 47 primary subtag; by its letters where None.
        published: when the articles appeared, ISO 8601.
    """
    texts = [plain(text) for text in evidence]
    said = plain(claim)
    of_evidence, of_claim = languages_of(claim, evidence, question, language)
    days, held = days_said(said), days_held(texts, published)
    found = [
        *_dates(said, days, texts, held),
        *_numbers(said, days, texts, held, of_claim, of_evidence),
        *_names(said, texts, of_claim, of_evidence),
        *_quoted(said, texts),
    ]
    return tuple(dict.fromkeys(one.text.rstrip(".") for one in sorted(found, key=lambda one: one.start)))


def only_asked(missing: Sequence[str], question: str) -> bool:
    """Tell whether all that is missing are words of the question, without figures."""
    asked = frozenset(words(plain(question)))
    return all(asked.issuperset(words(plain(text))) and not any(map(str.isdigit, text)) for text in missing)


def contradicts(claim: str, evidence: Sequence[str], *, question: str = "", language: str | None = None) -> bool:
    """Tell whether a claim denies what its evidence does not deny, or says what it denies; arguments as above."""
    of_evidence, of_claim = languages_of(claim, evidence, question, language)
    if of_evidence != of_claim:
        return False
    return disagree(Denials(plain(claim), of_claim), [Denials(plain(text), of_evidence) for text in evidence])


def languages_of(claim: str, evidence: Sequence[str], question: str, language: str | None) -> tuple[str, str]:
    """Return the languages of evidence and claim, BCP 47 primary subtags, as far as letters and function words tell."""
    of_evidence = language or language_by_letters(" ".join(evidence)) or "en"
    spoken = (of_evidence,)
    return of_evidence, question_language(claim, spoken) or question_language(question, spoken) or of_evidence


def without_figures(claim: str, language: str) -> str:
    """Return a claim without its dates and numbers, which are looked up however they are written."""
    said = plain(claim)
    days = days_said(said)
    spans = [(day.start, day.end) for day in days]
    spans += [(number.start, number.end) for number in _without_dates(said, days, language)]
    for start, end in spans:
        said = said[:start] + " " * (end - start) + said[end:]
    return said


def _dates(said: str, days: Sequence[Day], texts: Sequence[str], held: Sequence[Day]) -> Iterator[_Missing]:
    """Yield dates, decades, centuries and days of the week; a date that reads in two ways need be there in one."""
    borne_out = {(day.start, day.end) for day in days if any(day.said_by(other) for other in held)}
    for day in days:
        bare_year = day.years == 1 and day.month is None
        if not bare_year and (day.start, day.end) not in borne_out:
            yield _Missing(said[day.start : day.end], day.start)
    weekdays = {number for text in texts for number, _, _ in weekdays_said(text)} | {day.weekday for day in held}
    for number, start, end in weekdays_said(said):
        if number not in weekdays:
            yield _Missing(said[start:end], start)


def _numbers(
    said: str, days: Sequence[Day], texts: Sequence[str], held: Sequence[Day], of_claim: str, of_evidence: str
) -> Iterator[_Missing]:
    """Yield numbers, among them years that stand for themselves."""
    years = frozenset(Fraction(day.year) for day in held if day.year and day.years == 1)
    dated = [day for day in days if day.month is not None or day.years > 1]
    spelt = frozenset(word for text in texts for word in words(text))
    known = [quantity for text in texts for quantity in _without_dates(text, days_said(text), of_evidence)]
    for quantity in _without_dates(said, dated, of_claim):
        in_words = said[quantity.start : quantity.end]
        if not quantity.in_figures and spelt.issuperset(words(in_words)):
            continue  # also in a title in another language, where it is not known for a number
        if _is_article(quantity) or not years.isdisjoint(quantity.values):
            continue
        about = _ABOUT.search(said, max(0, quantity.start - _ABOUT_WITHIN), quantity.start) is not None
        if not any(other.says(quantity) or (about and other.rounds_to(quantity)) for other in known):
            yield _Missing(in_words, quantity.start)


def _is_article(quantity: Quantity) -> bool:
    """Tell whether a number is `one` in words, which says little: "one of them", "ein", "un"."""
    return not quantity.in_figures and not quantity.ordinal and quantity.values == {1}


def _without_dates(text: str, days: Iterable[Day], language: str) -> list[Quantity]:
    """Return the numbers of a text that are no part of a date with a month."""
    taken = [day for day in days if day.month is not None or day.years > 1]
    return [
        quantity
        for quantity in quantities(text, language)
        if not any(quantity.start < day.end and day.start < quantity.end for day in taken)
    ]


def _names(said: str, texts: Sequence[str], of_claim: str, of_evidence: str) -> Iterator[_Missing]:
    names = names_said(said, of_claim)
    if not names:
        return
    missing = Names(texts).missing(names)
    if of_claim != of_evidence and len(missing) < len(names):
        return
    if of_claim != of_evidence and language_by_letters(said) != language_by_letters(" ".join(texts)):
        return
    yield from (_Missing(name.word, name.start) for name in missing)


def _quoted(said: str, texts: Sequence[str]) -> Iterator[_Missing]:
    """Yield words in quotation marks that do not stand so in the evidence, but for marks and capitals."""
    held = [f" {' '.join(words(text))} " for text in texts]
    for match in _QUOTED.finditer(said):
        inner = " ".join(words(next(filter(None, match.groups()))))
        if inner and not any(f" {inner} " in text for text in held):
            yield _Missing(match.group(), match.start())
