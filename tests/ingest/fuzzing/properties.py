"""What holds of every reader, whatever it is given: an article in its final form, or one line with the reason."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from ingest.documents.part import Part
from ingest.normalize import canonical_text, is_blank, one_line
from ingest.sources.assemble import assemble
from ingest.sources.draft import Draft, Found, Place, Problem
from retrieval.errors import ArticleError

PLACE = Place("a", "/a", 1)

_LONGEST_REASON = 2_000  # characters; what a table names as its columns is the longest
_SECONDS = 8.0  # of the processor for an input of some kilobytes; a hundred times the usual, as machines are busy


@contextmanager
def fit() -> Iterator[None]:
    """Let an `ArticleError` with a fit reason pass, and nothing else; in a moment."""
    began = time.process_time()
    try:
        yield
    except ArticleError as error:
        demand_line(str(error))
    assert time.process_time() - began < _SECONDS, "took too long"


def raised_in(error: Exception, package: str) -> bool:
    """Whether an error is a library's own."""
    return package in traceback.extract_tb(error.__traceback__)[-1].filename


def demand_line(text: str, longest: int = _LONGEST_REASON) -> None:
    """A reason or a notice is one line without controls, which a terminal would obey."""
    assert 0 < len(text) < longest, text
    assert canonical_text(text) == text, ascii(text)
    assert "\n" not in text, ascii(text)
    assert "\t" not in text, ascii(text)


def demand_articles(parts: Iterable[Part]) -> None:
    """The articles of a document, each in the form in which it is stored."""
    for part in parts:
        if part.problem:
            demand_line(part.problem)
        else:
            with fit():
                demand_draft(assemble(part.found, PLACE), part.found)


def demand_draft(draft: Draft, found: Found | None = None) -> None:
    article = draft.article
    assert canonical_text(article.text) == article.text
    assert not is_blank(article.text)
    for field in (article.title, article.author, article.source, article.url, article.language, article.published):
        assert field is None or one_line(field) == field, ascii(field)
    assert article.title
    json.dumps(
        [article.text, article.title, article.id, article.metadata], ensure_ascii=False, allow_nan=False
    ).encode()
    for notice in draft.notices:
        demand_line(notice)
    if found is not None and "pages" in found.metadata:
        starts = found.metadata["pages"]
        assert found.text == article.text, "the offsets of pages are those of another text"
        assert starts == sorted(starts)
        assert all(0 <= start <= len(article.text) for start in starts)


def demand_outcomes(outcomes: Iterable[Draft | Problem]) -> None:
    """The articles of a stream, one by one."""
    for outcome in outcomes:
        assert outcome.size >= 0
        demand_line(outcome.name)
        if isinstance(outcome, Draft):
            demand_draft(outcome)
        else:
            demand_line(outcome.reason)


Reads = Callable[[bytes], None]
"""Reads bytes and demands of the outcome what holds of all."""
