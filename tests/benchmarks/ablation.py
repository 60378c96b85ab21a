"""`make bench ARGS="ablation --set FOLDER ..."`: what each channel adds to finding the evidence, what its lack costs.

All is composed of what ships: the scores that `PassageRetriever` gives its documents, `evidence.weigh`, and the shipped
coefficients with some of them set to 0.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pytest
from langchain_core.documents import Document

from retrieval import background, search
from retrieval.asked import asked
from retrieval.bm25 import TermScorer
from retrieval.evaluating.metrics import auroc
from retrieval.evaluating.outcomes import Outcome, outcome_of
from retrieval.evaluating.run import Sitting
from retrieval.evaluating.sets import SetQuestion
from retrieval.evidence import MOST_LISTED, weigh
from retrieval.features import CONFIDENCE, PASSAGE, SENTENCE, Figures
from retrieval.judging import Judge, Judges, Linear, shipped
from retrieval.knowledge import dense_weight
from retrieval.models import Answer, Located, QuestionVectors
from retrieval.quotes import located
from retrieval.search import ExactSearch, PassageRetriever, z_scores
from retrieval.snapshot import Snapshot
from tests.benchmarks.columns import DIFFERS, cells, share
from tests.benchmarks.sets import Chosen, Opened, opened
from tests.benchmarks.tables import markdown, titled

SHIPPED = "+ sentences: as shipped"
HEADINGS = ("passage @1", "@5", "within 1,000", "within 2,000", "sentence @1", "@3")

_EVERY_CANDIDATE = 1_000_000
_WITHOUT: Mapping[str, Collection[str]] = {
    "answer types": ("typed", "untyped"),
    "the late-pooled mean": ("late_pooled",),
    "terms in the sentence": ("terms",),
}
"""What is left out of what ships, and the figures whose coefficients are 0 then."""

_CAPTION = (
    "Up to MaxSim of passages no sentences are ranked: there they count by the rank of their passage, then as they stand "
    f"in it. AUROC is of the best cosine, the best BM25, the confidence. {DIFFERS} differs from as shipped by more than "
    "chance (paired bootstrap, 95 %). The coefficients are those fitted with everything there."
)


@dataclass(frozen=True, slots=True)
class Ranking:
    """What one variant makes of a question."""

    passages: tuple[Located, ...]
    sentences: tuple[Located, ...]
    confidence: float | None = None
    """0 to 1; None where the variant has nothing to compare questions by."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What became of a question with one variant."""

    outcome: Outcome
    confidence: float | None


def run(chosen: Chosen) -> None:
    """Print a table for each set, and one of all sets together."""
    everything: dict[str, list[Measured]] = {}
    for one in opened(chosen):
        found = measured(one)
        _print(one.items.name, found)
        for name, of in found.items():
            everything.setdefault(name, []).extend(of)
    if len(chosen.folders) > 1:
        _print("All sets", everything)


def measured(opened_set: Opened) -> dict[str, list[Measured]]:
    """Ask the questions of a set of all its articles and of the other half of them, with every variant."""
    found: dict[str, list[Measured]] = {}
    for sitting in opened_set.sittings():
        sys.stderr.write(f"{opened_set.items.name}, {sitting.what}: {len(sitting.questions)} questions\n")
        variants = _Variants(sitting)
        for question, present in sitting.questions:
            for name, ranking in variants.of(question).items():
                outcome = _outcome(opened_set.items.name, question, ranking, present=present)
                found.setdefault(name, []).append(Measured(outcome, ranking.confidence))
    return found


def _outcome(name: str, question: SetQuestion, ranking: Ranking, *, present: bool) -> Outcome:
    answer = Answer("not_found", "", "", passages=ranking.passages, sentences=ranking.sentences)
    return outcome_of(name, question, answer, present=present)


class _Variants:
    """A question to what each variant ranks first, over one catalogue."""

    def __init__(self, sitting: Sitting) -> None:
        self._citegram = sitting.citegram
        self._encode = lru_cache(maxsize=4096)(sitting.citegram.encoder.encode_question)
        self._retriever = PassageRetriever(
            catalog=sitting.citegram.catalog,
            index=sitting.citegram.index,
            encode=self._encode,
            knows=sitting.citegram.knows,
            exact=ExactSearch(),
        )
        self._every = self._retriever.model_copy(update={"k": _EVERY_CANDIDATE})

    def of(self, question: SetQuestion) -> dict[str, Ranking]:
        """Return rankings by the variants' names, in the order of the table."""
        text, day = question.asked.text, question.asked.asked_on
        candidates = self._every.invoke(text, today=day)
        best = candidates[: self._retriever.k]
        with _without_bonus():
            nothing_named = self._every.invoke(text, today=day)
        with without_background():
            unaided = self._retriever.invoke(text, today=day)
        with self._citegram.catalog.snapshot() as snapshot:
            weighed = self._weigher(text, snapshot)
            made = dict(self._by_channels(text, nothing_named, snapshot))
            made["+ what the question names"] = in_order(_ids(best), snapshot)
            near, _ = weighed(best, without(shipped(), ["best_sentence"]))
            made["+ MaxSim of passages"] = in_order(near, snapshot)
            made[SHIPPED] = weighed(best, shipped())[1]
            with without_background():
                made["shipped without the background idf"] = weighed(unaided, shipped())[1]
            for what, figures in _WITHOUT.items():
                made[f"shipped without {what}"] = weighed(best, without(shipped(), figures))[1]
        return made

    def _by_channels(
        self, text: str, candidates: Sequence[Document], snapshot: Snapshot
    ) -> Iterator[tuple[str, Ranking]]:
        """Yield rankings of the candidates by what the retriever tells of them."""
        similarity, bm25, score = (
            np.array([float(document.metadata[name]) for document in candidates])
            for name in ("similarity", "bm25", "score")
        )
        question = asked(text, snapshot)
        best_possible = (float(question.idf.sum()) or 1.0) * (TermScorer.K1 + 1)
        weight = dense_weight(self._citegram.knows(question.language))
        for name, scores, confidence in (
            ("dense alone", similarity, float(similarity.max(initial=0.0))),
            ("BM25 alone", bm25, float(bm25.max(initial=0.0)) / best_possible),
            ("both, equal weights", z_scores(similarity) + z_scores(bm25), None),
            ("both, by knowledge of the language", weight * z_scores(similarity) + z_scores(bm25), None),
            ("+ neighbours' terms, likewise", score, None),
        ):
            order = np.argsort(-scores, kind="stable")
            yield name, replace(in_order(_ids([candidates[n] for n in order]), snapshot), confidence=confidence)

    def _weigher(
        self, text: str, snapshot: Snapshot
    ) -> Callable[[Sequence[Document], Judges], tuple[tuple[int, ...], Ranking]]:
        vectors: QuestionVectors = self._encode(text)

        def weighed(documents: Sequence[Document], judges: Judges) -> tuple[tuple[int, ...], Ranking]:
            found = weigh(text, vectors, documents, snapshot, self._citegram.knows, judges=judges)
            return found.near, Ranking(found.passages, found.sentences, found.confidence)

        return weighed


def in_order(ids: Sequence[int], snapshot: Snapshot) -> Ranking:
    """Return passages as they are ranked, and their sentences by the passage's rank and then as they stand there."""
    passages = snapshot.passage_sentences(ids[:MOST_LISTED])
    sentences = [located(one.article, one.version, span, 0.0) for one in passages for span in one.sentences]
    return Ranking(
        tuple(located(one.article, one.version, one.span, 0.0) for one in passages), tuple(sentences[:MOST_LISTED])
    )


def _ids(documents: Sequence[Document]) -> list[int]:
    return [int(document.id or 0) for document in documents]


def without(judges: Judges, figures: Collection[str]) -> Judges:
    """Return judges to whom some figures say nothing: neither of passages, nor of sentences, nor for the confidence."""
    return replace(
        judges, by_meaning=_judge_without(judges.by_meaning, figures), by_terms=_judge_without(judges.by_terms, figures)
    )


def _judge_without(judge: Judge, figures: Collection[str]) -> Judge:
    return replace(
        judge,
        passage=_zeroed(judge.passage, PASSAGE, figures),
        sentence=_zeroed(judge.sentence, SENTENCE, figures),
        confidence=_zeroed(judge.confidence, CONFIDENCE, figures),
    )


def _zeroed(linear: Linear, names: Sequence[str], figures: Collection[str]) -> Linear:
    weights: Figures = linear.weights.copy()
    weights[[n for n, name in enumerate(names) if name in figures]] = 0.0
    return replace(linear, weights=weights)


@contextmanager
def without_background() -> Iterator[None]:
    """Let idf know the catalogue's own frequencies only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(background, "_backgrounds", dict)
        yield


@contextmanager
def _without_bonus() -> Iterator[None]:
    """Let no question name a source, author or date."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "preferences", lambda *_: None)
        yield


def _print(name: str, found: Mapping[str, Sequence[Measured]]) -> None:
    topics = [one.outcome.topic for one in found[SHIPPED]]
    asked_of = f"{topics.count('answerable'):,} questions with an answer, {topics.count('off-topic'):,} off-topic"
    sys.stdout.write(titled(f"{name}: {asked_of}. {_CAPTION}", table(found)))


def table(found: Mapping[str, Sequence[Measured]]) -> str:
    """Return variants as rows, for one or several sets."""
    shipped_ones = _answerable(found[SHIPPED])
    rows = [
        (name, *cells(_answerable(of), HEADINGS, () if name == SHIPPED else shipped_ones), _auroc(of))
        for name, of in found.items()
    ]
    return markdown(("", *HEADINGS, "off-topic AUROC"), rows)


def _answerable(found: Sequence[Measured]) -> list[Outcome]:
    return [one.outcome for one in found if one.outcome.topic == "answerable"]


def _auroc(found: Sequence[Measured]) -> str:
    """Return the AUROC of the confidence, or a dash where the variant has none or nothing off-topic was asked."""
    topics = [one.outcome.topic for one in found]
    if "off-topic" not in topics or any(one.confidence is None for one in found):
        return "-"
    scores = [one.confidence or 0.0 for one in found]
    statistic = auroc(scores, [topic == "answerable" for topic in topics], [topic == "off-topic" for topic in topics])
    return share(float(statistic(np.ones((1, len(found)), np.float32))[0]))
