"""How much memory ingest takes with large JSON Lines files: many articles, one long line, a million short ones."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from ingest.sources.walk import read_articles
from tests.benchmarks.corpus import write_corpus
from tests.benchmarks.environment import data_directory
from tests.benchmarks.tables import markdown

_ROOT = Path(__file__).parents[2]
_MEGABYTES = 1000
_DIFFERENT = 2000  # articles; each comes again with another number before its sentences
_LONG_LINE = 200_000_000  # characters
_SHORT_LINES = 1_000_000
_CUT = 20_000  # articles that are cut into passages, as more of them take as much memory
_REAL_SECONDS = 600.0
_SAMPLED_SECONDS = 0.1


@dataclass(frozen=True)
class Outcome:
    """What became of a run."""

    name: str
    articles: int
    seconds: float
    peak: int
    """Bytes that the process and its children have had in memory, at the most."""
    said: str = ""


def run(megabytes: int | None, real_seconds: float = _REAL_SECONDS) -> None:
    """Print time and most memory of the command with three files, and of the real thing with a part of the first."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        many = folder / "many.jsonl"
        articles = _write_many(many, (megabytes or _MEGABYTES) * 1_000_000)
        print(f"  {many.stat().st_size / 1e6:.0f} MB with {articles} articles; a line of 200 MB; 1,000,000 short lines")
        print(table(_outcomes(folder, many, real_seconds)))


def table(outcomes: Iterator[Outcome]) -> str:
    """Return what was measured."""
    rows = []
    for one in outcomes:
        figures = (one.articles, one.seconds, one.articles / one.seconds, one.peak / 1e6)
        rows.append((one.name, *(f"{figure:.0f}" for figure in figures), one.said))
    return markdown(("", "articles", "s", "articles/s", "most memory, MB", "said"), rows)


def _outcomes(folder: Path, many: Path, real_seconds: float) -> Iterator[Outcome]:
    yield _ingested("many articles, --dry-run", many, folder / "a", "--dry-run")
    yield _cut(many)
    long_line = folder / "long.jsonl"
    with long_line.open("w") as file:
        file.write('{"text": "')
        for _ in range(_LONG_LINE // 20):
            file.write("Nothing new is said.")
        file.write('"}\n{"text": "The line after it is read."}\n')
    yield _ingested("one line of 200 MB, --dry-run", long_line, folder / "b", "--dry-run")
    long_line.unlink()
    short = folder / "short.jsonl"
    with short.open("w") as file:
        file.writelines(f'{{"text": "The {n}th boat is in."}}\n' for n in range(_SHORT_LINES))
    yield _ingested("a million short lines, --dry-run", short, folder / "c", "--dry-run")
    short.unlink()
    yield _ingested(f"many articles, encoded for {real_seconds:.0f} s", many, folder / "d", seconds=real_seconds)


def _write_many(path: Path, size: int) -> int:
    different = path.with_name("different.jsonl")
    write_corpus(different, _DIFFERENT)
    records = [json.loads(line) for line in different.read_text(encoding="utf-8").splitlines()]
    different.unlink()
    written = 0
    with path.open("w", encoding="utf-8") as file:
        for number in count():
            if written >= size:
                return number
            record = records[number % _DIFFERENT]
            line = json.dumps({**record, "id": f"many-{number}", "text": f"Report {number}. {record['text']}"}) + "\n"
            written += file.write(line)
    raise AssertionError


def _ingested(name: str, file: Path, data_dir: Path, *options: str, seconds: float | None = None) -> Outcome:
    """Run the command, or as much of it as `seconds` allow, and follow its memory."""
    command = [sys.executable, "-m", "ingest", str(file), "--json", *options]
    with data_directory(data_dir):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=_ROOT)
    began, peak = time.perf_counter(), 0
    while process.poll() is None:
        peak = max(peak, _resident(process.pid))
        if seconds is not None and time.perf_counter() - began > seconds:
            process.send_signal(signal.SIGTERM)
            seconds = None
        time.sleep(_SAMPLED_SECONDS)
    assert process.stdout is not None
    told = json.loads(process.stdout.read())
    reasons = "; ".join(sorted({one["reason"] for one in told["failed"]}))
    return Outcome(name, told["new"], time.perf_counter() - began, peak, reasons)


def _cut(file: Path) -> Outcome:
    """Read articles and cut them into passages in a process of its own."""
    code = "from tests.benchmarks.ingest_size import cut; import sys; cut(sys.argv[1], int(sys.argv[2]))"
    process = subprocess.Popen([sys.executable, "-c", code, str(file), str(_CUT)], cwd=_ROOT)
    began, peak = time.perf_counter(), 0
    while process.poll() is None:
        peak = max(peak, _resident(process.pid))
        time.sleep(_SAMPLED_SECONDS)
    assert process.returncode == 0
    return Outcome("part of them, read and cut", _CUT, time.perf_counter() - began, peak)


def cut(file: str, articles: int) -> None:
    """Cut the first articles of a file, as ingest does before it encodes them."""
    from ingest.encoding import prepare
    from retrieval.encoder import Encoder

    encoder = Encoder()
    drafts = read_articles([file], lambda problem: None)
    for _, draft in zip(range(articles), drafts, strict=False):
        prepare(draft.article, encoder)


def _resident(pid: int) -> int:
    """Return the bytes that a process and its children have in memory; what they share counts for each."""
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                total += one.memory_info().rss
    return total
