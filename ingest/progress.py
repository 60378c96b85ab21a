"""How an ingest run tells what it does: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ingest.pipeline import Done
from ingest.sources.draft import Problem

if TYPE_CHECKING:
    from tqdm import tqdm

_UNCHANGED_LINES = 20  # unchanged articles named one by one before the summary speaks for the rest


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

    def __init__(self, total_bytes: int) -> None:
        """Show a bar when standard error is a terminal."""
        self.summary = Summary()
        self._bar: tqdm[Any] | None = _bar(total_bytes) if sys.stderr.isatty() else None

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
        self._advance(done.size)

    def problem(self, problem: Problem) -> None:
        """Tell why something holds no article."""
        self._failed(problem.name, problem.reason)
        self._advance(problem.size)

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
            self._bar.close()

    def _failed(self, name: str, reason: str) -> None:
        self.summary.failed.append({"name": name, "reason": reason})
        self.line(f"{name}: failed: {reason}")

    def _advance(self, size: int) -> None:
        if self._bar is not None:
            self._bar.set_postfix_str(f"{self.summary.new + self.summary.updated} articles", refresh=False)
            self._bar.update(size)


def _bar(total_bytes: int) -> tqdm[Any]:
    from tqdm import tqdm

    return tqdm(total=total_bytes, unit="B", unit_scale=True, desc="ingest", file=sys.stderr, dynamic_ncols=True)
