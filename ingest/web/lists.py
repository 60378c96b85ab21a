"""Lists of addresses that an operator keeps in a file, or gives on standard input."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ingest.sources.addresses import shown_path
from ingest.sources.decode import decode
from ingest.sources.draft import Problem
from ingest.sources.files import open_file, unreadable
from ingest.web.links import Link
from retrieval.errors import ArticleError

STANDARD_INPUT = "-"
"""What to write in place of a file for the list that comes on standard input."""

_LARGEST = 10_000_000  # bytes


def read_list(path: str) -> Iterator[Link | Problem]:
    """Yield the addresses in a file, one a line; blank lines and those that begin with `#` are passed over."""
    name = "standard input" if path == STANDARD_INPUT else shown_path(path)
    try:
        text = decode(_bytes(path)).text
    except ArticleError as error:
        yield Problem(name, str(error))
        return
    except OSError as error:
        yield Problem(name, unreadable(error))
        return
    empty = True
    for address in map(str.strip, text.splitlines()):
        if address and not address.startswith("#"):
            empty = False
            yield Link(address, shown_path(address))
    if empty:
        yield Problem(name, "names no address; write one on each line")


def _bytes(path: str) -> bytes:
    if path == STANDARD_INPUT:
        data = _standard_input()
    else:
        with open_file(path) as stream:
            data = stream.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise ArticleError(f"is larger than {_LARGEST // 1_000_000} MB; split it")
    return data


def _standard_input() -> bytes:
    """Read it to its end, past Python's own stream: a thread that waits in there cannot be left behind at the end."""
    data = b""
    while len(data) <= _LARGEST and (piece := os.read(0, 65_536)):
        data += piece
    return data
