"""How fast pages become articles, beside how fast the encoder alone takes their passages."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from ingest.encoding import prepare
from ingest.intake import Intake
from ingest.progress import Reporter
from ingest.sources.draft import Draft, Problem
from ingest.sources.walk import read_articles
from ingest.web.gathering import WebSources
from retrieval.encoder import Encoder, PassageInput
from tests.benchmarks.speed import ingested
from tests.benchmarks.tables import markdown
from tests.benchmarks.web_pages import served, write_pages

_PAGES = 2000
_BLOCKS = 2
_ALONE, _SERVED, _ = _WAYS = ("encoder alone", "pages from a local server", "a folder of them")


@dataclass(frozen=True)
class Timing:
    """What one way took with the pages of one block."""

    seconds: float
    processor: float
    """Seconds of all processes but the server of the pages."""


@dataclass(frozen=True)
class _Block:
    """Pages with their address on a local server."""

    pages: Sequence[Path]
    address: str
    inputs: Sequence[PassageInput]


def run(pages: int | None) -> None:
    """Print passages a second of both ways and of the encoder alone, in alternating blocks, and their ratios."""
    encoder = Encoder()
    encoder.load()
    count = pages or _PAGES
    with TemporaryDirectory() as name:
        folder = Path(name)
        timings, passages = _measured(folder, write_pages(folder, count), encoder)
    print(f"  {count} pages, {passages} passages, {_BLOCKS} blocks in turn, {os.cpu_count()} cores")
    print(table(timings, passages))


def table(timings: dict[str, list[Timing]], passages: int) -> str:
    """Return the medians of the blocks' rates and of their ratios to the encoder's in the same block."""
    alone = timings[_ALONE]
    rows = []
    for way in _WAYS:
        ratios = [one.seconds / other.seconds for one, other in zip(alone, timings[way], strict=True)]
        work = [one.processor / other.processor for one, other in zip(alone, timings[way], strict=True)]
        rate = median(passages / len(alone) / one.seconds for one in timings[way])
        rows.append((way, f"{rate:.1f}", *(f"{median(r):.2f} ({min(r):.2f} to {max(r):.2f})" for r in (ratios, work))))
    return markdown(("", "passages/s", "share of the encoder's rate", "encoder's share of processor time"), rows)


def _measured(folder: Path, paths: Sequence[Path], encoder: Encoder) -> tuple[dict[str, list[Timing]], int]:
    timings: dict[str, list[Timing]] = {way: [] for way in _WAYS}
    passages = 0
    for number, block in enumerate(_blocks(paths, encoder)):
        passages += len(block.inputs)
        for way in _WAYS if number % 2 else reversed(_WAYS):
            timings[way].append(_timed(way, block, encoder, folder / f"data-{number}-{_WAYS.index(way)}"))
    return timings, passages


def _timed(way: str, block: _Block, encoder: Encoder, data_dir: Path) -> Timing:
    before = _processor()
    if way == _ALONE:
        started = time.perf_counter()
        encoder.encode_passages(block.inputs)
        seconds = time.perf_counter() - started
    else:
        seconds = ingested(data_dir, (_from_server if way == _SERVED else _from_folder)(block), encoder)
    return Timing(seconds, _processor() - before)


def _blocks(paths: Sequence[Path], encoder: Encoder) -> Iterator[_Block]:
    with served(paths[0].parent) as address:
        for number in range(_BLOCKS):
            pages = paths[number::_BLOCKS]
            drafts = read_articles([os.fspath(page) for page in pages], _fail)
            inputs = [one for draft in drafts for one in prepare(draft.article, encoder).inputs]
            yield _Block(pages, address, inputs)


def _from_server(block: _Block) -> Iterator[Draft]:
    addresses = tuple(f"{block.address}{page.name}" for page in block.pages)
    reporter = Reporter(0)
    yield from Intake([], WebSources(pages=addresses), reporter, allow_private=True, interval=0).drafts()
    assert not reporter.summary.failed


def _from_folder(block: _Block) -> Iterator[Draft]:
    yield from read_articles([os.fspath(page) for page in block.pages], _fail)


def _fail(problem: Problem) -> None:
    raise AssertionError(f"{problem.name}: {problem.reason}")


def _processor() -> float:
    """Return the seconds of processor time of this process and of those of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
