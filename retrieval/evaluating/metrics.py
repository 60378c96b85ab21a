"""What counts as found, and figures over many questions with the intervals that chance leaves them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import regex

Weights = npt.NDArray[np.float32]
"""How often each outcome counts: shape (resamples, outcomes)."""
Values = npt.NDArray[np.float64]
Statistic = Callable[[Weights], Values]
"""A figure of each resample, shape (resamples,); not a number where a resample has nothing to measure it on."""

LONG_EVIDENCE = 500
"""Characters of a string of evidence that must stand among the first ones; so many in a row of a longer string."""
RESAMPLES = 1000
_SEED = 20_26
_BINS = 10  # of equal width, as in Guo et al., "On Calibration of Modern Neural Networks" (2017)
_LEVEL = 95.0  # per cent of the resamples that an interval holds
_INVISIBLE = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cc}--\s]", regex.V1)


# What counts as found


def normal(text: str) -> str:
    """Return text in the form in which evidence is compared: single spaces, NFC, nothing that does not show."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return " ".join(text.split())


def found(text: str, evidence: str) -> bool:
    """Tell whether a passage, sentence or quote is evidence: it holds the string of evidence, or lies inside it."""
    one, other = normal(text), normal(evidence)
    return bool(one and other) and (one in other or other in one)


def first_found(ranked: Sequence[str], evidence: Sequence[str]) -> int:
    """Return the rank, from 1, of the first text that is evidence of any of the strings; 0 when none is."""
    return next((rank for rank, text in enumerate(ranked, 1) if any(found(text, one) for one in evidence)), 0)


def within(ranked: Sequence[str], evidence: Sequence[str], characters: int) -> bool:
    """Tell whether evidence stands in the first characters of ranked texts, whatever size the texts are cut to.

    The texts are joined in their order by single spaces and cut off after `characters`. One of the strings of evidence
    must stand wholly in what is left; of one longer than 500 characters, any 500 in a row must.
    """
    read = " ".join(filter(None, map(normal, ranked)))[:characters]
    return any(_stands_in(read, normal(one)) for one in evidence)


def _stands_in(read: str, evidence: str) -> bool:
    if len(evidence) <= LONG_EVIDENCE:
        return bool(evidence) and evidence in read
    return any(evidence[i : i + LONG_EVIDENCE] in read for i in range(len(evidence) - LONG_EVIDENCE + 1))


# Figures over outcomes


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with the interval that holds it in 95 of 100 resamples; `n` outcomes are behind it."""

    value: float
    low: float
    high: float
    n: int


def mean(values: Sequence[float]) -> Statistic:
    """Return the statistic of the mean of values; NaN is left out."""
    there = np.isfinite(np.asarray(values, np.float64))
    return ratio(np.where(there, values, 0.0), there.astype(np.float64))


def ratio(numerators: npt.ArrayLike, denominators: npt.ArrayLike) -> Statistic:
    """Return the statistic of the sum of numerators by the sum of denominators."""
    above, below = np.asarray(numerators, np.float64), np.asarray(denominators, np.float64)
    return lambda weights: _divided(weights @ above, weights @ below)


def median(values: Sequence[float]) -> Statistic:
    """Return the statistic of the median of values; NaN is left out."""
    given = np.asarray(values, np.float64)
    order = np.argsort(given, kind="stable")[: int(np.isfinite(given).sum())]
    ordered = given[order]

    def of(weights: Weights) -> Values:
        if not len(order):
            return np.full(len(weights), np.nan)
        passed = np.cumsum(weights[:, order], axis=1, dtype=np.float64)
        half = passed[:, -1:] / 2
        middle = (ordered[(passed >= half).argmax(1)] + ordered[(passed > half).argmax(1)]) / 2
        return np.where(passed[:, -1] > 0, middle, np.nan)

    return of


def auroc(scores: Sequence[float], positive: Sequence[bool], negative: Sequence[bool]) -> Statistic:
    """Return the statistic of the area under the ROC curve: how often a positive scores above a negative, ties half.

    What is neither positive nor negative does not count.
    """
    order = np.argsort(np.asarray(scores, np.float64), kind="stable")
    ordered = np.asarray(scores, np.float64)[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=np.nan) != 0)
    is_positive, is_negative = np.asarray(positive, bool)[order], np.asarray(negative, bool)[order]

    def of(weights: Weights) -> Values:
        if not len(order):
            return np.full(len(weights), np.nan)
        sorted_weights = weights[:, order].astype(np.float64)
        above = np.add.reduceat(sorted_weights * is_positive, starts, axis=1)
        below = np.add.reduceat(sorted_weights * is_negative, starts, axis=1)
        lower = np.cumsum(below, axis=1) - below / 2
        return _divided((above * lower).sum(1), above.sum(1) * below.sum(1))

    return of


def calibration_error(confidences: Sequence[float], right: Sequence[bool], counted: Sequence[bool]) -> Statistic:
    """Return the statistic of the expected calibration error over ten bins of equal width, of what is counted."""
    given, happened = np.asarray(confidences, np.float64), np.asarray(right, np.float64)
    member = np.eye(_BINS)[bins_of(given)] * np.asarray(counted, np.float64)[:, None]

    def of(weights: Weights) -> Values:
        gaps = np.abs(weights @ (member * (given - happened)[:, None]))
        return _divided(gaps.sum(1), (weights @ member).sum(1))

    return of


def bins_of(confidences: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return the bin, 0 to 9, that each confidence falls in."""
    return np.minimum((np.asarray(confidences, np.float64) * _BINS).astype(np.int64), _BINS - 1)


@dataclass(frozen=True, slots=True)
class Bin:
    """Outcomes of about the same confidence."""

    confidence: float
    """Mean."""
    right: float
    """Share of them that is right."""
    n: int


def reliability(confidences: Sequence[float], right: Sequence[bool]) -> list[Bin]:
    """Return the bins, of those of equal width, that anything falls in: what a reliability diagram shows."""
    given, happened, places = np.asarray(confidences, np.float64), np.asarray(right, np.float64), bins_of(confidences)
    return [
        Bin(float(given[inside].mean()), float(happened[inside].mean()), int(inside.sum()))
        for inside in (places == n for n in np.unique(places))
    ]


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> tuple[Values, Values]:
    """Return (coverage, risk) of every threshold: the share of questions answered, and of those the share that is wrong.

    From the strictest threshold on; questions of equal confidence are answered together.
    """
    given, happened = np.asarray(confidences, np.float64), np.asarray(right, np.float64)
    order = np.argsort(-given, kind="stable")
    last = np.flatnonzero(np.diff(given[order], append=np.nan) != 0)
    return (last + 1) / max(len(given), 1), 1 - np.cumsum(happened[order])[last] / (last + 1)


def estimates(statistics: Mapping[str, tuple[Statistic, int]], units: Sequence[str]) -> dict[str, Estimate]:
    """Return figures with percentile bootstrap intervals, drawn over units: all outcomes of a question go together.

    Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13; an interval that would not hold its own
    figure, as happens to calibration errors, which resampling makes larger, is widened to it. The order of the outcomes
    does not matter. Figures that cannot be measured are left out.

    Args:
        statistics: each with the number of outcomes behind it.
        units: the question of each outcome.
    """
    if not units:
        return {}
    once = np.ones((1, len(units)), np.float32)
    drawn = _drawn(units)
    made: dict[str, Estimate] = {}
    for name, (statistic, n) in statistics.items():
        value = float(statistic(once)[0])
        if np.isfinite(value):
            low, high = _percentiles(statistic(drawn))
            made[name] = Estimate(value, min(low, value), max(high, value), n)
    return made


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much one system is ahead of another on the same questions, with its 95 per cent interval."""

    value: float
    low: float
    high: float
    above: float
    """Share of the resamples in which it is ahead."""


def paired_bootstrap(ours: Sequence[float], theirs: Sequence[float]) -> Difference:
    """Return the mean difference of two systems' figures, question by question, and how chance could have it.

    Raises:
        ValueError: the two are not of the same questions, or of none.
    """
    if len(ours) != len(theirs) or not len(ours):
        raise ValueError("a paired comparison needs a figure of each system for the same questions, one at least")
    differences = np.asarray(ours, np.float64) - np.asarray(theirs, np.float64)
    means = mean(differences.tolist())(_drawn([f"{n:09}" for n in range(len(differences))]))
    value, (low, high) = float(differences.mean()), _percentiles(means)
    return Difference(value, min(low, value), max(high, value), float((means > 0).mean()))


def _drawn(units: Sequence[str]) -> Weights:
    """Return resamples of the units, with replacement, as weights of the outcomes."""
    names, place = np.unique(np.asarray(units), return_inverse=True)
    counts = np.random.default_rng(_SEED).multinomial(len(names), np.full(len(names), 1 / len(names)), RESAMPLES)
    weights: Weights = counts.astype(np.float32)[:, place]
    return weights


def _percentiles(values: Values) -> tuple[float, float]:
    measured = values[np.isfinite(values)]
    edge = (100 - _LEVEL) / 2
    low, high = np.percentile(measured, [edge, 100 - edge]) if len(measured) else (np.inf, -np.inf)
    return float(low), float(high)


def _divided(above: Values, below: Values) -> Values:
    divided: Values = np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)
    return divided
