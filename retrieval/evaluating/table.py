"""Figures as a table for a terminal of 100 columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from retrieval.evaluating.metrics import Estimate
from retrieval.evaluation import LABELS, Group, label

_LABEL = 37
_CELL = 20
_ACROSS = 3


def table(groups: Sequence[Group], figures: Sequence[Mapping[str, Estimate]]) -> str:
    """Return the figures of groups side by side, three at a time, each with its interval."""
    parts = [slice(i, i + _ACROSS) for i in range(0, len(groups), _ACROSS)]
    return "\n\n".join("\n".join(_block(groups[part], figures[part])) for part in parts)


def _block(groups: Sequence[Group], figures: Sequence[Mapping[str, Estimate]]) -> Iterator[str]:
    titles = [_folded(group.title) for group in groups]
    for n in range(max(map(len, titles))):
        yield _line("", [title[n] if n < len(title) else "" for title in titles])
    yield _line("questions with an answer", [_count(group, "answerable") for group in groups])
    yield _line("... on-topic without, off-topic", [_others(group) for group in groups])
    for name in (*LABELS, *dict.fromkeys(name for shown in figures for name in shown if name not in LABELS)):
        if any(name in shown for shown in figures):
            yield _line(label(name), [cell(name, shown.get(name)) for shown in figures])


def cell(name: str, estimate: Estimate | None) -> str:
    """Return a figure with its interval, as `.950 .931-.967`, or a dash."""
    if estimate is None:
        return "-"
    show = _whole if name == "quote_characters" else _share
    return f"{show(estimate.value)} {show(estimate.low):>5}-{show(estimate.high)}"


def _share(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def _whole(value: float) -> str:
    return f"{value:.0f}"


def _count(group: Group, topic: str) -> str:
    return f"{sum(outcome.topic == topic for outcome in group.outcomes):,}"


def _others(group: Group) -> str:
    return f"{_count(group, 'on-topic')}, {_count(group, 'off-topic')}"


def _line(first: str, cells: Sequence[str]) -> str:
    return (first[:_LABEL].ljust(_LABEL) + "".join(cell.rjust(_CELL) for cell in cells)).rstrip()


def _folded(title: str) -> list[str]:
    """Return a title in lines that fit a column."""
    lines = [""]
    for word in title.split():
        if lines[-1] and len(lines[-1]) + len(word) + 1 >= _CELL:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()[: _CELL - 1]
    return lines
