"""Fits how near a sentence must be to its quotes, on evaluation sets, and measures what the support check lets through.

    python -m retrieval.writing.calibrate FOLDER ... --terms FOLDER ... --write

The folders are evaluation sets (docs/evaluating.md). The first are in languages that the embedding model knows; those after
`--terms`, in other languages, fit the scale by terms alone. Coefficients and floors come from the tuning half of each set;
the figures that are printed, and kept with them, from the reporting half.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.command import run_command
from retrieval.errors import CitegramError, EvaluationError
from retrieval.judging import probability
from retrieval.writing.calibration_claims import Kind, Pair, pairs
from retrieval.writing.facts import contradicts, missing_facts
from retrieval.writing.support import FIGURES, FILE, Encode, Figures, Scale, Support, Verdict, from_json

_LOST = 0.03
"""Share of true claims that the lower floor may leave out, beside those that facts are missing of."""
_PASSED = 0.05
"""Share of claims held against other sentences of their article that may pass without a mark."""
_SHRINKAGE = 1.0
"""Of the squared weights of standardised figures, beside the loss of all claims."""
_STEPS = 25  # of Newton's method, which needs some ten
_BY_TERMS = ("terms",)
_BY_VECTORS = ("cosine", "maxsim", "weakest")
_FITTED: tuple[Kind, ...] = ("true", "near", "far")
_KINDS: tuple[Kind, ...] = (*_FITTED, "number", "name", "denied")
_VERDICTS: tuple[Verdict, ...] = ("supported", "doubtful", "unsupported")


@dataclass(frozen=True, slots=True)
class Measured:
    """A claim with what was measured of it."""

    pair: Pair
    figures: Figures
    """Shape (len(FIGURES),)."""
    wrong: bool
    """Whether its facts are missing in the evidence or contradict it: then it is left out, however near it is."""


def measure(support: Support, items: Iterable[Pair], *, known: bool) -> list[Measured]:
    """Measure claims, by their terms alone without `known`; of changed ones that are wrong already nothing more."""
    measured = []
    for pair in items:
        wrong = bool(missing_facts(pair.claim, pair.evidence, question=pair.question, language=pair.language))
        wrong = wrong or contradicts(pair.claim, pair.evidence, question=pair.question, language=pair.language)
        figures = np.zeros(len(FIGURES))
        if pair.kind in _FITTED or not wrong:
            figures = support.figures(pair.claim, pair.evidence, pair.language, known=known)
        measured.append(Measured(pair, figures, wrong))
    return measured


def fitted(by_meaning: Sequence[Measured], by_terms: Sequence[Measured]) -> dict[str, Any]:
    """Return scales in the form that `support.from_json` reads, from the tuning halves.

    Args:
        by_meaning: claims in languages that the encoder knows.
        by_terms: claims in others; the scale by terms alone is fitted on all.

    Raises:
        EvaluationError: there are too few claims.
    """
    known = [one for one in by_meaning if one.pair.half == "tune"]
    every = [*known, *(one for one in by_terms if one.pair.half == "tune")]
    return {
        "by_meaning": _scale(known, FIGURES),
        "by_terms": _scale(every, _BY_TERMS),
        "by_vectors": _scale(known, _BY_VECTORS),
    }


def _scale(measured: Sequence[Measured], chosen: Sequence[str]) -> dict[str, Any]:
    """Fit the logit that a claim is borne out, each set and kind with the same weight, and the floors behind the facts."""
    used = [one for one in measured if one.pair.kind in _FITTED]
    if not {"true", "near"} <= {one.pair.kind for one in used if not one.wrong}:
        raise EvaluationError("The tuning halves of these sets hold too few claims to fit on; name more sets.")
    counts = Counter((one.pair.set, one.pair.kind) for one in used)
    weights = np.array([1 / counts[one.pair.set, one.pair.kind] for one in used])
    weights *= [2.0 if one.pair.kind == "true" else 1.0 for one in used]  # as much as both kinds that are not
    columns = [FIGURES.index(name) for name in chosen]
    figures = np.array([one.figures for one in used])[:, columns]
    constant, found = _logistic(figures, np.array([one.pair.kind == "true" for one in used]), weights)
    scores = constant + figures @ found
    scores[[one.wrong for one in used]] = -np.inf
    right, near = (scores[[one.pair.kind == kind for one in used]] for kind in ("true", "near"))
    kept = float(np.quantile(right[np.isfinite(right)], _LOST))
    sure = max(kept, float(np.quantile(near, 1 - _PASSED, method="higher")))
    return {
        "constant": round(constant, 4),
        "weights": {name: round(float(weight), 4) for name, weight in zip(chosen, found, strict=True)},
        "kept": round(probability(kept), 4),
        "sure": round(probability(sure), 4),
    }


def _logistic(figures: Figures, right: npt.NDArray[np.bool_], weights: Figures) -> tuple[float, Figures]:
    """Return constant and weights of a logistic regression, by Newton's method, shrunk a little on standardised figures."""
    middle, spread = figures.mean(axis=0), figures.std(axis=0)
    spread[spread < 1e-9] = 1.0
    rows = np.column_stack([np.ones(len(figures)), (figures - middle) / spread])
    share = weights * len(weights) / weights.sum()
    shrinkage = np.diag([1e-9, *[_SHRINKAGE] * figures.shape[1]])
    found = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-np.clip(rows @ found, -60, 60)))
        slope = rows.T @ (share * (likely - right)) + shrinkage @ found
        curve = (rows * (share * likely * (1 - likely))[:, None]).T @ rows + shrinkage
        found = found - np.linalg.solve(curve, slope)
    return float(found[0] - (found[1:] / spread) @ middle), found[1:] / spread


def verdict(one: Measured, scale: Scale) -> Verdict:
    """Return what becomes of a claim."""
    return "unsupported" if one.wrong else scale.verdict(one.figures)


def report(measured: Sequence[Measured], scale: Scale) -> dict[str, dict[str, dict[str, float]]]:
    """Return by set and kind of claim, in the reporting halves: how many, and shares by verdict and wrong by facts.

    Under `auroc` stands how well each figure, and the sum of them, tells true claims from those held against other
    sentences of their article (`near`) and of another (`far`).
    """
    found: dict[str, dict[str, dict[str, float]]] = {}
    of_report = [one for one in measured if one.pair.half == "report"]
    for name in dict.fromkeys(one.pair.set for one in of_report):
        own = {kind: [one for one in of_report if (one.pair.set, one.pair.kind) == (name, kind)] for kind in _KINDS}
        found[name] = {kind: _shares(of_kind, scale) for kind, of_kind in own.items() if of_kind}
        for kind in ("near", "far"):
            if own["true"] and own[kind]:
                found[name][f"auroc {kind}"] = _aurocs(own["true"], own[kind], scale)
    return found


def _shares(of_kind: Sequence[Measured], scale: Scale) -> dict[str, float]:
    verdicts = Counter(verdict(one, scale) for one in of_kind)
    shares: dict[str, float] = {name: round(verdicts[name] / len(of_kind), 3) for name in _VERDICTS}
    return {"claims": len(of_kind), **shares, "by facts": round(sum(one.wrong for one in of_kind) / len(of_kind), 3)}


def _aurocs(right: Sequence[Measured], wrong: Sequence[Measured], scale: Scale) -> dict[str, float]:
    higher, lower = (np.array([one.figures for one in some]) for some in (right, wrong))
    by_figure = {name: _auroc(higher[:, n], lower[:, n]) for n, name in enumerate(FIGURES) if np.ptp(higher[:, n])}
    return {**by_figure, "sum": _auroc(scale.sum.of(higher), scale.sum.of(lower))}


def _auroc(higher: Figures, lower: Figures) -> float:
    """Return how often one that should be higher is, a tie as half."""
    difference = higher[:, None] - lower[None, :]
    return round(float((difference > 0).mean() + (difference == 0).mean() / 2), 3)


def main(arguments: list[str] | None = None, encode: Encode | None = None) -> int:
    """Fit, print coefficients and figures, and with `--write` put them in the place of those that ship.

    `encode` stands in for the embedding model of the settings.
    """
    parser = argparse.ArgumentParser(
        prog="python -m retrieval.writing.calibrate", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("sets", nargs="+", type=Path, metavar="FOLDER", help="sets in languages that the model knows")
    parser.add_argument("--terms", nargs="+", type=Path, default=[], metavar="FOLDER", help="sets in other languages")
    parser.add_argument("--most", type=int, default=150, metavar="N", help="questions of a set, at most")
    parser.add_argument("--write", action="store_true", help=f"write {FILE.name}")
    options = parser.parse_args(arguments)
    return run_command(parser.prog, lambda: _run(options, encode))


def _run(options: argparse.Namespace, encode: Encode | None) -> int:
    from retrieval.encoder import Encoder
    from retrieval.settings import load_settings

    try:
        support = Support(encode or Encoder(load_settings().embedding_model).encode_question)
        meaning = [one for folder in options.sets for one in measure(support, pairs(folder, options.most), known=True)]
        terms = [one for folder in options.terms for one in measure(support, pairs(folder, options.most), known=False)]
        stored = fitted(meaning, terms)
    except CitegramError as error:
        sys.stderr.write(f"python -m retrieval.writing.calibrate: {error}\n")
        return 1
    scales = from_json(stored)
    measured = {"by meaning": report(meaning, scales.by_meaning), "by terms": report(terms, scales.by_terms)}
    text = json.dumps({"origin": _origin(options), **stored, "measured": measured}, indent=1, ensure_ascii=False) + "\n"
    if options.write:
        FILE.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


def _origin(options: argparse.Namespace) -> str:
    """Return the command that makes the file."""
    words = ["python -m retrieval.writing.calibrate", *(folder.name for folder in options.sets)]
    words += ["--terms", *(folder.name for folder in options.terms)] if options.terms else []
    return " ".join([*words, f"--most {options.most}", "--write"])


if __name__ == "__main__":
    sys.exit(main())
