"""The questions of a set asked: of all its articles, of other articles, and of few; what became of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.errors import EvaluationError
from retrieval.evaluating.catalogs import copy_with, opener, part, whole
from retrieval.evaluating.metrics import normal
from retrieval.evaluating.outcomes import Outcome, outcome_of
from retrieval.evaluating.ranking import judged, standard_measures
from retrieval.evaluating.sets import EvaluationSet, Half, SetQuestion, of_half, sample, share_of

if TYPE_CHECKING:
    from retrieval.bootstrap import Citegram
    from retrieval.catalog import Catalog
    from retrieval.encoder import Encoder
    from retrieval.settings import Settings

_SIZE_QUESTIONS = 300  # that draws of few articles should bring together
_FEWEST_DRAWS = 5  # where there are articles for them: one article more or less must not decide
_MOST_DRAWS = 60


@dataclass(frozen=True, slots=True)
class Options:
    """How a set is run."""

    half: Half | None = None
    most: int | None = None
    sizes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SetRun:
    """A set with the outcomes of its questions."""

    name: str
    articles: int
    questions: tuple[SetQuestion, ...]
    outcomes: tuple[Outcome, ...]
    left_out: int
    notes: tuple[str, ...]


def run_set(
    items: EvaluationSet,
    data_dir: Path,
    settings: Settings,
    encoder: Encoder,
    options: Options,
    *,
    on_progress: Callable[[str, int, int], None] = lambda what, done, of: None,
    on_problem: Callable[[str], None] = lambda sentence: None,
) -> SetRun:
    """Ask the questions of a set whose articles are in a data directory.

    Args:
        on_progress: is told what is being asked, how many questions are done, and of how many.
        on_problem: is told in a sentence of each question that cannot be measured.

    Raises:
        EvaluationError: no question is left to ask.
    """
    notes: list[str] = []
    outcomes: list[Outcome] = []
    shelf: Shelf | None = None
    questions: tuple[SetQuestion, ...] = ()
    for sitting in sittings(items, data_dir, settings, encoder, options, on_problem=on_problem, on_note=notes.append):
        shelf = sitting.shelf
        if not questions:
            questions = tuple(question for question, _ in sitting.questions)
        outcomes += _Runner(items.name, shelf, on_progress).ask(sitting)
    assert shelf is not None
    return SetRun(items.name, len(shelf.titles), questions, tuple(outcomes), items.left_out, tuple(notes))


@dataclass(frozen=True, slots=True)
class Sitting:
    """Questions to ask of one catalogue."""

    citegram: Citegram
    shelf: Shelf
    what: str
    """Which articles the catalogue has, in words."""
    questions: tuple[tuple[SetQuestion, bool], ...]
    """Each with whether the catalogue holds its articles."""
    size: int | None = None
    """How many articles were drawn for it, if they were."""


def sittings(
    items: EvaluationSet,
    data_dir: Path,
    settings: Settings,
    encoder: Encoder,
    options: Options,
    *,
    on_problem: Callable[[str], None] = lambda sentence: None,
    on_note: Callable[[str], None] = lambda sentence: None,
) -> Iterator[Sitting]:
    """Yield catalogues with what to ask of them: all the articles first, then those of each half, then draws of few.

    A catalogue is open until the next one is asked for.

    Raises:
        EvaluationError: no question is left to ask.
    """
    opened = opener(settings, encoder)
    with whole(data_dir, opened) as citegram:
        shelf = Shelf(citegram.catalog)
        chosen = shelf.with_articles(items.questions, on_problem)
        if options.half:
            chosen = of_half(chosen, options.half, shelf.titles)
        chosen = sample(chosen, options.most)
        if not chosen:
            raise EvaluationError(f"{items.name} has no question left to ask; choose another half, or add questions.")
        yield Sitting(citegram, shelf, "all articles", tuple((question, True) for question in chosen))
    for kept in shelf.halves():
        others = [question for question in chosen if question.article_ids and kept.isdisjoint(question.article_ids)]
        if kept and others:
            with part(data_dir, opened, kept) as citegram:
                yield Sitting(citegram, shelf, "articles of the other half", tuple((one, False) for one in others))
    for size in options.sizes:
        if size >= len(shelf.titles):
            on_note(f"{items.name} has {len(shelf.titles)} articles: none are left to ask {size} of them about.")
            continue
        yield from _small(size, chosen, shelf, data_dir, opened)


def _small(
    size: int,
    questions: Sequence[SetQuestion],
    shelf: Shelf,
    data_dir: Path,
    opened: Callable[..., Citegram],
) -> Iterator[Sitting]:
    """Yield draws of so many articles with questions on the articles drawn, and as many on the others."""
    draws = shelf.draws(size)[:_MOST_DRAWS]
    most = -(-_SIZE_QUESTIONS // min(len(draws), _FEWEST_DRAWS))
    own_ones = 0
    with copy_with(data_dir, frozenset().union(*draws)) as base:  # from which it is less to remove each time
        for n, kept in enumerate(draws):
            on_them = [one for one in questions if not kept.isdisjoint(one.article_ids)]
            own = sample(on_them, most, f"draw {n}")
            others = [one for one in questions if one.article_ids and kept.isdisjoint(one.article_ids)]
            if own:
                asked = [(one, True) for one in own] + [(one, False) for one in sample(others, len(own), f"draw {n}")]
                with part(base, opened, kept) as citegram:
                    yield Sitting(citegram, shelf, f"{size} articles", tuple(asked), size)
            own_ones += len(own)
            if own_ones >= _SIZE_QUESTIONS:
                break


class Shelf:
    """What the catalogue holds of a set's articles, in the form in which evidence is compared."""

    def __init__(self, catalog: Catalog) -> None:
        self.titles: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        for stored in catalog.articles():
            self.titles[stored.article.id] = stored.article.title
            self._texts[stored.article.id] = normal(stored.article.text)
        self._passages: dict[str, list[str]] = {}
        for batch in catalog.all_index_entries():
            for entry in batch:
                self._passages.setdefault(str(entry.metadata["article_id"]), []).append(normal(entry.text))

    def with_articles(self, questions: Iterable[SetQuestion], on_problem: Callable[[str], None]) -> list[SetQuestion]:
        """Return the questions whose articles and evidence are there, each with the ids of its articles."""
        checked: list[SetQuestion] = []
        for question in questions:
            missing = [one for one in question.article_ids if one not in self.titles]
            if missing:
                on_problem(f"question {question.name} is left out: there is no article {missing[0]}.")
                continue
            holders = self._holders(question)
            if question.answerable and not holders:
                on_problem(f"question {question.name} is left out: its evidence stands in no article, word for word.")
                continue
            checked.append(replace(question, article_ids=question.article_ids or holders))
        return checked

    def _holders(self, question: SetQuestion) -> tuple[str, ...]:
        evidence = [normal(one) for one in question.evidence]
        among = question.article_ids or self._texts
        return tuple(one for one in among if any(text in self._texts[one] for text in evidence))

    def passages(self, question: SetQuestion) -> list[str]:
        """Return the passages of a question's articles."""
        return [passage for one in question.article_ids for passage in self._passages.get(one, ())]

    def halves(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return the ids of the articles of two halves; articles of one title are in the same half."""
        first = frozenset(one for one, title in self.titles.items() if share_of(title, "off-topic") < 0.5)
        return first, frozenset(self.titles) - first

    def draws(self, size: int) -> list[frozenset[str]]:
        """Return sets of so many articles, as many as there are without sharing any."""
        order = sorted(self.titles, key=lambda one: share_of(one, f"{size} articles"))
        return [frozenset(order[i : i + size]) for i in range(0, len(order) - size + 1, size)]


class _Runner:
    """Asks questions and judges what comes back."""

    def __init__(self, name: str, shelf: Shelf, on_progress: Callable[[str, int, int], None]) -> None:
        self._name = name
        self._shelf = shelf
        self._on_progress = on_progress

    def ask(self, sitting: Sitting) -> list[Outcome]:
        """Ask what there is to ask at a sitting."""
        what, questions = f"{self._name}, {sitting.what}", sitting.questions
        outcomes: list[Outcome] = []
        judgements: dict[str, dict[str, int]] = {}
        runs: dict[str, dict[str, float]] = {}
        for n, (question, present) in enumerate(questions):
            self._on_progress(what, n, len(questions))
            answer = sitting.citegram.answer_now(question.asked)
            outcomes.append(outcome_of(self._name, question, answer, present=present, articles=sitting.size))
            if present and question.answerable:
                texts = [passage.text for passage in answer.passages]
                judgements[str(n)], runs[str(n)] = judged(texts, question.evidence, self._shelf.passages(question))
        self._on_progress(what, len(questions), len(questions))
        for name, (reciprocal_rank, ndcg) in standard_measures(judgements, runs).items():
            outcomes[int(name)] = replace(outcomes[int(name)], reciprocal_rank=reciprocal_rank, ndcg=ndcg)
        return outcomes
