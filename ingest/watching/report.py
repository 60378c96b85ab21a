"""What a round of a source did, and how that is told."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ingest.pipeline import Done


@dataclass(slots=True)
class Report:
    """What came of one round; filled while it goes on."""

    name: str
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    """Articles of what was looked at and is as it was."""
    gone: int = 0
    passages: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)
    """Pages and files that could not be read, each told when it begins to fail and when its reason changes."""
    error: str = ""
    """Why the source failed as a whole; empty when it did not."""
    next: float = 0.0
    """When it is to be read again, in seconds since 1970."""
    asked: bool = True
    """Whether it was read at all; a source that backs off is not."""

    @property
    def did_anything(self) -> bool:
        """Whether there is something to tell of it."""
        return bool(self.new or self.updated or self.gone or self.failed or (self.error and self.asked))

    def as_json(self) -> dict[str, Any]:
        """Return the report as an entry of `sources` in `refresh --json`."""
        return {
            "name": self.name, "new": self.new, "updated": self.updated, "unchanged": self.unchanged, "gone": self.gone,
            "failed": self.failed, "error": self.error or None, "next": moment(self.next),
        }  # fmt: skip


def totals(reports: Sequence[Report], *, index: str, stopped: bool, data_dir: str, seconds: float) -> dict[str, Any]:
    """Return what several rounds did, as the JSON object of `refresh`: the summary of an ingest, and the sources."""
    return {
        "new": sum(report.new for report in reports),
        "updated": sum(report.updated for report in reports),
        "unchanged": sum(report.unchanged for report in reports),
        "gone": sum(report.gone for report in reports),
        "failed": [failed for report in reports for failed in report.failed],
        "passages": sum(report.passages for report in reports),
        "stopped": stopped, "index": index, "data_dir": data_dir, "seconds": round(seconds, 2),
        "sources": [report.as_json() for report in reports],
    }  # fmt: skip


def sentence(told: dict[str, Any]) -> str:
    """Return the same for people."""
    stopped = "Stopped: " if told["stopped"] else ""
    behind = "" if told["index"] == "up to date" else f"\n{told['index']}"
    failing = sum(bool(source["error"]) for source in told["sources"])
    return (
        f"{stopped}{told['new']} new, {told['updated']} updated, {told['unchanged']} unchanged, {told['gone']} gone, "
        f"{len(told['failed'])} failed; {failing} of {len(told['sources'])} sources fail; {told['passages']} passages in "
        f"{told['seconds']:.1f} s, in {told['data_dir']}{behind}"
    )


def moment(at: float | None) -> str | None:
    """Return a time, in seconds since 1970, as ISO 8601 in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds") if at else None


class Teller:
    """Tells an operator, line by line on standard error, what several threads find."""

    def __init__(self) -> None:
        """Have told nothing yet."""
        self._lock = threading.Lock()

    def line(self, text: str) -> None:
        """Write one line."""
        with self._lock:
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()

    def done(self, done: Done) -> None:
        """Tell of an article that is new or has changed, and of what was not taken as it stands."""
        if done.kind in ("new", "updated"):
            self.line(f"{done.name}: {done.kind}" + (f", {done.passages} passages" if done.passages else ""))
            for notice in done.notices:
                self.line(f"{done.name}: {notice}")

    def failed(self, name: str, reason: str) -> None:
        """Tell why something could not be read."""
        self.line(f"{name}: failed: {reason}")
