"""`make bench ARGS=peers`: Citegram and its peers side by side, round by round, on the same articles and questions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from ingest.sources.walk import read_articles
from retrieval.evaluating.metrics import first_found, paired_bootstrap, within
from retrieval.models import Article
from tests.benchmarks.corpus import SAMPLES
from tests.benchmarks.peers.environment import ROOT, python
from tests.benchmarks.peers.protocol import QUIET, Record, Run, read_jsonl, read_run
from tests.benchmarks.tables import markdown

BUDGETS = (1000, 2000, 4000)
"""Characters that a reader, or a chat model, is given."""

SAMPLE_QUESTIONS = Path(__file__).parents[2] / "data" / "questions.jsonl"
STOCK = "LangChain"
_PRECISION = "CITEGRAM_BENCH_PRECISION"
_SHOWN_ERROR = 2000  # last characters of what a system that failed has said


@dataclass(frozen=True, slots=True)
class Entrant:
    """A system as it is started: its program in this package, in whose environment, with what variables."""

    program: str
    ours: bool = False
    variables: Mapping[str, str] | None = None


ENTRANTS: Mapping[str, Entrant] = {
    "Citegram": Entrant("ours", ours=True),
    "Citegram, float32": Entrant("ours", ours=True, variables={_PRECISION: "float32"}),
    STOCK: Entrant("langchain_stock"),
    "LlamaIndex": Entrant("llamaindex_chroma"),
    "txtai": Entrant("txtai_hybrid"),
}


def run(folder_of_set: Path | None, rounds: int, most: int | None) -> None:
    """Measure every system `rounds` times in turn on a set, or on the samples, and print the tables."""
    articles = str(folder_of_set / "articles.jsonl" if folder_of_set else SAMPLES)
    questions = folder_of_set / "questions.jsonl" if folder_of_set else SAMPLE_QUESTIONS
    with TemporaryDirectory() as folder:
        place = Path(folder)
        asked = [record for record in read_jsonl(questions) if record["answerable"]][:most]
        _write_jsonl(place / "questions.jsonl", asked)
        drafts = read_articles([articles], lambda problem: None)
        _write_jsonl(place / "articles.jsonl", [_record(draft.article) for draft in drafts])
        runs: dict[str, list[Run]] = {name: [] for name in ENTRANTS}
        for number in range(rounds):
            for name in ENTRANTS:
                print(f"  round {number + 1} of {rounds}: {name} ...", file=sys.stderr)
                runs[name].append(
                    _measured(ENTRANTS[name], place, f"{len(runs[name])}-{ENTRANTS[name].program}-{name}")
                )
    print(speed_table(runs))
    print()
    print(quality_table({name: of[0] for name, of in runs.items()}, asked))


def _measured(entrant: Entrant, place: Path, label: str) -> Run:
    """Run a system in a process of its own, with an empty store."""
    folder = place / label
    folder.mkdir()
    out = place / f"{label}.jsonl"
    interpreter = sys.executable if entrant.ours else str(python())
    program = f"tests.benchmarks.peers.{entrant.program}"
    files = [str(path) for path in (place / "articles.jsonl", place / "questions.jsonl", folder, out)]
    done = subprocess.run(
        [interpreter, "-m", program, *files],
        cwd=ROOT,
        env={**_environment(), **QUIET, **(entrant.variables or {})},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise SystemExit(f"{entrant.program} failed:\n{done.stderr[-_SHOWN_ERROR:]}")
    return read_run(out)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("CITEGRAM_", "TELEGRAM_"))}


def _record(article: Article) -> Record:
    fields = ("id", "title", "text", "url", "published", "author", "source", "language")
    return {name: getattr(article, name) for name in fields if getattr(article, name) is not None}


def _write_jsonl(path: Path, records: Sequence[Record]) -> None:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")


def speed_table(runs: Mapping[str, Sequence[Run]]) -> str:
    """Return medians over the rounds, and of each round's ratio to stock LangChain, which noise touches less."""
    rows = []
    for name, of in runs.items():
        rates = [one.ingested.articles / one.ingested.seconds for one in of]
        times = [_median_question(one) for one in of]
        stock = runs[STOCK]
        rate_ratio = median(
            rate * other.ingested.seconds / other.ingested.articles for rate, other in zip(rates, stock, strict=True)
        )
        time_ratio = median(own / _median_question(other) for own, other in zip(times, stock, strict=True))
        search = [_median_search(one) for one in of]
        rows.append(
            (
                name,
                f"{of[0].ingested.chunks:,}",
                f"{median(rates):.2f}",
                f"{rate_ratio:.2f}",
                f"{median(times):.1f}",
                f"{median(search):.1f}",
                f"{time_ratio:.2f}",
            )
        )
    heading = ("", "chunks", "articles/s", "to stock", "question p50, ms", "search only, ms", "to stock")
    return markdown(heading, rows)


def _median_question(run_: Run) -> float:
    return median(one.milliseconds for one in run_.asked)


def _median_search(run_: Run) -> float:
    """Return the time of encoding and searching, which for the peers is all of it."""
    return median(
        one.stages["encode"] + one.stages["search"] if "search" in one.stages else one.milliseconds
        for one in run_.asked
    )


def quality_table(runs: Mapping[str, Run], questions: Sequence[Record]) -> str:
    """Return how often the evidence is found, and for each peer by how much Citegram is ahead with its interval."""
    evidence = {str(record["id"]): record["evidence"] for record in questions}
    ours = _outcomes(next(iter(runs.values())), evidence)
    rows = []
    for name, run_ in runs.items():
        theirs = _outcomes(run_, evidence)
        cells = [name]
        for column in ours:
            cell = f"{sum(theirs[column]) / len(theirs[column]):.3f}"
            if not ENTRANTS[name].ours:
                ahead = paired_bootstrap(ours[column], theirs[column])
                cell += f" ({ahead.low:+.3f} to {ahead.high:+.3f})"
            cells.append(cell)
        rows.append(tuple(cells))
    return markdown(("", *ours), rows)


def _outcomes(run_: Run, evidence: Mapping[str, Sequence[str]]) -> dict[str, list[float]]:
    outcomes: dict[str, list[float]] = {}
    for one in run_.asked:
        rank = first_found(one.chunks, evidence[one.id])
        for budget in BUDGETS:
            found = within(one.chunks, evidence[one.id], budget)
            outcomes.setdefault(f"within {budget:,}", []).append(float(found))
        for k in (1, 5):
            outcomes.setdefault(f"chunk @{k}", []).append(float(0 < rank <= k))
    return outcomes
