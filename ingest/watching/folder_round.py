"""A round of a folder: files are opened only if their size or time has changed since they were read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

from ingest.sources.addresses import shown_path
from ingest.sources.draft import Problem
from ingest.sources.files import SourceFile, discover
from ingest.sources.walk import read_files
from ingest.watching.desk import GONE, Desk
from ingest.watching.items import Item
from ingest.watching.remembered import Standing
from ingest.watching.tools import SharedAllowance, Tools
from ingest.web.gathering import is_older
from retrieval.errors import ArticleError

SUDDENLY_EMPTY = "has no files any more, although it had some; nothing was removed"


class FolderRound:
    """Reads the files of a folder and gives their articles to the desk."""

    def __init__(
        self, desk: Desk, tools: Tools, allowance: SharedAllowance, since: str | None, accept_gone: bool
    ) -> None:
        """Take the desk, what parses, how many files may be read; `accept_gone`: that all files are gone may be true."""
        self._desk = desk
        self._tools = tools
        self._allowance = allowance
        self._since = since
        self._accept_gone = accept_gone
        self._known: Mapping[str, Item] = {}

    def run(self, standing: Standing) -> None:
        """Read what is new or has changed, and remember what is no longer there.

        Raises:
            ArticleError: the folder is missing, cannot be read, or is suddenly empty.
            CitegramError: something could not be stored or remembered.
        """
        self._known = self._desk.state.items(standing.number)
        [address] = self._desk.source.addresses
        folder = os.path.realpath(address)
        problems: list[Problem] = []
        files = list(discover([folder], problems.append, lambda name: None))
        whole = next((problem for problem in problems if problem.name == shown_path(folder)), None)
        if whole is not None and files == [] and not _is_empty(folder):
            raise ArticleError(whole.reason)
        there = any(item.gone < GONE for item in self._known.values())
        if files == [] and there and not self._accept_gone:
            raise ArticleError(SUDDENLY_EMPTY)
        self._tell([problem for problem in problems if files or problem is not whole])
        for file in files:
            if not self._look_at(file):
                break
        self._desk.wait()
        unread = [problem.name for problem in problems if problem is not whole]
        self._missing({shown_path(file.path) for file in files}, unread)

    def _look_at(self, file: SourceFile) -> bool:
        """Read a file if it is new or has changed; return whether there may be more."""
        self._desk.demand_going_on()
        key = shown_path(file.path)
        before = self._known.get(key)
        try:
            status = os.stat(file.path)
        except OSError:  # it has just gone, which the next round will see
            return True
        item = replace(before or Item(key, file.name), name=file.name, size=status.st_size, mtime=status.st_mtime_ns)
        as_before = before is not None and (before.size, before.mtime, before.gone) == (item.size, item.mtime, 0)
        if before is not None and as_before and not (before.error and before.next_check <= self._desk.now()):
            self._desk.report.unchanged += 0 if before.error else len(before.articles)
            return True
        if not self._allowance.take():
            return False
        self._read(file, item, before, told_before=as_before)
        return True

    def _read(self, file: SourceFile, item: Item, before: Item | None, *, told_before: bool) -> None:
        """Read a file; what fails in it is told, unless that was done before it was tried once more as it was."""
        work = self._desk.work(item, before)
        problems: list[Problem] = []
        whole = True
        found = read_files(
            [file], problems.append, lambda name: None, self._tools.workers, lambda line: self._desk.notice(line)
        )
        for draft in found:
            self._desk.demand_going_on()
            if is_older(draft, self._desk.source.since):
                whole = False
            elif is_older(draft, self._since):
                whole = False
                work.item = replace(item, size=-1)  # it is of interest the next time, when nobody says otherwise
            else:
                work.offer(draft)
        if not told_before:
            for problem in problems:
                self._desk.problem(problem.name, problem.reason)
        work.close(whole=whole, error=problems[0].reason if problems else "")

    def _tell(self, problems: list[Problem]) -> None:
        """Tell what cannot be read in the folder, each once."""
        self._desk.forget_problems(self._known, {problem.name for problem in problems})
        for problem in problems:
            before = self._known.get(problem.name)
            if before is None or before.error != problem.reason:
                self._desk.failing(before or Item(problem.name, problem.name), before, problem.reason)

    def _missing(self, there: set[str], unread: list[str]) -> None:
        """Remember what is gone; what lies in a place that cannot be read may still be there."""
        for key, item in self._known.items():
            hidden = any(key == place or key.startswith(place + os.sep) for place in unread)
            if key not in there and not hidden and item.gone < GONE and item.mtime >= 0:
                self._desk.vanished(item)


def _is_empty(folder: str) -> bool:
    """Return whether a folder is there and can be read, so that having no articles is all that is the matter with it."""
    try:
        os.listdir(folder)
    except OSError:
        return False
    return True
