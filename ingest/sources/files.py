"""Files and folders as an operator names them to the files that hold articles, each once, in a fixed order."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ingest.sources.addresses import shown_path
from ingest.sources.draft import Problem
from retrieval.errors import ArticleError

Kind = Literal["text", "markdown", "html", "jsonl"]

KINDS: dict[str, Kind] = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_SUPPORTED = ", ".join(KINDS)
_MISSING = "there is no such file or folder"
_NOT_A_FILE = "is neither a file nor a folder and was not opened"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read: its name as given, its resolved path, what it holds by its suffix, its size in bytes."""

    name: str
    path: str
    kind: Kind
    size: int


@dataclass(frozen=True, slots=True)
class Extent:
    """How much there is to read."""

    files: int
    bytes: int


def discover(
    paths: Sequence[str], on_problem: Callable[[Problem], None], on_skipped: Callable[[str], None]
) -> Iterator[SourceFile]:
    """Yield the files of known kinds that `paths` name or contain, depth first and sorted by name, each file once.

    In folders, hidden entries are passed over, files of other kinds go to `on_skipped`, links are followed only to
    files inside the folder. What is named outright and cannot be read is a problem.
    """
    seen: set[str] = set()
    for path in paths:
        found = _named(path, on_problem, on_skipped)
        for file in found:
            if file.path not in seen:
                seen.add(file.path)
                yield file


def measure(paths: Sequence[str]) -> Extent:
    """Return how many files `read_articles` will read, and their bytes: the total of a progress bar; opens none."""
    sizes = [file.size for file in discover(paths, lambda problem: None, lambda name: None)]
    return Extent(len(sizes), sum(sizes))


def open_file(path: str) -> io.BufferedReader:
    """Open a regular file for reading; anything else (a FIFO put in its place) is refused without waiting for it.

    Raises:
        ArticleError: it is no regular file.
        OSError: it cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ArticleError(_NOT_A_FILE)
    return os.fdopen(descriptor, "rb")


def unreadable(error: OSError) -> str:
    """Return the reason to give for a file or folder that the system refuses."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return _MISSING
    if isinstance(error, PermissionError):
        return "may not be read by this user; change its permissions"
    return f"cannot be read ({(error.strerror or 'input/output error').lower()}); check the path and the disk"


def _named(path: str, on_problem: Callable[[Problem], None], on_skipped: Callable[[str], None]) -> Iterator[SourceFile]:
    try:
        status = os.stat(path)
        resolved = os.path.realpath(path, strict=True)
    except OSError as error:
        on_problem(Problem(shown_path(path), unreadable(error)))
        return
    except ValueError:  # a NUL in the name
        on_problem(Problem(shown_path(path), _MISSING))
        return
    kind = _kind(path)
    if stat.S_ISDIR(status.st_mode):
        yield from _Folder(path, resolved, on_problem, on_skipped).files()
    elif not stat.S_ISREG(status.st_mode):
        on_problem(Problem(shown_path(path), _NOT_A_FILE))
    elif kind is None:
        on_problem(Problem(shown_path(path), f"is of a kind that is not read; read are {_SUPPORTED}", status.st_size))
    else:
        yield SourceFile(shown_path(path), resolved, kind, status.st_size)


class _Folder:
    """A walk through one named folder."""

    def __init__(
        self, name: str, resolved: str, on_problem: Callable[[Problem], None], on_skipped: Callable[[str], None]
    ) -> None:
        self._name = name
        self._resolved = resolved
        self._on_problem = on_problem
        self._on_skipped = on_skipped

    def files(self) -> Iterator[SourceFile]:
        empty = True
        pending = [self._name]
        while pending:
            path = pending.pop()
            if os.path.isdir(path) and (path == self._name or not os.path.islink(path)):
                pending.extend(reversed(self._entries(path)))
                continue
            file = self._file(path)
            if file is not None:
                empty = False
                yield file
        if empty:
            self._report(self._name, f"contains no articles; read are {_SUPPORTED}")

    def _entries(self, folder: str) -> list[str]:
        try:
            names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
        except OSError as error:
            self._report(folder, unreadable(error))
            return []
        return [os.path.join(folder, name) for name in names]

    def _file(self, path: str) -> SourceFile | None:
        kind = _kind(path)
        try:
            resolved = os.path.realpath(path, strict=True)
            status = os.stat(resolved)
        except OSError as error:  # a link to nothing or to itself, a file that has just gone
            if kind is not None:
                self._report(path, "is a link to nothing; remove it" if os.path.islink(path) else unreadable(error))
            return None
        folder, regular = stat.S_ISDIR(status.st_mode), stat.S_ISREG(status.st_mode)
        if kind is None and not folder:
            self._on_skipped(shown_path(path))
        elif os.path.commonpath((self._resolved, resolved)) != self._resolved:
            self._report(path, "is a link out of the folder and was not followed; name its target instead")
        elif kind is not None and regular:
            return SourceFile(shown_path(path), resolved, kind, status.st_size)
        elif not folder:
            self._report(path, _NOT_A_FILE)
        return None

    def _report(self, path: str, reason: str) -> None:
        self._on_problem(Problem(shown_path(path), reason))


def _kind(path: str) -> Kind | None:
    return KINDS.get(os.path.splitext(path)[1].lower())
