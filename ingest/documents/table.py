"""Tables of articles (CSV), one a row: read as a stream, whatever the delimiter and the encoding."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.normalize import one_line
from ingest.sources.assemble import assemble
from ingest.sources.decode import encoding_of
from ingest.sources.draft import FIELDS, Draft, Found, Place, Problem
from retrieval.errors import ArticleError

_LONGEST_FIELD = 20_000_000  # characters; an open quotation mark would else take the rest of the file into one field
_LONGEST_LINE = 50_000_000  # characters
_SAMPLED = 1_000_000  # bytes by which the encoding is told
_DELIMITERS = ",;\t|"
_MOST_COLUMNS = 1_000
_SHOWN = 20  # columns named in an error


@dataclass(slots=True)
class _Lines:
    """The lines of a stream, counted in lines and bytes."""

    stream: io.TextIOBase
    encoding: str
    number: int = 0
    size: int = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.stream.readline(_LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(line) == _LONGEST_LINE:
            raise ArticleError(f"has a line of more than {_LONGEST_LINE // 1_000_000} million characters; split it")
        self.number += 1
        self.size += len(line.encode(self.encoding, "replace"))
        return line.replace("\0", "")


def read_table(stream: io.BufferedReader, place: Place) -> Iterator[Draft | Problem]:
    """Yield the article in each row of a table whose first row names the columns, in memory of one row.

    The columns mean what they are called (`FIELDS`, in any case); every other column is metadata. An empty cell says
    nothing. Names have the line at which the row begins, as in `news.csv:12`.

    `stream` can be moved back to its start.

    Raises:
        ArticleError: there is no column "text".
        OSError: reading fails; what was yielded before stands.
    """
    told = encoding_of(stream.read(_SAMPLED))
    stream.seek(0)
    text = io.TextIOWrapper(stream, told.encoding, errors="replace", newline="")
    lines = _Lines(text, told.encoding)
    try:
        yield from _rows(lines, place, told.notices)
    finally:
        text.detach()  # the stream is the caller's to close


def _rows(lines: _Lines, place: Place, notices: tuple[str, ...]) -> Iterator[Draft | Problem]:
    first = next(lines, "").lstrip("\ufeff")
    delimiter = max(_DELIMITERS, key=first.count)
    csv.field_size_limit(_LONGEST_FIELD)
    rows = csv.reader(_chained(first, lines), delimiter=delimiter)
    columns = _columns(rows)
    number, passed = lines.number + 1, 0
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            size, passed = lines.size - passed, lines.size
            yield Problem(
                f"{place.name}:{number}", f"is no row of a table ({error}); correct its quotation marks", size
            )
            number = lines.number + 1
            continue
        if row is None:
            return
        if any(cell.strip() for cell in row):
            size, passed = lines.size - passed, lines.size
            at = Place(f"{place.name}:{number}", f"{place.origin}:{number}", size)
            yield _article(columns, row, at, notices)
            notices = ()
        number = lines.number + 1


def _chained(first: str, lines: _Lines) -> Iterator[str]:
    yield first
    yield from lines


def _columns(rows: Iterator[list[str]]) -> list[str]:
    try:
        names = [name.strip() for name in next(rows, [])]
    except csv.Error as error:
        raise ArticleError(f"has no first row that names its columns ({error}); add one") from error
    if len(names) > _MOST_COLUMNS:
        raise ArticleError(f"has {len(names)} columns; at most {_MOST_COLUMNS} are read")
    known = {name.lower(): name.lower() for name in FIELDS}
    columns = [known.get(name.lower(), name) for name in names]
    if "text" not in columns:
        named = ", ".join(f'"{shown}"' for name in names[:_SHOWN] if (shown := one_line(name[:40])))
        raise ArticleError(f'has no column "text"; its first row names {named or "none"}; name one of them text')
    twice = next((name for name in FIELDS if columns.count(name) > 1), None)
    if twice:
        raise ArticleError(f'has two columns "{twice}"; rename one')
    return columns


def _article(columns: list[str], row: list[str], at: Place, notices: tuple[str, ...]) -> Draft | Problem:
    cells = {name: cell for name, cell in zip(columns, row, strict=False) if name and cell.strip()}
    extra = sum(bool(cell.strip()) for cell in row[len(columns) :])
    if extra:
        notices = (*notices, f"{extra} cells beyond the last column were not read; are all commas in quotation marks?")
    if any("\ufffd" in cell for cell in cells.values()):
        notices = (*notices, "letters that are not valid in its encoding are shown as \ufffd")
    fields = {key: cells[key] for key in FIELDS if key in cells and key != "text"}
    metadata = {key: value for key, value in cells.items() if key not in FIELDS}
    try:
        return assemble(Found(cells.get("text", ""), fields, metadata, notices), at)
    except ArticleError as error:
        return Problem(at.name, str(error), at.size)
