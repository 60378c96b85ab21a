"""Fits the coefficients by which passages and sentences are ranked and confidence is told, on folders of questions.

    python -m retrieval.fit FOLDER ... --terms FOLDER ... --write

The folders are evaluation sets (docs/evaluating.md). Only questions of the tuning half of each are used, so that
`citegram-ask --evaluate FOLDER --half report` measures on articles that took no part. The first folders, in languages that
the embedding model knows, fit the judge by meaning; those after `--terms` the judge by terms alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.command import run_command
from retrieval.evidence import Considered, consider, figures_of, sentence_text
from retrieval.features import CONFIDENCE, PASSAGE, SENTENCE, Figures
from retrieval.judging import FILE, Judge, Linear, from_json, probability

_BY_TERMS_PASSAGE = ("fused",)
_BY_TERMS_SENTENCE = ("terms", "length", "typed", "fused")
_BY_TERMS_CONFIDENCE = (
    "terms", "passage_terms", "unseen", "bm25", "margin", "question_terms", "typed", "untyped", "negated"
)  # fmt: skip
_BY_HAND = {"repeats_title": -3.0}
"""A sentence that only repeats the title, which stands above the quote already: too rare in the sets to be fitted."""

_SHRINKAGE = 1e-3
"""Of the squared weights of standardised figures, beside the mean loss of a question."""
_SHARES = {"answerable": 2.0, "off-topic": 1.0, "on-topic": 0.5}
"""What questions of each kind of a set weigh together for the confidence. It is a probability for readers who ask so."""
_FALSE_REFUSALS = 0.03
"""Share of a set's answerable questions that may be refused by meaning; the threshold is the lowest of the sets' own."""
_FALSE_REFUSALS_BY_TERMS = 0.05
"""By terms alone; there the threshold is their mean, as lower ones let too many questions pass that have no answer."""
ALSO_QUOTED = 0.25
"""Probability of being evidence from which a second and third sentence is quoted: set by hand, between answers that lack
what a reader needs and answers that are long. docs/evaluation.md has the share of quotes that are evidence."""

_SIZES = (1, 12)
"""Articles in the small catalogues whose questions fit the confidence too."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A question with what was measured for it and what is right."""

    set: str
    topic: str
    small: bool
    """Whether it was asked of a few articles only: then it fits the confidence alone."""
    considered: Considered
    passages: npt.NDArray[np.bool_]
    """Which passages hold evidence, shape (passages,)."""
    sentences: npt.NDArray[np.bool_]
    """Which sentences are evidence, shape (sentences,)."""


def fitted(by_meaning: Sequence[Sample], by_terms: Sequence[Sample]) -> dict[str, Any]:
    """Return coefficients in the form that `judging.from_json` reads."""
    meaning = _judge(by_meaning, PASSAGE, SENTENCE, CONFIDENCE)
    terms = _judge(by_terms, _BY_TERMS_PASSAGE, _BY_TERMS_SENTENCE, _BY_TERMS_CONFIDENCE)
    judges = from_json({"by_meaning": meaning, "by_terms": terms, "also_quoted": ALSO_QUOTED})
    meaning["answered"] = round(min(_thresholds(by_meaning, judges.by_meaning, _FALSE_REFUSALS)), 3)
    terms["answered"] = round(float(np.mean(_thresholds(by_terms, judges.by_terms, _FALSE_REFUSALS_BY_TERMS))), 3)
    return {"by_meaning": meaning, "by_terms": terms, "also_quoted": ALSO_QUOTED}


def _judge(
    samples: Sequence[Sample], passage: Sequence[str], sentence: Sequence[str], confidence: Sequence[str]
) -> dict[str, Any]:
    ranked = [one for one in samples if one.topic == "answerable" and not one.small]
    by_passage = _listwise(
        [(one.considered.reading.passages, one.passages, one.set) for one in ranked], PASSAGE, passage
    )
    free = [name for name in sentence if name not in _BY_HAND]
    by_sentence = {
        **_listwise([(one.considered.reading.sentences, one.sentences, one.set) for one in ranked], SENTENCE, free),
        **_BY_HAND,
    }
    scorer = Linear(0.0, np.array([by_sentence.get(name, 0.0) for name in SENTENCE]))
    passage_scorer = Linear(0.0, np.array([by_passage.get(name, 0.0) for name in PASSAGE]))
    return {
        "passage": by_passage,
        "relevance": _likely(
            [(passage_scorer.of(one.considered.reading.passages), one.passages, one.set) for one in ranked]
        ),
        "sentence": by_sentence,
        "evidence": _likely([(scorer.of(one.considered.reading.sentences), one.sentences, one.set) for one in ranked]),
        "confidence": _confidence(samples, scorer, confidence),
        "answered": 0.5,
    }


def _listwise(
    lists: Sequence[tuple[Figures, npt.NDArray[np.bool_], str]], names: Sequence[str], chosen: Sequence[str]
) -> dict[str, float]:
    """Fit weights by which what is right comes first: softmax cross-entropy over each question's list.

    As in ListNet (Cao et al., 2007), with the mass on the right ones together. Each set weighs the same.
    """
    from scipy.optimize import minimize

    columns = [names.index(name) for name in chosen]
    used = [(figures[:, columns], right, of) for figures, right, of in lists if right.any() and not right.all()]
    together = np.concatenate([figures for figures, _, _ in used])
    spread = _spread(together)
    counts = Counter(of for _, _, of in used)
    starts = np.cumsum([0, *(len(figures) for figures, _, _ in used)])[:-1]
    scaled = together / spread
    right = np.concatenate([right for _, right, _ in used])
    weights = np.array([1 / counts[of] / len(counts) for _, _, of in used])
    each = np.repeat(np.arange(len(used)), np.diff([*starts, len(together)]))

    def loss(w: Figures) -> tuple[float, Figures]:
        scores = scaled @ w
        scores -= np.maximum.reduceat(scores, starts)[each]
        raised = np.exp(scores)
        total = np.add.reduceat(raised, starts)
        good = np.add.reduceat(np.where(right, raised, 0.0), starts)
        share, share_of_right = raised / total[each], np.where(right, raised, 0.0) / good[each]
        gradient = ((share - share_of_right) * weights[each]) @ scaled
        return float(weights @ np.log(total / good)) + _SHRINKAGE * float(w @ w), gradient + 2 * _SHRINKAGE * w

    found = minimize(loss, np.zeros(len(chosen)), jac=True, method="L-BFGS-B").x / spread
    return {name: round(float(weight), 4) for name, weight in zip(chosen, found, strict=True)}


def _likely(lists: Sequence[tuple[Figures, npt.NDArray[np.bool_], str]]) -> dict[str, float]:
    """Fit the logit that one of the ten best of a list is right to its score, and to how far it is behind the best."""
    rows, right, weights = [], [], []
    counts = Counter(of for _, _, of in lists)
    for scores, which, of in lists:
        best = np.argsort(-scores)[:10]
        rows += [(score, score - scores[best[0]]) for score in scores[best].tolist()]
        right += which[best].tolist()
        weights += [1 / counts[of]] * len(best)
    constant, of_score, of_behind = _logistic(np.array(rows), np.array(right), np.array(weights))
    return {"constant": constant, "score": of_score, "behind": of_behind}


def _confidence(samples: Sequence[Sample], scorer: Linear, chosen: Sequence[str]) -> dict[str, float]:
    """Fit the logit that one of the three best sentences is evidence."""
    columns = [CONFIDENCE.index(name) for name in chosen]
    rows, right = [], []
    for one in samples:
        figures, best = figures_of(one.considered, scorer.of(one.considered.reading.sentences))
        rows.append(figures[columns])
        right.append(one.topic == "answerable" and bool(one.sentences[best[:3]].any()))
    weights = _weights([(one.set, one.topic, one.small) for one in samples])
    constant, *found = _logistic(np.array(rows), np.array(right), weights)
    return {"constant": constant, **dict(zip(chosen, found, strict=True))}


def _weights(kinds: Sequence[tuple[str, str, bool]]) -> Figures:
    """Weigh questions so that each set weighs the same, and each topic in it as `_SHARES` says."""
    counts = Counter(kinds)
    return np.array([_SHARES[topic] * (0.5 if small else 1.0) / counts[of, topic, small] for of, topic, small in kinds])


def _logistic(figures: Figures, right: npt.NDArray[np.bool_], weights: Figures) -> list[float]:
    """Return constant and weights of a logistic regression."""
    from sklearn.linear_model import LogisticRegression

    middle, spread = figures.mean(axis=0), _spread(figures)
    model = LogisticRegression(C=1.0, max_iter=2000)
    model.fit((figures - middle) / spread, right, sample_weight=weights * len(weights) / weights.sum())
    found = model.coef_[0] / spread
    return [round(float(value), 4) for value in (model.intercept_[0] - found @ middle, *found)]


def _spread(figures: Figures) -> Figures:
    """Return the standard deviation of each figure; 1 where it never changes, so that it gets no weight at all."""
    spread: Figures = figures.std(axis=0)
    return np.where(spread < 1e-9, 1.0, spread)


def _thresholds(samples: Sequence[Sample], judge: Judge, refused: float) -> list[float]:
    """Return for each set the confidence below which a share of its answerable questions lies."""
    confidences: dict[str, list[float]] = {}
    for one in samples:
        if one.topic == "answerable" and not one.small:
            figures, _ = figures_of(one.considered, judge.sentence.of(one.considered.reading.sentences))
            confidences.setdefault(one.set, []).append(probability(float(judge.confidence.of(figures))))
    return [float(np.quantile(values, refused)) for values in confidences.values()]


def main() -> int:
    """Fit, print the coefficients, and with `--write` put them in the place of those that ship."""
    parser = argparse.ArgumentParser(prog="python -m retrieval.fit", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("sets", nargs="+", type=Path, metavar="FOLDER", help="sets in languages that the model knows")
    parser.add_argument("--terms", nargs="+", type=Path, default=[], metavar="FOLDER", help="sets in other languages")
    parser.add_argument("--most", type=int, default=1000, metavar="N", help="questions of a set, at most")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the ingested articles here for the next time")
    parser.add_argument("--write", action="store_true", help=f"write {FILE.name}")
    options = parser.parse_args()
    return run_command(parser.prog, lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    from retrieval.encoder import Encoder
    from retrieval.settings import load_settings

    settings = load_settings()
    encoder = Encoder(settings.embedding_model)
    meaning = [one for folder in options.sets for one in _samples(folder, options, settings, encoder)]
    terms = [one for folder in options.terms for one in _samples(folder, options, settings, encoder)]
    stored = {"origin": _origin(options, meaning + terms), **fitted(meaning, terms)}
    text = json.dumps(stored, indent=2, ensure_ascii=False) + "\n"
    if options.write:
        FILE.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


def _origin(options: argparse.Namespace, samples: Iterable[Sample]) -> dict[str, Any]:
    counts = Counter(f"{one.set}, {one.topic}{', few articles' if one.small else ''}" for one in samples)
    return {
        "command": "python -m retrieval.fit "
        + " ".join(folder.name for folder in options.sets)
        + " --terms "
        + " ".join(folder.name for folder in options.terms)
        + " --write",
        "half": "tune",
        "questions": dict(sorted(counts.items())),
    }


def _samples(folder: Path, options: argparse.Namespace, settings: Any, encoder: Any) -> Iterator[Sample]:
    from retrieval.evaluating.catalogs import data_directory
    from retrieval.evaluating.metrics import found
    from retrieval.evaluating.outcomes import topic_of
    from retrieval.evaluating.run import Options, sittings
    from retrieval.evaluating.sets import read_set
    from retrieval.search import ExactSearch, PassageRetriever

    items = read_set(folder, lambda sentence: None)
    run = Options(half="tune", most=options.most, sizes=() if folder in options.terms else _SIZES)
    encode = lru_cache(maxsize=4096)(encoder.encode_question)
    with data_directory(items, settings, options.keep) as data_dir:
        for sitting in sittings(items, data_dir, settings, encoder, run):
            citegram = sitting.citegram
            sys.stderr.write(f"{items.name}, {sitting.what}: {len(sitting.questions)} questions\n")
            retriever = PassageRetriever(
                catalog=citegram.catalog,
                index=citegram.index,
                encode=encode,
                knows=citegram.knows,
                exact=ExactSearch(),
            )
            for question, present in sitting.questions:
                text = question.asked.text
                documents = retriever.invoke(text, today=question.asked.asked_on)
                with citegram.catalog.snapshot() as snapshot:
                    considered = consider(text, encode(text), documents, snapshot, citegram.knows)
                if considered is None:
                    continue
                topic = topic_of(question, present)
                evidence = question.evidence if topic == "answerable" else ()
                passages = [p.article.text[p.span.start : p.span.end] for p in considered.passages]
                sentences = [sentence_text(considered, n) for n in range(len(considered.reading.of))]
                if not sentences:
                    continue
                yield Sample(
                    set=items.name,
                    topic=topic,
                    small=sitting.size is not None,
                    considered=considered,
                    passages=np.array([any(found(text, one) for one in evidence) for text in passages], bool),
                    sentences=np.array([any(found(text, one) for one in evidence) for text in sentences], bool),
                )


if __name__ == "__main__":
    sys.exit(main())
