"""Reads paths and keeps all that comes of it."""

from dataclasses import dataclass, field
from pathlib import Path

from ingest.sources.draft import Draft, Problem
from ingest.sources.walk import read_articles
from ingest.workers import Workers

WORKERS = Workers()
"""Some for all tests of a process, as each start takes a while; they end with the process."""


@dataclass
class Outcome:
    drafts: list[Draft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def only(self) -> Draft:
        assert not self.problems
        [draft] = self.drafts
        return draft

    def reason(self) -> str:
        assert not self.drafts
        [problem] = self.problems
        return problem.reason


def read(*paths: Path | str) -> Outcome:
    outcome = Outcome()
    outcome.drafts.extend(
        read_articles(
            list(map(str, paths)), outcome.problems.append, outcome.skipped.append, WORKERS, outcome.notices.append
        )
    )
    return outcome


def read_content(folder: Path, name: str, content: str | bytes) -> Outcome:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(path)
