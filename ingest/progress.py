"""How an ingest run tells what it does: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ingest.metering import Meter, shown_bytes, shown_pace
from ingest.pipeline import Done
from ingest.sources.draft import Problem

if TYPE_CHECKING:
    from tqdm import tqdm

_UNCHANGED_LINES = 20  # unchanged articles named one by one before the summary speaks for the rest
_QUIET_SECONDS = 30.0  # between two lines on how far a run is, where there is no terminal
_BAR = "{desc}: {percentage:3.0f}%|{bar}|{postfix}"  # tqdm puts `, ` before the postfix
_NO_BAR = "{desc}{postfix}"


@dataclass(slots=True)
class Summary:
    """What a run has done so far."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    passages: int = 0
    skipped: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)
    stopped: bool = False
    index: str = "up to date"

    def as_json(self, data_dir: str, seconds: float) -> dict[str, Any]:
        """Return the summary as the JSON object of `ingest --json`."""
        return {
            "new": self.new, "updated": self.updated, "unchanged": self.unchanged, "failed": self.failed,
            "skipped": self.skipped, "passages": self.passages, "stopped": self.stopped, "index": self.index,
            "data_dir": data_dir, "seconds": round(seconds, 2),
        }  # fmt: skip

    def sentence(self, data_dir: str, seconds: float) -> str:
        """Return the summary for people."""
        counts = f"{self.new} new, {self.updated} updated, {self.unchanged} unchanged, {len(self.failed)} failed"
        skipped = f"; {self.skipped} files of other kinds skipped" if self.skipped else ""
        stopped = "Stopped: " if self.stopped else ""
        behind = "" if self.index == "up to date" else f"\n{self.index}"
        return f"{stopped}{counts}{skipped}; {self.passages} passages in {seconds:.1f} s, in {data_dir}{behind}"


class Reporter:
    """Tells of each article and keeps the summary. Everything goes to standard error."""

    def __init__(self, total_bytes: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Show a bar when standard error is a terminal, and else a line now and then in a long run.

        `total_bytes` is what there is to read; 0 where that is not known, as on the web, whose pages are counted instead
        as they are found (`expect`).
        """
        self.summary = Summary()
        self._in_bytes = total_bytes > 0
        self._clock = clock
        self._meter = Meter(total_bytes, clock)
        self._told_at = clock()
        self._bar: tqdm[Any] | None = _bar(total_bytes) if sys.stderr.isatty() else None

    def expect(self, pages: int) -> None:
        """Take note that so many pages more are to be read."""
        if not self._in_bytes:
            self._meter.total += pages

    def done(self, done: Done) -> None:
        """Tell what became of an article."""
        if done.kind == "failed":
            self._failed(done.name, done.reason)
        else:
            setattr(self.summary, done.kind, getattr(self.summary, done.kind) + 1)
            self.summary.passages += done.passages
            if self._bar is None and (done.kind != "unchanged" or self.summary.unchanged <= _UNCHANGED_LINES):
                self.line(f"{done.name}: {done.kind}" + (f", {done.passages} passages" if done.passages else ""))
        for notice in done.notices:
            self.line(f"{done.name}: {notice}")
        self._advance(done.size, 1, done.passages)

    def problem(self, problem: Problem) -> None:
        """Tell why something holds no article."""
        self._failed(problem.name, problem.reason)
        self._advance(problem.size, 0, 0)

    def skipped(self, name: str) -> None:
        """Count a file of another kind."""
        self.summary.skipped += 1

    def line(self, text: str) -> None:
        """Write one line, above the bar if there is one."""
        if self._bar is not None:
            self._bar.write(text, file=sys.stderr)
        else:
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()

    def close(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.refresh()
            self._bar.close()

    def _failed(self, name: str, reason: str) -> None:
        self.summary.failed.append({"name": name, "reason": reason})
        self.line(f"{name}: failed: {reason}")

    def _advance(self, size: int, articles: int, passages: int) -> None:
        self._meter.add(size if self._in_bytes else 1, articles, passages)
        if self._bar is not None:
            self._bar.total = self._meter.total or None
            self._bar.bar_format = _BAR if self._meter.total else _NO_BAR
            self._bar.set_postfix_str(self._standing(), refresh=False)
            self._bar.update(size if self._in_bytes else 1)
        elif self._clock() - self._told_at >= _QUIET_SECONDS:
            self._told_at = self._clock()
            self.line(f"so far: {self._share()}{self._standing()}")

    def _share(self) -> str:
        if not self._in_bytes:
            return ""
        percent = min(100, 100 * self._meter.done // self._meter.total)
        return f"{percent} % of {shown_bytes(self._meter.total)}, "

    def _standing(self) -> str:
        pace = self._meter.pace()
        articles = f"{self._meter.articles} articles"
        if self._meter.total and not self._in_bytes:
            articles = f"{self._meter.done} of {self._meter.total} pages known so far"
        return articles if pace is None else f"{articles}, {shown_pace(pace)}"


def _bar(total_bytes: int) -> tqdm[Any]:
    from tqdm import tqdm

    bar_format = _BAR if total_bytes else _NO_BAR
    return tqdm(total=total_bytes or None, desc="ingest", file=sys.stderr, dynamic_ncols=True, bar_format=bar_format)
