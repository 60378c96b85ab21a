"""What counts as found, and the figures: against examples worked by hand and ir-measures."""

from __future__ import annotations

import math
from collections.abc import Sequence

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.evaluating.metrics import (
    LONG_EVIDENCE,
    Statistic,
    auroc,
    calibration_error,
    estimates,
    first_found,
    found,
    mean,
    median,
    normal,
    paired_bootstrap,
    ratio,
    reliability,
    risk_coverage,
    within,
)
from retrieval.evaluating.ranking import judged, standard_measures

RUST = "Inspectors had found rust in eleven cables."
BUSES = "Buses go through the old tunnel."


def value(statistic: Statistic, n: int, weights: Sequence[float] | None = None) -> float:
    return float(statistic(np.asarray([weights or [1.0] * n], np.float32))[0])


# What counts as found


@pytest.mark.parametrize(
    ("text", "evidence", "expected"),
    [
        pytest.param(f"On Monday. {RUST} Then", RUST, True, id="a passage that holds it"),
        pytest.param("rust in eleven cables", RUST, True, id="a part of it"),
        pytest.param("Inspectors had\n\nfound  rust in eleven cables.", RUST, True, id="other white space"),
        pytest.param("caf\u0065\u0301", "caf\u00e9", True, id="accents composed or not"),
        pytest.param("zero\u200bwidth\ufeff text", "zerowidth text", True, id="what does not show"),
        pytest.param("Inspectors had found rust", "rust in eleven", False, id="an overlap"),
        pytest.param(RUST.upper(), RUST, False, id="other case"),
        pytest.param("", RUST, False, id="no text"),
        pytest.param(RUST, " \n", False, id="blank evidence"),
    ],
)
def test_found(text: str, evidence: str, expected: bool) -> None:
    assert found(text, evidence) is expected
    assert found(evidence, text) is expected


def test_the_rank_of_the_first_that_is_evidence_of_any_string() -> None:
    assert first_found(["No.", BUSES, RUST], [RUST, BUSES]) == 2
    assert first_found(["No."], [RUST]) == 0
    assert first_found([], [RUST]) == 0


@pytest.mark.parametrize(
    ("ranked", "evidence", "characters", "expected"),
    [
        pytest.param(["abcd", "efgh"], ["efgh"], 9, True, id="to the last character"),
        pytest.param(["abcd", "efgh"], ["efgh"], 8, False, id="one character short"),
        pytest.param(["abcd ef", "gh ijkl"], ["ef gh"], 12, True, id="cut in two, in order"),
        pytest.param(["gh ijkl", "abcd ef"], ["ef gh"], 99, False, id="cut in two, out of order"),
        pytest.param(["abcd", "efgh"], ["xyz", "ab"], 4, True, id="any of several"),
        pytest.param(["one two", "three"], ["two four"], 99, False, id="half of it"),
        pytest.param(["ab" * LONG_EVIDENCE], ["ab" * LONG_EVIDENCE], LONG_EVIDENCE, True, id="500 of a long one"),
        pytest.param(["ab" * LONG_EVIDENCE], ["ab" * LONG_EVIDENCE], LONG_EVIDENCE - 1, False, id="499 of a long one"),
        pytest.param([], ["ab"], 99, False, id="nothing ranked"),
        pytest.param(["abcd"], ["  "], 99, False, id="blank evidence"),
    ],
)
def test_evidence_within_the_first_characters(
    ranked: list[str], evidence: list[str], characters: int, expected: bool
) -> None:
    assert within(ranked, evidence, characters) is expected


@given(st.lists(st.text(max_size=30), max_size=6), st.text(min_size=1, max_size=20), st.integers(0, 60))
def test_who_reads_on_loses_nothing(ranked: list[str], evidence: str, characters: int) -> None:
    assert within(ranked, [evidence], characters) <= within(ranked, [evidence], characters + 7)
    assert within(ranked, [evidence], characters) <= within([*ranked, "more"], [evidence], characters)


@given(st.text())
def test_normal_text_stays_as_it_is(text: str) -> None:
    assert normal(normal(text)) == normal(text)


# The standard measures


def test_a_string_that_stands_in_two_passages_counts_once() -> None:
    relevant, run = judged(["No.", RUST, f"Again: {RUST}"], [RUST], [RUST, f"Again: {RUST}"])
    assert relevant == {"rank 2": 1}
    assert list(run) == ["rank 1", "rank 2", "rank 3"]


def test_what_the_ranking_lacks_is_relevant_all_the_same() -> None:
    relevant, _ = judged([RUST], [RUST, BUSES, "Cut in two."], [RUST, BUSES, "It is cut in", "two. Then"])
    assert relevant == {"rank 1": 1, "passage 2": 1, "lost 0": 1}


def test_a_passage_that_holds_two_strings_is_relevant_once() -> None:
    assert judged([f"{RUST} {BUSES}", BUSES], [RUST, BUSES], []) == ({"rank 1": 1}, {"rank 1": 1.0, "rank 2": 0.5})


def test_mrr_and_ndcg_by_hand() -> None:
    judgements, runs = judged(["No.", RUST, "No.", BUSES], [RUST, BUSES], [])
    ((rank, ndcg),) = standard_measures({"q": judgements}, {"q": runs}).values()
    assert rank == pytest.approx(1 / 2)
    gained, ideal = 1 / math.log2(3) + 1 / math.log2(5), 1 / math.log2(2) + 1 / math.log2(3)
    assert ndcg == pytest.approx(gained / ideal)


def test_nothing_ranked_is_nothing_found() -> None:
    judgements, runs = judged([], [RUST], [RUST])
    assert standard_measures({"q": judgements}, {"q": runs}) == {"q": (0.0, 0.0)}
    assert standard_measures({}, {}) == {}


@given(st.lists(st.sampled_from([RUST, BUSES, "No.", f"{RUST} {BUSES}"]), min_size=1, max_size=10))
def test_the_first_rank_agrees_with_ir_measures(ranked: list[str]) -> None:
    rank = first_found(ranked, [RUST])
    judgements, run = judged(ranked, [RUST], [RUST])
    wanted = [ir_measures.Success @ 1, ir_measures.Success @ 3, ir_measures.Success @ 10]
    successes = {str(m.measure): m.value for m in ir_measures.iter_calc(wanted, {"q": judgements}, {"q": run})}
    assert successes == {f"Success@{k}": float(1 <= rank <= k) for k in (1, 3, 10)}
    assert standard_measures({"q": judgements}, {"q": run})["q"][0] == pytest.approx(1 / rank if rank else 0)


# Figures


def test_means_and_ratios_pass_over_what_is_not_there() -> None:
    assert value(mean([1.0, math.nan, 0.0]), 3) == 0.5
    assert value(mean([1.0, math.nan, 0.0]), 3, [3, 9, 1]) == 0.75
    assert math.isnan(value(mean([math.nan]), 1))
    assert value(ratio([1, 3], [2, 6]), 2) == 0.5


@pytest.mark.parametrize(
    ("values", "weights", "expected"),
    [
        pytest.param([5.0, 1.0, 3.0], None, 3.0, id="odd"),
        pytest.param([5.0, 1.0, 3.0, 4.0], None, 3.5, id="even"),
        pytest.param([5.0, math.nan, 1.0], None, 3.0, id="missing"),
        pytest.param([5.0, 1.0], [3, 1], 5.0, id="weighed"),
    ],
)
def test_median(values: list[float], weights: list[float] | None, expected: float) -> None:
    assert value(median(values), len(values), weights) == expected


def test_the_median_of_nothing_is_no_number() -> None:
    assert math.isnan(value(median([]), 0))
    assert math.isnan(value(median([math.nan]), 1))


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("pn-"), st.integers(0, 3)), min_size=1, max_size=30))
def test_auroc_is_the_share_of_pairs_in_order(outcomes: list[tuple[int, str, int]]) -> None:
    scores = [score / 5 for score, _, _ in outcomes]
    statistic = auroc(scores, [kind == "p" for _, kind, _ in outcomes], [kind == "n" for _, kind, _ in outcomes])
    repeated = [(score, kind) for score, kind, times in outcomes for _ in range(times)]
    pairs = [
        1.0 if above > below else 0.5 if above == below else 0.0
        for above, one in repeated
        for below, other in repeated
        if (one, other) == ("p", "n")
    ]
    measured = value(statistic, len(outcomes), [float(times) for *_, times in outcomes])
    assert measured == pytest.approx(sum(pairs) / len(pairs)) if pairs else math.isnan(measured)


def test_calibration_error_by_hand() -> None:
    # bins: (.1: none right), (.9, .95, 1: two of three right) -> (.1 + |2.85 - 2|) / 4
    confidences, right = [0.1, 0.9, 0.95, 1.0], [False, True, True, False]
    assert value(calibration_error(confidences, right, [True] * 4), 4) == pytest.approx((0.1 + 0.85) / 4)
    assert value(calibration_error(confidences, right, [True, False, False, False]), 4) == pytest.approx(0.1)
    bins = reliability(confidences, right)
    assert [(one.confidence, one.right, one.n) for one in bins] == [
        (0.1, 0.0, 1),
        (pytest.approx(0.95), pytest.approx(2 / 3), 3),
    ]


def test_risk_and_coverage_by_hand() -> None:
    coverage, risk = risk_coverage([0.9, 0.5, 0.5, 0.1], [True, True, False, False])
    assert coverage.tolist() == [0.25, 0.75, 1.0]
    assert risk == pytest.approx([0.0, 1 / 3, 0.5])


outcome_lists = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.floats(0, 1), st.booleans()), min_size=1, max_size=12
)


def all_statistics(outcomes: Sequence[tuple[str, float, bool]]) -> dict[str, tuple[Statistic, int]]:
    scores, right = [score for _, score, _ in outcomes], [flag for *_, flag in outcomes]
    everything = [True] * len(outcomes)
    return {
        "mean": (mean(scores), len(scores)),
        "median": (median(scores), len(scores)),
        "auroc": (auroc(scores, right, [not flag for flag in right]), len(scores)),
        "calibration": (calibration_error(scores, right, everything), len(scores)),
    }


@given(outcome_lists)
def test_intervals_hold_their_figure(outcomes: list[tuple[str, float, bool]]) -> None:
    made = estimates(all_statistics(outcomes), [unit for unit, *_ in outcomes])
    assert {"mean", "median", "calibration"} <= made.keys()
    for estimate in made.values():
        assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1 + 1e-6


@given(outcome_lists, st.randoms())
def test_the_order_of_the_questions_does_not_matter(outcomes: list[tuple[str, float, bool]], shuffler: object) -> None:
    shuffled = list(outcomes)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    one = estimates(all_statistics(outcomes), [unit for unit, *_ in outcomes])
    other = estimates(all_statistics(shuffled), [unit for unit, *_ in shuffled])
    assert one.keys() == other.keys()
    for name, estimate in one.items():
        assert (estimate.value, estimate.low, estimate.high) == pytest.approx(
            (other[name].value, other[name].low, other[name].high), abs=1e-5
        )


def test_the_interval_of_a_share_is_as_wide_as_chance_makes_it() -> None:
    values = [float(n < 80) for n in range(100)]
    estimate = estimates({"share": (mean(values), 100)}, [f"{n}" for n in range(100)])["share"]
    spread = math.sqrt(0.8 * 0.2 / 100)
    assert estimate.value == pytest.approx(0.8)
    assert estimate.low == pytest.approx(0.8 - 1.96 * spread, abs=0.02)
    assert estimate.high == pytest.approx(0.8 + 1.96 * spread, abs=0.02)


def test_outcomes_of_one_question_are_drawn_together() -> None:
    values = [float(n < 40) for n in range(50)] * 20
    apart = estimates({"share": (mean(values), 1000)}, [f"{n}" for n in range(1000)])["share"]
    together = estimates({"share": (mean(values), 1000)}, [f"{n % 50}" for n in range(1000)])["share"]
    assert together.high - together.low > 3 * (apart.high - apart.low)


def test_figures_without_anything_to_measure_are_left_out() -> None:
    assert estimates({"mean": (mean([math.nan]), 0)}, ["a"]) == {}
    assert estimates({}, []) == {}


# Two systems


def test_a_system_that_is_ahead_on_the_same_questions() -> None:
    theirs = [float(n % 3 == 0) for n in range(120)]
    ours = [1.0 if n % 5 == 0 else value for n, value in enumerate(theirs)]
    difference = paired_bootstrap(ours, theirs)
    assert difference.value == pytest.approx(sum(ours) / 120 - sum(theirs) / 120)
    assert 0 < difference.low < difference.value < difference.high
    assert difference.above == 1.0


def test_a_system_is_not_ahead_of_itself() -> None:
    assert paired_bootstrap([1.0, 0.0, 1.0], [1.0, 0.0, 1.0]) == paired_bootstrap([0.5], [0.5])


@pytest.mark.parametrize(("ours", "theirs"), [([], []), ([1.0], [1.0, 0.0])])
def test_a_comparison_needs_the_same_questions(ours: list[float], theirs: list[float]) -> None:
    with pytest.raises(ValueError, match="same questions"):
        paired_bootstrap(ours, theirs)
