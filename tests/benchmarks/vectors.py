"""`make bench ARGS="vectors --set FOLDER ..."`: token vectors kept in more and in fewer bytes, and what is found with them.

The candidates are those of the shipped retriever, the weights of the question's tokens the shipped ones and the matching
that of `late_interaction.matches`; only what is kept of the token vectors differs from row to row.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np
import numpy.typing as npt

from retrieval.asked import asked
from retrieval.errors import EvaluationError
from retrieval.evaluating.metrics import found
from retrieval.evaluating.run import Sitting
from retrieval.evaluating.sets import SetQuestion
from retrieval.late_interaction import MOST_BITS, matches, pack, rotated, unpack
from retrieval.models import QuestionVectors
from retrieval.search import ExactSearch, PassageRetriever, z_scores
from tests.benchmarks.columns import share
from tests.benchmarks.quantisers import (
    SCALE_BYTES,
    Vectors,
    in_eight_bits,
    in_half_precision,
    in_levels,
    principal_directions,
    random_rotation,
)
from tests.benchmarks.sets import Chosen, Opened, opened
from tests.benchmarks.tables import markdown, titled
from tests.benchmarks.token_vectors import Tokens, encoded, vectors_as_they_are

HEADINGS = ("bytes a token", "a passage", "passage @1", "@5", "sentence @1", "@3", "encoder time")

_SHIPPED = " (shipped)"
_FUSED = 0.5  # weight of the retriever's score beside MaxSim, both as z-scores over the candidates
_PASSAGE = 0.5  # weight of the passage's MaxSim beside the sentence's own
_FITTED_TOKENS = 200_000  # that a projection is fitted on, at most
_CAPTION = (
    f"Passages rank by z(MaxSim) + {_FUSED:g} z(the retriever's score) over its candidates, sentences by MaxSim + "
    f"{_PASSAGE:g} MaxSim of their passage: not by the shipped coefficients, which are fitted to one kind of vectors. PCA "
    "is fitted on the passages of the set itself, the best case for a projection. Bytes of a passage include its mean "
    "vector; time is the processor's, of all encoding, by that of one pass over the passages."
)


@dataclass(frozen=True, slots=True)
class Scheme:
    """A way to keep token vectors."""

    name: str
    bytes_a_token: float
    keep: Callable[[Vectors], Vectors]
    """Unit vectors of a passage's tokens to what is read again."""
    ask: Callable[[Vectors], Vectors]
    """Unit vectors of a question's tokens to what meets those."""


@dataclass(frozen=True, slots=True)
class Posed:
    """A question with its candidates and which of them are right."""

    vectors: QuestionVectors
    """With token vectors as the model makes them."""
    weights: npt.NDArray[np.float32]
    """Of the tokens, shape (tokens,)."""
    candidates: tuple[int, ...]
    fused: npt.NDArray[np.float64]
    """The retriever's scores, shape (candidates,)."""
    passages: npt.NDArray[np.bool_]
    """Which candidates hold evidence, shape (candidates,)."""
    sentences: npt.NDArray[np.bool_]
    """Which sentences are evidence, those of all candidates one after another."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one way to keep vectors costs and finds."""

    name: str
    bytes_a_token: float
    bytes_a_passage: float
    found: Mapping[str, float]
    """Shares of the questions, by heading."""
    encoder_time: float


def run(chosen: Chosen) -> None:
    """Print a table for each set."""
    for one in opened(chosen):
        questions, rows = measured(one)
        heading = f"{one.items.name}: {questions:,} questions with an answer. {_CAPTION}"
        sys.stdout.write(titled(heading, table(rows)))


def measured(opened_set: Opened) -> tuple[int, list[Row]]:
    """Return how many questions were asked of a set's articles, and a row for each way to keep vectors."""
    with closing(opened_set.sittings()) as sittings:
        sitting = next(sittings)
        encoder, catalog = opened_set.encoder, sitting.citegram.catalog
        name = opened_set.items.name
        sys.stderr.write(f"{name}, encoding passages and their sentences apart\n")
        in_passages, isolated = encoded(catalog, encoder)
        posed = [_posed(question, sitting) for question, _ in sitting.questions if question.answerable]
    if not posed:
        raise EvaluationError(f"{name} has no question with an answer; name another set or more questions.")
    twice = (in_passages.seconds + isolated.seconds) / in_passages.seconds
    full, *others, one_bit = schemes([one.vectors for one in in_passages.tokens.values()])
    rows = [_row(one, posed, in_passages.tokens, 1.0) for one in (full, *others, one_bit)]
    alone = [replace(one, name=f"isolated sentences, {one.name.removesuffix(_SHIPPED)}") for one in (full, one_bit)]
    return len(posed), rows + [_row(one, posed, isolated.tokens, twice) for one in alone]


# Ways to keep vectors


def schemes(passages: Sequence[Vectors]) -> list[Scheme]:
    """Return the ways that are compared, the most exact one first and the shipped one last.

    `passages` are the token vectors that projections are fitted on.
    """
    together = np.concatenate(passages)
    dimensions = together.shape[1]
    some = np.random.default_rng(0).permutation(len(together))[:_FITTED_TOKENS]
    directions = principal_directions(together[some])
    made = [
        Scheme("float32", 4.0 * dimensions, _as_it_is, _as_it_is),
        Scheme("float16", 2.0 * dimensions, in_half_precision, _as_it_is),
    ]
    for kept, bits in ((128, 8), (128, 4), (96, 8), (96, 4), (64, 8), (64, 4), (192, 2)):
        if kept < dimensions:
            made.append(_projected(directions[:, :kept] @ random_rotation(kept), bits))
    signs = min(dimensions, MOST_BITS)
    return [*made, Scheme(f"random rotation, {signs} x 1 bit{_SHIPPED}", signs / 8, _signs, rotated)]


def _projected(projection: Vectors, bits: int) -> Scheme:
    kept = projection.shape[1]

    def ask(vectors: Vectors) -> Vectors:
        turned: Vectors = vectors @ projection
        return turned

    def keep(vectors: Vectors) -> Vectors:
        return in_eight_bits(ask(vectors)) if bits == 8 else in_levels(ask(vectors), bits)

    return Scheme(f"PCA, {kept} x {bits} bits", kept * bits / 8 + SCALE_BYTES, keep, ask)


def _as_it_is(vectors: Vectors) -> Vectors:
    return vectors


def _signs(vectors: Vectors) -> Vectors:
    return unpack(pack(vectors), min(vectors.shape[1], MOST_BITS))


# Asking


def _posed(question: SetQuestion, sitting: Sitting) -> Posed:
    text, citegram = question.asked.text, sitting.citegram
    retriever = PassageRetriever(
        catalog=citegram.catalog,
        index=citegram.index,
        encode=citegram.encoder.encode_question,
        knows=citegram.knows,
        exact=ExactSearch(),
    )
    documents = retriever.invoke(text, today=question.asked.asked_on)
    with vectors_as_they_are():
        vectors = citegram.encoder.encode_question(text)
    with citegram.catalog.snapshot() as snapshot:
        weights = asked(text, snapshot).token_weights(vectors.spans, snapshot.languages())
        candidates = snapshot.passage_sentences([int(one.id or 0) for one in documents])
    texts = [one.article.text[one.span.start : one.span.end] for one in candidates]
    sentences = [one.article.text[span.start : span.end] for one in candidates for span in one.sentences]
    return Posed(
        vectors=vectors,
        weights=weights,
        candidates=tuple(one.id for one in candidates),
        fused=np.array([float(one.metadata["score"]) for one in documents]),
        passages=_right(texts, question.evidence),
        sentences=_right(sentences, question.evidence),
    )


def _right(texts: Sequence[str], evidence: Sequence[str]) -> npt.NDArray[np.bool_]:
    return np.array([any(found(text, one) for one in evidence) for text in texts], bool)


def _row(scheme: Scheme, posed: Sequence[Posed], tokens: Mapping[int, Tokens], encoder_time: float) -> Row:
    sys.stderr.write(f"{scheme.name}\n")
    kept = {n: (scheme.keep(one.vectors), one.counts) for n, one in tokens.items()}
    ranks = [_ranks(one, scheme, kept) for one in posed]
    shares = {
        "passage @1": fmean(passage == 1 for passage, _ in ranks),
        "passage @5": fmean(1 <= passage <= 5 for passage, _ in ranks),
        "sentence @1": fmean(sentence == 1 for _, sentence in ranks),
        "sentence @3": fmean(1 <= sentence <= 3 for _, sentence in ranks),
    }
    mean_vector = 2 * posed[0].vectors.mean.shape[0]
    size = fmean(len(one.vectors) * scheme.bytes_a_token + one.counts.nbytes + mean_vector for one in tokens.values())
    return Row(scheme.name, scheme.bytes_a_token, size, shares, encoder_time)


def _ranks(posed: Posed, scheme: Scheme, kept: Mapping[int, tuple[Vectors, npt.NDArray[np.uint16]]]) -> tuple[int, int]:
    """Return the rank, from 1, of the first passage and of the first sentence that is right; 0 where none is."""
    if not posed.candidates:
        return 0, 0
    question = replace(posed.vectors, tokens=scheme.ask(posed.vectors.tokens))
    with vectors_as_they_are():
        matched = matches(question, [kept[n] for n in posed.candidates])  # type: ignore[misc]  # vectors in place of codes
    maxsim = np.array([float(posed.weights @ one.best.max(axis=1)) for one in matched])
    of_sentences = [posed.weights @ one.best[:, 1:] + _PASSAGE * own for one, own in zip(matched, maxsim, strict=True)]
    by_passage = z_scores(maxsim) + _FUSED * z_scores(posed.fused)
    return _first(by_passage, posed.passages), _first(np.concatenate(of_sentences), posed.sentences)


def _first(scores: npt.NDArray[np.floating], right: npt.NDArray[np.bool_]) -> int:
    ranked = right[np.argsort(-scores, kind="stable")]
    return int(ranked.argmax()) + 1 if ranked.any() else 0


def table(rows: Sequence[Row]) -> str:
    """Return the ways to keep vectors as rows."""
    return markdown(
        ("token vectors", *HEADINGS),
        [
            (
                row.name,
                f"{row.bytes_a_token:,.0f}",
                f"{row.bytes_a_passage:,.0f}",
                *(share(value) for value in row.found.values()),
                f"{row.encoder_time:.1f}",
            )
            for row in rows
        ],
    )
