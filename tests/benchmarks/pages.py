"""How much of the main text of pages is read, and how much else: by Citegram, and by others beside it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ingest.normalize import canonical_text
from ingest.sources.decode import Decoded
from ingest.sources.html import read_html
from ingest.sources.reading import CHROME, parse_page, reading_text
from retrieval.errors import ArticleError
from retrieval.evaluating.sets import Half
from tests.benchmarks.page_sets import pages_of, without_title
from tests.benchmarks.tables import markdown, titled
from tests.ingest.sources.gold import GoldPage, agreement, f1, gold_pages

_LOW = 0.9  # F1 of a page that is named below the table
_WORSE = 0.02  # of F1; a page on which trafilatura alone is better by more is named
_NAMED = 20  # pages


@dataclass(frozen=True)
class _Scores:
    precision: float
    recall: float
    f1: float
    empty: bool
    """The page was refused, or nothing was found in it; that counts as an F1 of 0."""


def run(folder: Path | None = None, half: Half | None = None) -> None:
    """Print precision, recall and F1 of words (means of pages): of our own pages, or of those of a folder or its half.

    `page_sets.pages_of` says how such a folder is laid out. readability-lxml is measured too where it is installed.
    """
    pages = gold_pages() if folder is None else pages_of(folder, half)
    articles = [page for page in pages if "refused" not in page.expected]
    rows, all_scores = [], {}
    for name, read in _readers().items():
        read(articles[0].content)  # imports and the first use of patterns are no part of the rate
        began = time.process_time()
        scores = [_scores(read(page.content), page) for page in articles]
        milliseconds = (time.process_time() - began) / len(articles) * 1000
        lowest, empty = min(one.f1 for one in scores), sum(one.empty for one in scores)
        rows.append((name, *_means(scores), f"{lowest:.3f}", f"{empty}", f"{milliseconds:.1f}"))
        all_scores[name] = {page.name: one.f1 for page, one in zip(articles, scores, strict=True)}
    heading = ("main text by", "precision", "recall", "F1", "lowest F1", "not read", "ms a page")
    what = f"{len(articles)} pages of {folder or 'our own'}{f', the half to {half}' if half else ''}"
    print(titled(f"Main text of {what}, words against mark-up", markdown(heading, rows)))
    for name, scored in all_scores.items():
        print(f"F1 below {_LOW} by {name}: {_named({page: value for page, value in scored.items() if value < _LOW})}")
    ours, alone = all_scores["Citegram"], all_scores["trafilatura alone"]
    worse = {page: value for page, value in ours.items() if value < alone[page] - _WORSE}
    print(f"Worse by Citegram than by trafilatura alone by more than {_WORSE}: {_named(worse)}")
    _print_refusals(pages)


def _named(values: dict[str, float]) -> str:
    lowest = sorted(values.items(), key=lambda item: item[1])
    return f"{len(lowest)}: {', '.join(f'{page} {value:.2f}' for page, value in lowest[:_NAMED]) or '-'}"


def _print_refusals(pages: Sequence[GoldPage]) -> None:
    """Print how many pages are refused as expected, and each that is refused though it should be read."""
    refusals = {page.name: _refusal(page.content) for page in pages}
    expected = {page.name: page.expected["refused"] for page in pages if "refused" in page.expected}
    if expected:
        right = sum(reason in refusals[name] for name, reason in expected.items())
        print(f"Refused with the reason expected: {right} of {len(expected)}")
    for name, reason in refusals.items():
        if reason and name not in expected:
            print(f"Refused: {name}: {reason}")


def _means(scores: Sequence[_Scores]) -> list[str]:
    return [f"{sum(getattr(one, name) for one in scores) / len(scores):.3f}" for name in ("precision", "recall", "f1")]


def _scores(text: str, page: GoldPage) -> _Scores:
    """Score a text without the title, which some readers leave in it and others do not."""
    body = without_title(text, page.expected["title"])  # words that are no part of what is marked up
    precision, recall = agreement(body, page.main)
    return _Scores(precision, recall, f1(precision, recall), not text.strip())


def _readers() -> dict[str, Callable[[str], str]]:
    readers: dict[str, Callable[[str], str]] = {"Citegram": _ours, "trafilatura alone": _trafilatura}
    readers["all visible text"] = _visible
    if find_spec("readability"):
        readers["readability-lxml"] = _readability
    return readers


def _ours(content: str) -> str:
    try:
        return read_html(Decoded(content)).text
    except ArticleError:
        return ""


def _trafilatura(content: str) -> str:
    from trafilatura import extract

    return extract(content, include_comments=False) or ""


def _visible(content: str) -> str:
    return reading_text(parse_page(canonical_text(content)).body, CHROME)


def _readability(content: str) -> str:
    from readability import Document  # type: ignore[import-not-found]  # no requirement: measured where it is there

    return reading_text(parse_page(Document(content).summary()))


def _refusal(content: str) -> str:
    try:
        read_html(Decoded(content))
    except ArticleError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    run(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
