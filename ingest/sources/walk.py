"""Paths as an operator names them to the articles in them, one by one; what fails is reported and passed over."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ingest.documents.table import read_table
from ingest.normalize import canonical_text
from ingest.sources.addresses import shown_path
from ingest.sources.archives import archive_members
from ingest.sources.assemble import assemble
from ingest.sources.decode import decode
from ingest.sources.draft import Draft, Found, Place, Problem
from ingest.sources.files import SUPPORTED, Extent, Kind, SourceFile, discover, kind_of, measure, open_file, unreadable
from ingest.sources.jsonl import read_jsonl
from ingest.sources.text import read_text
from ingest.workers import Job, Workers
from retrieval.errors import ArticleError

__all__ = ["Draft", "Extent", "Problem", "measure", "read_articles", "read_files"]

# Bytes that are read whole. A page takes 25 times its size in memory, Markdown a third of that; other documents as much
# as their worker allows them.
_LARGEST: dict[Kind, int] = {
    "text": 200_000_000, "markdown": 50_000_000, "html": 20_000_000, "pdf": 100_000_000, "docx": 100_000_000,
    "epub": 100_000_000, "email": 50_000_000, "telegram": 50_000_000,
}  # fmt: skip

_STREAMED: tuple[Kind, ...] = ("text", "jsonl", "table")  # read here, when their turn comes
_AHEAD = 3  # documents handed to the workers before the first of them is waited for
_UNREAD = (ArticleError, OSError, MemoryError)

# How the reasons begin by which files are told that are something else altogether: data and settings have these suffixes.
_OF_ANOTHER_KIND: dict[Kind, str] = {"telegram": "is JSON of another kind", "table": 'has no column "text"'}


@dataclass(frozen=True, slots=True)
class _Content:
    """Something that holds articles: a file, or a file in an archive."""

    kind: Kind
    place: Place
    open: Callable[[], io.BufferedReader]


@dataclass(frozen=True, slots=True)
class _Stray:
    """A file that nobody named and that is of another kind than its suffix lets expect."""

    name: str
    reason: str
    size: int


_Outcome = Draft | Problem | _Stray


def read_articles(
    paths: Sequence[str],
    on_problem: Callable[[Problem], None],
    on_skipped: Callable[[str], None] = lambda name: None,
    workers: Workers | None = None,
    on_notice: Callable[[str], None] = lambda line: None,
) -> Iterator[Draft]:
    """Yield the articles that the files and folders `paths` hold, read one at a time as they are asked for.

    Nothing that a file contains raises: what cannot be read goes to `on_problem` and the rest goes on. Files of unknown
    kinds inside folders and archives go to `on_skipped` by name; so do JSON that is no Telegram export and tables
    without a column of texts, of which `on_notice` gets a line. The sizes of drafts and problems add up to the bytes of
    `measure(paths)`, but for what is skipped or blank at the very end. Documents are parsed in `workers`, or in some
    that live as long as this call, a few documents ahead of what is asked for.
    """
    parsing = workers or Workers()
    try:
        yield from read_files(discover(paths, on_problem, on_skipped), on_problem, on_skipped, parsing, on_notice)
    finally:
        if workers is None:
            parsing.close()


def read_files(
    files: Iterable[SourceFile],
    on_problem: Callable[[Problem], None],
    on_skipped: Callable[[str], None],
    workers: Workers,
    on_notice: Callable[[str], None],
) -> Iterator[Draft]:
    """Yield the articles of files that `discover` has found, as `read_articles` does."""
    passed = 0
    for outcome in _read(files, workers, on_skipped):
        if isinstance(outcome, _Stray):
            passed += outcome.size
            on_skipped(outcome.name)
            on_notice(f"{outcome.name}: skipped: {outcome.reason}")
            continue
        if passed:
            outcome = replace(outcome, size=outcome.size + passed)
            passed = 0
        if isinstance(outcome, Draft):
            yield outcome
        else:
            on_problem(outcome)


def _read(files: Iterable[SourceFile], workers: Workers, on_skipped: Callable[[str], None]) -> Iterator[_Outcome]:
    parsed: deque[Iterator[_Outcome]] = deque()
    for file in files:
        place = Place(file.name, shown_path(file.path), file.size)
        content = _Content(file.kind, place, partial(open_file, file.path))
        if file.kind in _STREAMED or file.kind == "archive":
            yield from _drained(parsed, 0)
            archived = file.kind == "archive"
            yield from (
                _settled(_in_archive(file, place, workers, on_skipped), file.size)
                if archived
                else _told(_streamed(content), file.kind, file.named)
            )
        else:
            parsed.append(_told(_parsed(content, workers), file.kind, file.named))
            yield from _drained(parsed, _AHEAD)
    yield from _drained(parsed, 0)


def _drained(parsed: deque[Iterator[_Outcome]], left: int) -> Iterator[_Outcome]:
    while len(parsed) > left:
        yield from parsed.popleft()


def _told(outcomes: Iterator[Draft | Problem], kind: Kind, named: bool) -> Iterator[_Outcome]:
    """Tell files that are something else altogether from those that fail, unless they were named outright."""
    other = _OF_ANOTHER_KIND.get(kind)
    return outcomes if named or other is None else (_stray(outcome, other) or outcome for outcome in outcomes)


def _stray(outcome: Draft | Problem, other: str) -> _Stray | None:
    if isinstance(outcome, Problem) and outcome.reason.startswith(other):
        return _Stray(outcome.name, outcome.reason, outcome.size)
    return None


def _parsed(content: _Content, workers: Workers) -> Iterator[Draft | Problem]:
    """Hand a document in at once, and return its articles for later."""
    try:
        job = workers.submit(content.kind, _bytes(content))
    except _UNREAD as error:
        return iter((_problem(error, content.place),))
    return _assembled(job, content.place)


def _streamed(content: _Content) -> Iterator[Draft | Problem]:
    try:
        if content.kind in ("jsonl", "table"):
            with content.open() as stream:
                yield from (read_jsonl if content.kind == "jsonl" else read_table)(stream, content.place)
        else:
            yield assemble(_found(content), content.place)
    except _UNREAD as error:
        yield _problem(error, content.place)


def _problem(error: Exception, place: Place) -> Problem:
    if isinstance(error, MemoryError):
        return Problem(place.name, "takes more memory than there is; split it", place.size)
    return Problem(place.name, unreadable(error) if isinstance(error, OSError) else str(error), place.size)


def _assembled(job: Job, whole: Place) -> Iterator[Draft | Problem]:
    """Yield the articles of a document; the first one carries its bytes."""
    size = whole.size
    try:
        parts = job.result()
    except ArticleError as error:
        yield _problem(error, whole)
        return
    for part in parts:
        place = Place(
            f"{whole.name}/{part.name}" if part.name else whole.name,
            shown_path(f"{whole.origin}!{part.name}" if part.name else whole.origin),
            size,
        )
        size = 0
        try:
            yield Problem(place.name, part.problem, place.size) if part.problem else assemble(part.found, place)
        except ArticleError as error:
            yield Problem(place.name, str(error), place.size)


def _in_archive(
    file: SourceFile, whole: Place, workers: Workers, on_skipped: Callable[[str], None]
) -> Iterator[_Outcome]:
    empty = True
    try:
        for member in archive_members(file.path):
            name = f"{whole.name}/{member.name}"
            kind = kind_of(member.name)
            if member.refused:
                yield Problem(name, member.refused)
            elif kind is None:
                on_skipped(name)
                continue
            else:
                place = Place(name, f"{whole.origin}!{member.name}", member.size)
                content = _Content(kind, place, member.open)
                outcomes = _streamed(content) if kind in _STREAMED else _parsed(content, workers)
                for outcome in _told(outcomes, kind, named=False):
                    empty = empty and isinstance(outcome, _Stray)
                    yield outcome
                continue
            empty = False
        if empty:
            yield Problem(whole.name, f"contains no articles; read are {SUPPORTED}")
    except _UNREAD as error:
        yield _problem(error, whole)


def _settled(outcomes: Iterator[_Outcome], size: int) -> Iterator[_Outcome]:
    """Give what comes of an archive the size of the archive in all: what is unpacked is no measure of what was read."""
    before: _Outcome | None = None
    for outcome in outcomes:
        if before is not None:
            taken = min(before.size, size)
            size -= taken
            yield replace(before, size=taken)
        before = outcome
    if before is not None:
        yield replace(before, size=size)


def _found(content: _Content) -> Found:
    decoded = decode(_bytes(content))
    found = read_text(canonical_text(decoded.text))
    return replace(found, notices=decoded.notices + found.notices)


def _bytes(content: _Content) -> bytes:
    largest, size = _LARGEST[content.kind], content.place.size
    data = b""
    if size <= largest:
        with content.open() as stream:
            data = stream.read(largest + 1)
    if size > largest or len(data) > largest:
        raise ArticleError(f"is larger than {largest // 1_000_000} MB; split it, or write its articles as JSON Lines")
    return data
