"""How long things take, each beside what it cannot be quicker than, in one run on one machine."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil

from ingest.encoding import prepare
from ingest.pipeline import Pipeline
from ingest.sources.draft import Draft
from ingest.sources.walk import read_articles
from retrieval.bootstrap import open_citegram
from retrieval.catalog import Catalog
from retrieval.encoder import Encoder, PassageInput
from retrieval.index_sync import IndexKeeper
from retrieval.models import PassageVectors, Question
from retrieval.settings import Settings
from tests.benchmarks.corpus import write_corpus

_ROUNDS = 3
_RATE_ARTICLES = 150
_MEMORY_ARTICLES = 1000


class TimedEncoder(Encoder):
    """The encoder, with the seconds that passages have spent in it."""

    seconds = 0.0

    def encode_passages(self, inputs: Sequence[PassageInput]) -> list[PassageVectors]:
        """Encode and add the time."""
        started = time.perf_counter()
        try:
            return super().encode_passages(inputs)
        finally:
            self.seconds += time.perf_counter() - started


def ingest_rate() -> None:
    """Print passages a second from the first article read to the last acknowledged, and of `encode` alone."""
    encoder = TimedEncoder()
    encoder.load()
    plain = encoder._model().model  # the very same model, with the same number type and threads
    ratios, ours, bare, shares = [], [], [], []
    with TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus.jsonl"
        write_corpus(corpus, _RATE_ARTICLES)
        drafts = list(read_articles([str(corpus)], lambda problem: None))
        inputs = [one for draft in drafts for one in prepare(draft.article, encoder).inputs]
        texts = [f"{one.title}\n{one.text}" for one in inputs]
        for n in range(_ROUNDS):
            seconds = _timed(lambda: plain.encode(texts, batch_size=encoder.batch_size, normalize_embeddings=True))
            bare.append(len(texts) / seconds)
            encoder.seconds = 0.0
            spent = ingested(Path(folder) / f"round-{n}", read_articles([str(corpus)], lambda problem: None), encoder)
            shares.append(encoder.seconds / spent)
            ours.append(len(texts) / spent)
            ratios.append(ours[-1] / bare[-1])
    print(f"  passages a second, ingested / encoded only        {median(ours):.1f} / {median(bare):.1f}")
    print(f"  ratio, median of {_ROUNDS}                                 {median(ratios):.2f}")
    print(f"  share of the time that is spent in the encoder    {median(shares):.2f}")


def ingested(data_dir: Path, drafts: Iterable[Draft], encoder: Encoder) -> float:
    """Ingest as the command does, with an encoder that is loaded, and return the seconds to the last article told."""
    catalog = Catalog.in_directory(data_dir)
    with open_citegram(Settings(data_dir=data_dir, _env_file=None), catalog=catalog, encoder=encoder) as citegram:  # type: ignore[call-arg]
        keeper = IndexKeeper(catalog, citegram.index)
        keeper.start()
        citegram.index.connect()
        pipeline = Pipeline(catalog, encoder, on_loading=lambda: None)
        started = time.perf_counter()
        for _ in pipeline.run(drafts):
            acknowledged = time.perf_counter()
        keeper.close()
    return acknowledged - started


def question_time_and_memory() -> None:
    """Print the median time of a question beside that of its encoding, and the memory held, with 1,000 articles."""
    with TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        corpus = Path(folder) / "corpus.jsonl"
        write_corpus(corpus, _MEMORY_ARTICLES)
        environment = {**_clean_environment(), "CITEGRAM_DATA_DIR": str(data_dir)}
        subprocess.run([sys.executable, "-m", "ingest", str(corpus)], env=environment, check=True, capture_output=True)
        code = "from tests.benchmarks.speed import ask_many; import sys; ask_many(sys.argv[1])"
        subprocess.run([sys.executable, "-c", code, str(data_dir)], env=environment, check=True)


def ask_many(data_dir: str, questions: int = 100) -> None:
    """Ask in this process, which has loaded nothing else, and print times and memory."""
    settings = Settings(data_dir=Path(data_dir), _env_file=None)  # type: ignore[call-arg]
    with open_citegram(settings) as citegram:
        citegram.warm()
        while not citegram.index.available():
            time.sleep(0.1)
        asked = [
            f"How many crowns did the {n}th repair of the bridge at Pellworth cost?" for n in range(questions + 10)
        ]
        whole, encoding = [], []
        for text in asked[10:]:
            answer = citegram.answer_now(Question(text))
            whole.append(answer.timings["total"])
            encoding.append(answer.timings["encode"])
        articles = citegram.describe().articles
        memory = psutil.Process().memory_info().rss / 1e6
        print(
            f"  question, p50 over {articles} articles / its encoding    {median(whole):.1f} / {median(encoding):.1f} ms"
        )
        print(f"  ratio                                             {median(whole) / median(encoding):.2f}")
        print(f"  memory of the process that answers                {memory:.0f} MB")


def help_time() -> None:
    """Print how long `--help` of each command takes, as a whole process."""
    for module in ("bot", "ingest", "retrieval"):
        command = [sys.executable, "-m", module, "--help"]
        print(f"  python -m {module + ' --help':38}  {median(_process_times(command, 5)):.2f} s")


def first_answer() -> None:
    """Print how long one question from the shell takes, with the samples ingested."""
    from tests.benchmarks.corpus import SAMPLES

    with TemporaryDirectory() as folder:
        environment = {**_clean_environment(), "CITEGRAM_DATA_DIR": folder}
        subprocess.run([sys.executable, "-m", "ingest", str(SAMPLES)], env=environment, check=True, capture_output=True)
        ask = [sys.executable, "-m", "retrieval", "How high did the Lorrow rise at Fuller's Weir?"]
        times = _process_times(ask, 3, environment)
        print(f"  one question from the shell, whole process        {median(times):.1f} s")


def _process_times(command: list[str], times: int, environment: dict[str, str] | None = None) -> list[float]:
    def run() -> None:
        subprocess.run(command, env=environment, check=True, capture_output=True)

    return [_timed(run) for _ in range(times)]


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("CITEGRAM_", "TELEGRAM_"))}
