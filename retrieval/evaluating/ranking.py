"""Ranked passages judged for the standard measures, and those measures by ir-measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from retrieval.evaluating.metrics import found


def judged(
    ranked: Sequence[str], evidence: Sequence[str], passages: Sequence[str]
) -> tuple[dict[str, int], dict[str, float]]:
    """Return relevance judgements and a run for the standard measures, as ir-measures takes them for one question.

    Relevant is each passage that is evidence of a string that no passage before it is evidence of: a string that stands
    in two passages counts once. What the ranking lacks is judged by the passages of the catalogue, and is relevant on
    its own when it stands in none of them, cut in two.
    """
    run = {f"rank {rank}": 1.0 / rank for rank in range(1, len(ranked) + 1)}
    relevant: dict[str, int] = {}
    missing = [*dict.fromkeys(evidence)]
    for name, texts in (("rank", ranked), ("passage", passages)):
        for n, text in enumerate(texts, 1):
            left = [one for one in missing if not found(text, one)]
            if len(left) < len(missing):
                relevant[f"{name} {n}"] = 1
            missing = left
    return {**relevant, **{f"lost {n}": 1 for n, _ in enumerate(missing)}}, run


def standard_measures(
    judgements: Mapping[str, Mapping[str, int]], runs: Mapping[str, Mapping[str, float]]
) -> dict[str, tuple[float, float]]:
    """Return (reciprocal rank, nDCG@10) of each question, by ir-measures; of none where that is not installed."""
    try:
        import ir_measures
        from ir_measures import RR, nDCG
    except ModuleNotFoundError:  # it is in an extra: what it rests on has no wheels for Linux on ARM
        return {}
    measured: dict[str, dict[str, float]] = {question: {} for question in judgements}
    if judgements:
        for metric in ir_measures.iter_calc([RR @ 10, nDCG @ 10], judgements, runs):
            measured[metric.query_id][str(metric.measure)] = metric.value
    return {question: (by.get("RR@10", 0.0), by.get("nDCG@10", 0.0)) for question, by in measured.items()}
