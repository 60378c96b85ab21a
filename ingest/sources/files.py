"""Files and folders as an operator names them to the files that hold articles, each once, in a fixed order."""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ingest.sources.addresses import shown_path
from ingest.sources.draft import Problem
from retrieval.errors import ArticleError

Kind = Literal[
    "text", "markdown", "html", "jsonl", "table", "pdf", "docx", "epub", "email", "telegram", "archive"
]  # fmt: skip

KINDS: dict[str, Kind] = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "table",
    ".tsv": "table",
    ".pdf": "pdf",
    ".docx": "docx",
    ".epub": "epub",
    ".eml": "email",
    ".json": "telegram",
    ".zip": "archive",
    ".tar": "archive",
    ".tar.gz": "archive",
    ".tgz": "archive",
}
SUPPORTED = ", ".join(KINDS)
"""The suffixes that are read, as errors name them."""

_SPARSE = 50  # times fewer bytes on the disk than the file says it has; what packs its files reaches 10
_SPARSE_FROM = 100_000_000  # bytes
_MISSING = "there is no such file or folder"
_ADDRESS = re.compile(r"(?:[\w-]{1,63}\.)+[A-Za-z]{2,20}(?::\d+)?(?:/.*)?", re.DOTALL)  # one without `https://`
_WHOLE = "write the address with its https://"
_NOT_A_FILE = "is neither a file nor a folder and was not opened"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read: its name as given, its resolved path, what it holds by its suffix, its size in bytes."""

    name: str
    path: str
    kind: Kind
    size: int
    named: bool = True
    """Whether an operator named it; else it was found in a folder that was."""


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
        ArticleError: it is no regular file, or one of many bytes of which the disk holds hardly any.
        OSError: it cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    status = os.fstat(descriptor)
    regular, sparse = stat.S_ISREG(status.st_mode), _is_sparse(status)
    if not regular or sparse:
        os.close(descriptor)
        raise ArticleError("is a sparse file, which has nothing in it but its length" if regular else _NOT_A_FILE)
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
        on_problem(Problem(shown_path(path), _meant_as_address(path) or unreadable(error)))
        return
    except ValueError:  # a NUL in the name
        on_problem(Problem(shown_path(path), _MISSING))
        return
    kind = kind_of(path)
    if stat.S_ISDIR(status.st_mode):
        yield from _Folder(path, resolved, on_problem, on_skipped).files()
    elif not stat.S_ISREG(status.st_mode):
        on_problem(Problem(shown_path(path), _NOT_A_FILE))
    elif kind is None:
        on_problem(Problem(shown_path(path), f"is of a kind that is not read; read are {SUPPORTED}", status.st_size))
    else:
        yield SourceFile(shown_path(path), resolved, kind, status.st_size)


def _meant_as_address(path: str) -> str:
    """Return the reason to give for what is no file and looks like an address, empty when it does not."""
    plain = kind_of(path) is not None and "/" not in path
    return (
        "" if plain or not _ADDRESS.fullmatch(path) or os.path.lexists(path) else f"{_MISSING}; for the web, {_WHOLE}"
    )


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
            self._report(self._name, f"contains no articles; read are {SUPPORTED}")

    def _entries(self, folder: str) -> list[str]:
        try:
            names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
        except OSError as error:
            self._report(folder, unreadable(error))
            return []
        return [os.path.join(folder, name) for name in names]

    def _file(self, path: str) -> SourceFile | None:
        kind = kind_of(path)
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
            return SourceFile(shown_path(path), resolved, kind, status.st_size, named=False)
        elif not folder:
            self._report(path, _NOT_A_FILE)
        return None

    def _report(self, path: str, reason: str) -> None:
        self._on_problem(Problem(shown_path(path), reason))


def kind_of(path: str) -> Kind | None:
    """Return what a file holds by the end of its name, or None when that is not read."""
    name = path.lower()
    return KINDS[".tar.gz"] if name.endswith(".tar.gz") else KINDS.get(os.path.splitext(name)[1])


def _is_sparse(status: os.stat_result) -> bool:
    held = getattr(status, "st_blocks", None)  # of 512 bytes, on every system that counts them
    return held is not None and status.st_size > _SPARSE_FROM and held * 512 * _SPARSE < status.st_size
