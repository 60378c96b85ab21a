"""Outcomes of questions as cells of a table: the share that found its evidence, by column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from statistics import fmean

from retrieval.evaluating.metrics import paired_bootstrap
from retrieval.evaluating.outcomes import BUDGETS, Outcome

DIFFERS = "*"
"""Behind a figure that differs from the shipped one's by more than chance: the paired bootstrap's interval leaves 0 out."""


def _among(ranked: str, k: int, outcome: Outcome) -> bool:
    return 1 <= int(getattr(outcome, ranked)) <= k


def _within(n: int, outcome: Outcome) -> bool:
    return outcome.within[n]


COLUMNS: dict[str, Callable[[Outcome], bool]] = {
    "passage @1": partial(_among, "passage", 1),
    "@5": partial(_among, "passage", 5),
    **{f"within {budget:,}": partial(_within, n) for n, budget in enumerate(BUDGETS)},
    "sentence @1": partial(_among, "sentence", 1),
    "@3": partial(_among, "sentence", 3),
}
"""Headings, each with what counts for it."""


def cells(outcomes: Sequence[Outcome], headings: Sequence[str], shipped: Sequence[Outcome] = ()) -> list[str]:
    """Return the figures of outcomes of answerable questions under some of the headings of `COLUMNS`.

    With the outcomes of what ships, of the same questions in the same order, figures that differ bear a mark.
    """
    made = []
    for heading in headings:
        own = [float(COLUMNS[heading](one)) for one in outcomes]
        theirs = [float(COLUMNS[heading](one)) for one in shipped]
        made.append(share(fmean(own)) + (DIFFERS if theirs and _differs(own, theirs) else ""))
    return made


def _differs(own: Sequence[float], theirs: Sequence[float]) -> bool:
    difference = paired_bootstrap(own, theirs)
    return difference.low > 0 or difference.high < 0


def share(value: float) -> str:
    """Return a share as `.943`."""
    return f"{value:.3f}".removeprefix("0")
