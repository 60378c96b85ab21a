"""Fitting coefficients: what decides in made-up questions is found, and what is written is read back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from retrieval import fit
from retrieval.asked import Asked
from retrieval.evidence import Considered, figures_of
from retrieval.features import CONFIDENCE, PASSAGE, SENTENCE, Figures, Reading
from retrieval.fit import Sample, fitted
from retrieval.judging import from_json, probability
from retrieval.models import Article, Span
from retrieval.snapshot import PassageSentences

SENTENCES = 12


def passage(n: int) -> PassageSentences:
    """Two sentences of an article; the figures of a sample are not measured of it."""
    return PassageSentences(
        id=n,
        article=Article(f"a{n}", "One. Two.", "A title"),
        version=1,
        span=Span(0, 9),
        sentences=(Span(0, 4), Span(5, 9)),
        terms=((), (), ()),
        tokens=np.zeros((0, 1), np.uint8),
        counts=np.zeros(3, np.uint16),
    )


PASSAGES = tuple(passage(n) for n in range(SENTENCES // 2))


def sample(chance: np.random.Generator, of: str, topic: str = "answerable") -> Sample:
    """A question whose evidence has the highest MaxSim, of passages and of sentences; all else is noise."""
    passages = chance.normal(size=(len(PASSAGES), len(PASSAGE)))
    sentences = chance.normal(size=(SENTENCES, len(SENTENCE)))
    sentences[:, SENTENCE.index("repeats_title")] = 0
    right = int(chance.integers(SENTENCES))
    if topic == "answerable":
        sentences[right, SENTENCE.index("maxsim")] = 4 + chance.normal() / 2
        passages[right // 2, PASSAGE.index("maxsim")] = 4 + chance.normal() / 2
    reading = Reading(
        passages=passages,
        sentences=sentences,
        of=np.arange(SENTENCES) // 2,
        ordinal=np.arange(SENTENCES) % 2,
        weakest=chance.random(SENTENCES),
        held=chance.random(len(PASSAGES)),
    )
    asked = Asked("Who?", "en", (("who",),), (1,), np.ones(1), None)
    evidence = np.arange(SENTENCES) == right if topic == "answerable" else np.zeros(SENTENCES, bool)
    return Sample(
        set=of,
        topic=topic,
        small=False,
        considered=Considered(asked, PASSAGES, reading, 1.0, float(chance.random()), float(chance.random())),
        passages=np.array(evidence.reshape(-1, 2).any(axis=1), bool),
        sentences=evidence,
    )


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    chance = np.random.default_rng(7)
    topics = ["answerable"] * 150 + ["off-topic"] * 100 + ["on-topic"] * 50
    return [sample(chance, of, topic) for of in ("first", "second") for topic in topics]


def test_what_decides_gets_the_weight(samples: Sequence[Sample]) -> None:
    judges = from_json(fitted(samples, samples))
    judge = judges.by_meaning
    for names, weights in ((PASSAGE, judge.passage.weights), (SENTENCE, judge.sentence.weights)):
        told = dict(zip(names, weights, strict=True))
        noise = [abs(weight) for name, weight in told.items() if name not in ("maxsim", "repeats_title")]
        assert told["maxsim"] > 1
        assert told["maxsim"] > 3 * max(noise)
    answerable = [one for one in samples if one.topic == "answerable"]
    first = [judge.sentence.of(one.considered.reading.sentences).argmax() for one in answerable]
    assert np.mean([one.sentences[n] for one, n in zip(answerable, first, strict=True)]) > 0.95
    assert 0 < probability(judge.answered) < 1


def test_the_judge_by_terms_has_no_weight_for_meaning(samples: Sequence[Sample]) -> None:
    stored = fitted(samples, samples)["by_terms"]
    told = {name for part in stored.values() if isinstance(part, dict) for name in part}
    assert not {"maxsim", "maxsim_titled", "late_pooled", "similarity"} & told
    assert stored["sentence"]["repeats_title"] < 0, "set by hand"


def test_what_never_changes_gets_no_weight(samples: Sequence[Sample]) -> None:
    stored = fitted(samples, samples)["by_meaning"]
    assert stored["confidence"]["question_terms"] == 0
    assert abs(stored["confidence"]["constant"]) < 100


def test_a_threshold_refuses_few_of_the_answerable(samples: Sequence[Sample]) -> None:
    judges = from_json(fitted(samples, samples))
    judge = judges.by_meaning
    answered = [
        judge.confidence.of(figures_of(one.considered, judge.sentence.of(one.considered.reading.sentences))[0])
        >= judge.answered
        for one in samples
        if one.topic == "answerable"
    ]
    assert 0.95 <= np.mean(answered) <= 0.99


def test_a_set_weighs_the_same_however_many_questions_it_has() -> None:
    weights = fit._weights([("large", "answerable", False)] * 30 + [("small", "answerable", False)] * 3)
    assert weights[:30].sum() == pytest.approx(weights[30:].sum())


def test_probabilities_are_as_often_right_as_they_say() -> None:
    chance = np.random.default_rng(3)
    figures: Figures = chance.normal(size=(4000, 3)) * [1, 5, 0.1] + [0, 2, 0]
    truth = 1 / (1 + np.exp(-(-1 + 1.5 * figures[:, 0] + 0.2 * figures[:, 1])))
    right = chance.random(4000) < truth
    constant, *weights = fit._logistic(figures, right, np.ones(4000))
    told = 1 / (1 + np.exp(-(constant + figures @ weights)))
    for low in np.arange(0, 1, 0.2):
        among = (told >= low) & (told < low + 0.2)
        assert right[among].mean() == pytest.approx(told[among].mean(), abs=0.06)


def test_what_is_written_is_read_back(samples: list[Sample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = tmp_path / "coefficients.json"
    monkeypatch.setattr(fit, "FILE", written)
    monkeypatch.setattr(fit, "_samples", lambda folder, *others: iter(samples))
    monkeypatch.setattr("sys.argv", ["fit", "/sets/meaning", "--terms", "/sets/terms", "--write"])
    assert fit.main() == 0
    stored = json.loads(written.read_text("utf-8"))
    assert stored["origin"]["command"] == "python -m retrieval.fit meaning --terms terms --write"
    assert stored["origin"]["questions"]["first, answerable"] == 300
    told, expected = from_json(stored), from_json(fitted(samples, samples))
    np.testing.assert_array_equal(told.by_meaning.confidence.weights, expected.by_meaning.confidence.weights)
    assert len(told.by_meaning.confidence.weights) == len(CONFIDENCE)
    assert told.by_meaning.answered == expected.by_meaning.answered
