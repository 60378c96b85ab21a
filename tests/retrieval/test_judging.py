"""Figures to judgements: the coefficients that ship, and what lies between the two judges."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from retrieval.features import CONFIDENCE, PASSAGE, SENTENCE
from retrieval.judging import FILE, Judge, Linear, from_json, probability, shipped

NAMES = {"passage": PASSAGE, "sentence": SENTENCE, "evidence": ("score", "behind"), "confidence": CONFIDENCE}
STORED: Mapping[str, Any] = json.loads(FILE.read_text("utf-8"))


@pytest.mark.parametrize("judge", ["by_meaning", "by_terms"])
@pytest.mark.parametrize("part", NAMES)
def test_what_ships_names_figures_that_there_are(judge: str, part: str) -> None:
    weights = STORED[judge][part]
    assert set(weights) <= {"constant", *NAMES[part]}
    assert all(math.isfinite(weight) for weight in weights.values())
    assert any(weight for name, weight in weights.items() if name != "constant")


def test_what_ships_says_where_it_comes_from() -> None:
    origin = STORED["origin"]
    assert origin["command"].startswith("python -m retrieval.fit ")
    assert origin["half"] == "tune", "the other half is for the report"
    assert sum(origin["questions"].values()) > 100


def test_the_thresholds_that_ship_are_probabilities() -> None:
    assert 0 < STORED["by_meaning"]["answered"] < 1
    assert 0 < STORED["by_terms"]["answered"] < 1
    assert 0 < shipped().also_quoted < 1


def parts(judge: Judge) -> list[Linear]:
    return [judge.passage, judge.sentence, judge.evidence, judge.confidence]


def same(one: Judge, other: Judge) -> bool:
    return one.answered == pytest.approx(other.answered) and all(
        a.constant == pytest.approx(b.constant) and np.allclose(a.weights, b.weights)
        for a, b in zip(parts(one), parts(other), strict=True)
    )


def test_between_the_judges_everything_is_in_between() -> None:
    judges = shipped()
    assert same(judges.blended(1), judges.by_meaning)
    assert same(judges.blended(0), judges.by_terms)
    assert not same(judges.by_meaning, judges.by_terms)
    half = judges.blended(0.5)
    assert half.answered == pytest.approx((judges.by_meaning.answered + judges.by_terms.answered) / 2)
    for between, one, other in zip(parts(half), parts(judges.by_meaning), parts(judges.by_terms), strict=True):
        assert between.constant == pytest.approx((one.constant + other.constant) / 2)
        np.testing.assert_allclose(between.weights, (one.weights + other.weights) / 2)


def test_coefficients_are_read_by_name() -> None:
    judge: Mapping[str, Any] = {
        "passage": {"maxsim": 2},
        "relevance": {},
        "sentence": {"constant": 1, "typed": 3},
        "evidence": {},
        "confidence": {},
        "answered": 0.4,
    }
    read = from_json({"by_meaning": judge, "by_terms": judge, "also_quoted": 0.3}).by_meaning
    assert probability(read.answered) == pytest.approx(0.4)
    assert read.passage.weights.tolist() == [2.0 if name == "maxsim" else 0.0 for name in PASSAGE]
    figures = np.zeros((2, len(SENTENCE)))
    figures[1, SENTENCE.index("typed")] = 2
    assert read.sentence.of(figures).tolist() == [1, 7]
    assert read.sentence.of(figures[1]) == 7


def test_a_probability_for_any_logit() -> None:
    chances = [probability(logit) for logit in (-1e9, -2.0, 0.0, 2.0, 1e9)]
    assert all(less < more for less, more in pairwise(chances))
    assert 0 < chances[0] < 1e-20
    assert chances[2] == 0.5
    assert chances[1] + chances[3] == pytest.approx(1)
    assert chances[-1] == pytest.approx(1)
