"""The evaluation: folders of articles and questions to figures by set, language and size of the catalogue."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from retrieval.evaluating.metrics import Estimate, Statistic, auroc, calibration_error, estimates, mean, median, ratio
from retrieval.evaluating.outcomes import BUDGETS, Outcome, Topic
from retrieval.evaluating.run import SetRun

_NOTHING = math.nan
_NOT_TO_ANSWER: tuple[Topic, Topic] = ("off-topic", "on-topic")
_KIND = "refused_kind:"


@dataclass(frozen=True, slots=True)
class Group:
    """Outcomes that are reported together."""

    name: str
    outcomes: tuple[Outcome, ...]
    language: str = ""
    """Empty where it is of all languages."""
    articles: int | None = None
    """How many articles were drawn for each catalogue; None where all were asked."""

    @property
    def title(self) -> str:
        """What stands above the group's figures."""
        parts = (self.name, self.language, "" if self.articles is None else f"{self.articles} of its articles")
        return ", ".join(filter(None, parts))


def groups(runs: Sequence[SetRun]) -> list[Group]:
    """Return each set, the sets together, and the parts of both by language; then the draws of few articles."""
    everything = [outcome for run in runs for outcome in run.outcomes]
    named = [(run.name, list(run.outcomes)) for run in runs] + ([("all sets", everything)] if len(runs) > 1 else [])
    made: list[Group] = []
    for name, outcomes in named:
        whole = tuple(outcome for outcome in outcomes if outcome.articles is None)
        languages = sorted({outcome.language for outcome in whole})
        made.append(Group(name, whole))
        if len(languages) > 1:
            made += [
                Group(name, tuple(o for o in whole if o.language == language), language or "no language")
                for language in languages
            ]
    for name, outcomes in named:
        for size in sorted({outcome.articles for outcome in outcomes if outcome.articles is not None}):
            made.append(Group(name, tuple(o for o in outcomes if o.articles == size), articles=size))
    return made


def figures(outcomes: Sequence[Outcome]) -> dict[str, Estimate]:
    """Return all figures of a group by their names, see `LABELS`; those that nothing measures are left out."""
    counted = {name: _mean(values) for name, values in _means(outcomes)}
    answered = [outcome.topic == "answerable" and outcome.answered for outcome in outcomes]
    quotes = [outcome.quotes * held for outcome, held in zip(outcomes, answered, strict=True)]
    counted["quotes_evidence"] = ratio([o.quotes_with_evidence for o in outcomes], quotes), sum(quotes)
    lengths = [o.characters if held else _NOTHING for o, held in zip(outcomes, answered, strict=True)]
    counted["quote_characters"] = median(lengths), sum(answered)
    counted.update(_of_confidence(outcomes))
    return estimates(counted, [f"{outcome.set} {outcome.line}" for outcome in outcomes])


def _mean(values: Sequence[float]) -> tuple[Statistic, int]:
    return mean(values), sum(not math.isnan(value) for value in values)


def _means(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, list[float]]]:
    """Yield the figures that are means, each with its value for each outcome, NaN where it says nothing of it."""

    def of(topics: str, value: Callable[[Outcome], float]) -> list[float]:
        return [float(value(o)) if o.topic in topics.split() else _NOTHING for o in outcomes]

    def of_answered(value: Callable[[Outcome], float]) -> list[float]:
        return of("answerable", lambda o: value(o) if o.answered else _NOTHING)

    for ranked, depths in (("passage", (1, 3, 5, 10)), ("sentence", (1, 3, 5)), ("article", (1, 3, 5))):
        for k in depths:
            yield f"{ranked}@{k}", of("answerable", partial(_among, ranked, k))
    for n, characters in enumerate(BUDGETS):
        yield f"within_{characters}", of("answerable", partial(_read_within, n))
    yield "mrr", of("answerable", lambda o: _NOTHING if o.reciprocal_rank is None else o.reciprocal_rank)
    yield "ndcg@10", of("answerable", lambda o: _NOTHING if o.ndcg is None else o.ndcg)
    yield "evidence_quoted", of_answered(lambda o: o.quotes_with_evidence > 0)
    yield "answer_quoted", of_answered(lambda o: _NOTHING if o.answer_quoted is None else o.answer_quoted)
    yield "marked", of_answered(lambda o: o.marked)
    yield "answer_marked", of_answered(lambda o: _NOTHING if o.answer_marked is None else o.answer_marked)
    yield "false_refusals", of("answerable", lambda o: not o.answered)
    yield "refused_off_topic", of("off-topic", lambda o: not o.answered)
    yield "refused_on_topic", of("on-topic", lambda o: not o.answered)
    for kind in sorted({o.kind for o in outcomes if o.kind and _unanswerable(o)}):
        named = [float(not o.answered) if o.kind == kind and _unanswerable(o) else _NOTHING for o in outcomes]
        yield f"{_KIND}{kind}", named
    for other in _NOT_TO_ANSWER:
        sides = _sides(outcomes, other)
        right = [
            float(o.answered == yes) if yes or no else _NOTHING for o, yes, no in zip(outcomes, *sides, strict=True)
        ]
        yield f"accuracy_{_key(other)}", right
    yield "failed", [float(o.failed) for o in outcomes]


def _of_confidence(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, tuple[Statistic, int]]]:
    confidences, right = [o.confidence for o in outcomes], [o.right for o in outcomes]
    for other in _NOT_TO_ANSWER:
        answerable, others = _sides(outcomes, other)
        yield f"auroc_{_key(other)}", (auroc(confidences, answerable, others), sum(answerable) + sum(others))
    for name, counted in (("", [True] * len(outcomes)), ("_own", [o.present for o in outcomes])):
        squares = [
            (o.confidence - o.right) ** 2 if here else _NOTHING for o, here in zip(outcomes, counted, strict=True)
        ]
        yield f"brier{name}", _mean(squares)
        yield f"calibration_error{name}", (calibration_error(confidences, right, counted), sum(counted))


def _sides(outcomes: Sequence[Outcome], other: Topic) -> tuple[list[bool], list[bool]]:
    """Return which outcomes should be answered and which refused, of the sets that have any of the other topic."""
    sets = {o.set for o in outcomes if o.topic == other}
    return [o.topic == "answerable" and o.set in sets for o in outcomes], [o.topic == other for o in outcomes]


def _among(ranked: str, k: int, outcome: Outcome) -> bool:
    return 1 <= int(getattr(outcome, ranked)) <= k


def _read_within(n: int, outcome: Outcome) -> bool:
    return outcome.within[n]


def _unanswerable(outcome: Outcome) -> bool:
    return outcome.present and outcome.topic != "answerable"


def _key(topic: str) -> str:
    return topic.replace("-", "_")


LABELS = {
    "passage@1": "evidence passage first",
    "passage@3": "... among 3",
    "passage@5": "... among 5",
    "passage@10": "... among 10",
    "within_1000": "evidence in first 1,000 characters",
    "within_2000": "... 2,000 characters",
    "within_4000": "... 4,000 characters",
    "sentence@1": "evidence sentence first",
    "sentence@3": "... among 3",
    "sentence@5": "... among 5",
    "article@1": "article first",
    "article@3": "... among 3",
    "article@5": "... among 5",
    "mrr": "mean reciprocal rank (passages)",
    "ndcg@10": "nDCG@10 (passages)",
    "evidence_quoted": "evidence quoted, of answered",
    "quotes_evidence": "quotes that are evidence",
    "answer_quoted": "answer's words quoted, of answered",
    "marked": "words in bold, of answered",
    "answer_marked": "... that are an answer's",
    "quote_characters": "characters quoted, median",
    "false_refusals": "refused, but answerable",
    "refused_off_topic": "refused, of off-topic",
    "refused_on_topic": "refused, of on-topic without answer",
    "accuracy_off_topic": "right to answer or refuse, off-topic",
    "accuracy_on_topic": "right to answer or refuse, on-topic",
    "auroc_off_topic": "AUROC, off-topic",
    "auroc_on_topic": "AUROC, on-topic",
    "brier": "Brier score, all asked",
    "calibration_error": "calibration error, all asked",
    "brier_own": "Brier score, own questions",
    "calibration_error_own": "calibration error, own questions",
    "failed": "answers that failed",
}
"""The figures in the order in which they are shown, with what people call them."""


def label(name: str) -> str:
    """Return what a figure is called."""
    kind = name.removeprefix(_KIND)
    return LABELS.get(name, f"refused, of kind {kind}")


def as_json(runs: Sequence[SetRun], described: dict[str, Any]) -> dict[str, Any]:
    """Return the whole evaluation as a JSON object: figures by group, and what became of each question."""
    return {
        **described,
        "sets": [
            {"name": run.name, "articles": run.articles, "questions": len(run.questions), "left_out": run.left_out}
            for run in runs
        ],
        "groups": [
            {
                "set": group.name,
                "language": group.language or None,
                "articles": group.articles,
                "figures": {name: asdict(estimate) for name, estimate in figures(group.outcomes).items()},
            }
            for group in groups(runs)
        ],
        "outcomes": [asdict(outcome) for run in runs for outcome in run.outcomes],
    }
