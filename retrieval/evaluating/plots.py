"""The plots of the evaluation's report, as SVG to stand inside a page; needs matplotlib."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from retrieval.evaluating.metrics import Estimate, reliability, risk_coverage
from retrieval.evaluating.outcomes import BUDGETS, Outcome

_INCHES = (4.4, 3.3)
_BLUE, _ORANGE, _GREEN, _GREY = "#1b6ca8", "#c8621b", "#3c8a4e", "#888888"
# The parts' names, which would be the same in each figure of a page, and what it says of itself for catalogues.
_NOT_SHOWN = re.compile(r' id="[A-Za-z][\w.]*_\d+"|<metadata>.*?</metadata>', re.DOTALL)
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "citegram",
    "font.family": "sans-serif",
    "font.size": 9,
}


def recall_plot(figures: Mapping[str, Estimate]) -> str:
    """Return recall of passages, sentences and articles over how many of them are looked at."""

    def draw(axes: Axes) -> None:
        for kind, colour in (("passage", _BLUE), ("sentence", _ORANGE), ("article", _GREEN)):
            shown = [(k, figures[f"{kind}@{k}"]) for k in (1, 3, 5, 10) if f"{kind}@{k}" in figures]
            _line(axes, [k for k, _ in shown], [one for _, one in shown], f"{kind}s", colour)
        axes.set_xlabel("among the first")
        axes.set_xticks([1, 3, 5, 10])
        axes.legend(frameon=False, loc="lower right")

    return _svg(draw, "evidence found")


def budget_plot(figures: Mapping[str, Estimate]) -> str:
    """Return how often evidence stands in the first characters of the ranked passages."""

    def draw(axes: Axes) -> None:
        shown = [(n, figures[f"within_{n}"]) for n in BUDGETS if f"within_{n}" in figures]
        _line(axes, [n for n, _ in shown], [one for _, one in shown], "passages", _BLUE)
        axes.set_xlabel("characters read")
        axes.set_xticks(BUDGETS)

    return _svg(draw, "evidence read")


def risk_coverage_plot(outcomes: Sequence[Outcome]) -> str:
    """Return the share of wrong answers over the share of questions answered, and where the shipped threshold is."""
    coverage, risk = risk_coverage([one.confidence for one in outcomes], [one.right for one in outcomes])
    answered = [one for one in outcomes if one.answered]

    def draw(axes: Axes) -> None:
        axes.step(coverage, risk, where="post", color=_BLUE)
        if answered:
            share = len(answered) / len(outcomes)
            wrong = sum(not one.right for one in answered) / len(answered)
            axes.plot([share], [wrong], "o", color=_ORANGE, label="as shipped")
            axes.legend(frameon=False, loc="upper left")
        axes.set_xlabel("questions answered")
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.set_xlim(0, 1)

    return _svg(draw, "wrong, of answered")


def reliability_plot(outcomes: Sequence[Outcome]) -> str:
    """Return how often answers of a confidence are right; the numbers are of questions in each bin."""
    bins = reliability([one.confidence for one in outcomes], [one.right for one in outcomes])

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=_GREY, linewidth=0.8, linestyle="--")
        axes.plot([one.confidence for one in bins], [one.right for one in bins], "o-", color=_BLUE)
        for one in bins:
            axes.annotate(f"{one.n}", (one.confidence, one.right), (4, -10), textcoords="offset points", color=_GREY)
        axes.set_xlabel("confidence")
        axes.set_xlim(0, 1)

    return _svg(draw, "right")


def _line(axes: Axes, places: Sequence[int], shown: Sequence[Estimate], name: str, colour: str) -> None:
    if shown:
        axes.fill_between(places, [one.low for one in shown], [one.high for one in shown], color=colour, alpha=0.15)
        axes.plot(places, [one.value for one in shown], "o-", color=colour, label=name)


def _svg(draw: Callable[[Axes], None], y_label: str) -> str:
    with matplotlib.rc_context(_SETTINGS):
        figure = Figure(figsize=_INCHES, layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        axes.set_ylabel(y_label)
        axes.set_ylim(-0.02, 1.02)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    svg = written.getvalue()
    return _NOT_SHOWN.sub("", svg[svg.index("<svg") :])
