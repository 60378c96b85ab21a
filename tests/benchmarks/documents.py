"""What becomes of each document of a folder: read, or refused with which reason, how long it took and in what memory."""

from __future__ import annotations

import os
import re
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from ingest.sources.draft import Problem
from ingest.sources.files import KINDS, kind_of
from ingest.sources.walk import read_articles
from ingest.worker import Limits
from ingest.workers import Workers

_QUOTED = re.compile(r'"[^"]*"(?:, "[^"]*")*')


@dataclass
class _Outcomes:
    files: int = 0
    read: int = 0
    articles: int = 0
    slowest: float = 0.0
    most: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


def run(folder: Path) -> None:
    """Read every file below a folder on its own and print a table by kind."""
    outcomes: dict[str, _Outcomes] = defaultdict(_Outcomes)
    others: Counter[str] = Counter()
    with Workers(1) as workers:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            if kind_of(path.name) is None:
                others[path.suffix.lower() or path.name] += 1
            else:
                _read(path, workers, outcomes[path.suffix.lower()])
    _print(outcomes, others)


def _read(path: Path, workers: Workers, outcome: _Outcomes) -> None:
    problems: list[Problem] = []
    began = time.perf_counter()
    articles = sum(1 for _ in read_articles([os.fspath(path)], problems.append, workers=workers))
    outcome.slowest = max(outcome.slowest, time.perf_counter() - began)
    outcome.most = max([outcome.most, *map(_peak, psutil.Process().children())])
    outcome.files += 1
    outcome.read += bool(articles)
    outcome.articles += articles
    outcome.reasons.update(_QUOTED.sub("...", problem.reason) for problem in problems)


def _peak(process: psutil.Process) -> int:
    """Return the most bytes that a process has had in memory, on Linux; one that is dead was within its limit."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return 0
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 if "VmHWM:" in status else 0


def _print(outcomes: dict[str, _Outcomes], others: Counter[str]) -> None:
    print("| kind | files | read | articles | slowest, s | most memory, MB | refused |\n|---|---|---|---|---|---|---|")
    for suffix in sorted(outcomes, key=list(KINDS).index):
        one = outcomes[suffix]
        reasons = "; ".join(f"{count}: {reason}" for reason, count in one.reasons.most_common())
        figures = f"{one.files} | {one.read} | {one.articles} | {one.slowest:.2f} | {one.most / 1e6:.0f}"
        print(f"| `{suffix}` | {figures} | {reasons or '-'} |")
    if others:
        print("Of kinds that are not read:", ", ".join(f"{count} {suffix}" for suffix, count in others.most_common()))
    print(f"A worker may take {Limits().seconds} s and {Limits().memory / 1e6:.0f} MB for a document.")
