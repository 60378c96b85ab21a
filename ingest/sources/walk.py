"""Paths as an operator names them to the articles in them, one by one; what fails is reported and passed over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from ingest.normalize import canonical_text
from ingest.sources.addresses import shown_path
from ingest.sources.assemble import assemble
from ingest.sources.decode import decode, decode_page
from ingest.sources.draft import Draft, Found, Place, Problem
from ingest.sources.files import Extent, SourceFile, discover, measure, open_file, unreadable
from ingest.sources.jsonl import read_jsonl
from ingest.sources.text import read_text
from retrieval.errors import ArticleError

__all__ = ["Draft", "Extent", "Problem", "measure", "read_articles"]

# Bytes that are read whole. A page takes 25 times its size in memory, Markdown a third of that.
_LARGEST = {"text": 200_000_000, "markdown": 50_000_000, "html": 20_000_000}


def read_articles(
    paths: Sequence[str],
    on_problem: Callable[[Problem], None],
    on_skipped: Callable[[str], None] = lambda name: None,
) -> Iterator[Draft]:
    """Yield the articles that the files and folders `paths` hold, read one at a time as they are asked for.

    Nothing that a file contains raises: what cannot be read goes to `on_problem` and the rest goes on. Files of
    unknown kinds inside folders go to `on_skipped` by name. The sizes of drafts and problems add up to the bytes of
    `measure(paths)`, but for blank lines at the end of a JSON Lines file.
    """
    for file in discover(paths, on_problem, on_skipped):
        for outcome in _read(file):
            if isinstance(outcome, Draft):
                yield outcome
            else:
                on_problem(outcome)


def _read(file: SourceFile) -> Iterator[Draft | Problem]:
    place = Place(file.name, shown_path(file.path), file.size)
    try:
        if file.kind == "jsonl":
            with open_file(file.path) as stream:
                yield from read_jsonl(stream, place)
        else:
            yield assemble(_found(file), place)
    except ArticleError as error:
        yield Problem(file.name, str(error), file.size)
    except OSError as error:
        yield Problem(file.name, unreadable(error), file.size)
    except MemoryError:
        yield Problem(file.name, "takes more memory than there is; split it", file.size)


def _found(file: SourceFile) -> Found:
    data = _content(file)
    if file.kind == "html":
        from ingest.sources.html import read_html

        return read_html(decode_page(data))
    decoded = decode(data)
    text = canonical_text(decoded.text)
    if file.kind == "markdown":
        from ingest.sources.markdown import read_markdown

        found = read_markdown(text)
    else:
        found = read_text(text)
    return replace(found, notices=decoded.notices + found.notices)


def _content(file: SourceFile) -> bytes:
    largest = _LARGEST[file.kind]
    with open_file(file.path) as stream:
        data = stream.read(largest + 1) if file.size <= largest else b""
    if file.size > largest or len(data) > largest:
        raise ArticleError(f"is larger than {largest // 1_000_000} MB; split it, or write its articles as JSON Lines")
    return data
