"""`make bench ARGS=growth`: what a question, an article, memory and disk cost with 1,000, 10,000 and 100,000 passages.

The articles are synthetic and go straight into the catalogue with synthetic vectors, from there into the vector index as
in the product; questions go through `Citegram.answer_now` in a process of their own with the real encoder, and
at each size some articles more are ingested by the real pipeline.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import psutil

from ingest.pipeline import Pipeline
from ingest.sources.walk import read_articles
from retrieval.bootstrap import Citegram, open_citegram
from retrieval.catalog import EmbeddingModel
from retrieval.catalog_rows import EncodedPassage
from retrieval.encoder import Encoder
from retrieval.index_sync import drain, rebuild
from retrieval.late_interaction import pack
from retrieval.lexical import passage_terms
from retrieval.models import PassageVectors, Question
from retrieval.settings import Settings
from tests.benchmarks.synthetic import PASSAGES_AN_ARTICLE, TOPICS, Writer, Written
from tests.benchmarks.tables import markdown

SIZES = (1_000, 10_000, 100_000)
_PARTS = 10  # of a filling, each with its own rate
_QUESTIONS = 200
_WARMING = 20
_ENCODED_ARTICLES = 40  # 200 passages: 4 to 12 seconds of encoding on 2 cores
_TOPIC_SHARE = 0.7  # of a vector's length along its topic, which makes neighbours as in real articles
_TOKENS_A_WORD = 1.27  # word pieces of the default model, measured on the English sample articles
_WAIT_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What 200 questions cost in one process that answers."""

    stages: dict[str, list[float]]
    """Milliseconds of each question by stage, and `total`."""
    process_mb: float
    server_mb: float


@dataclass(frozen=True, slots=True)
class Size:
    """What was measured at one size."""

    passages: int
    asked: Asked
    catalogue_rates: tuple[float, ...]
    """Passages a second into the catalogue, by tenth of the filling."""
    index_rates: tuple[float, ...]
    encoded_rate: float
    """Passages a second through the real pipeline with the encoder, added to what is there."""
    catalogue_bytes: int
    index_bytes: int

    def quantile(self, stage: str, share: float) -> float:
        """Return the milliseconds that a share of the questions stays below in a stage."""
        return float(np.quantile(self.asked.stages[stage], share))


class Vectors:
    """Makes what the encoder would make of a passage: vectors around the topic's own, a token for each word piece."""

    def __init__(self, dimensions: int, seed: int = 7) -> None:
        """Choose the topics' vectors."""
        self._chance = np.random.default_rng([seed, 4])
        self._topics = self._units((TOPICS, dimensions))

    def of(self, written: Written) -> list[PassageVectors]:
        """Return the vectors of each passage of an article."""
        topic, article = self._topics[written.topic], written.article
        made = []
        for passage in written.passages:
            texts = [article.title, *(article.text[span.start : span.end] for span in passage.sentences)]
            counts = np.array([round(_TOKENS_A_WORD * len(text.split())) for text in texts], np.uint16)
            tokens = pack(self._near(topic, int(counts.sum())))
            made.append(PassageVectors(passage=self._near(topic, 1)[0], tokens=tokens, counts=counts))
        return made

    def _near(self, topic: npt.NDArray[np.float32], count: int) -> npt.NDArray[np.float32]:
        apart = self._units((count, len(topic)))
        return _to_unit(_TOPIC_SHARE * topic + np.float32(np.sqrt(1 - _TOPIC_SHARE**2)) * apart)

    def _units(self, shape: tuple[int, int]) -> npt.NDArray[np.float32]:
        return _to_unit(self._chance.standard_normal(shape, np.float32))


def _to_unit(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    unit: npt.NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def run(sizes: Sequence[int] = SIZES, plot: Path | None = None) -> None:
    """Measure each size, print the table and the rates, and draw the plot where one is wanted."""
    encoder = Encoder()
    encoder.load()
    measured = []
    for size in sizes:
        print(f"  {size:,} passages ...", file=sys.stderr)
        with TemporaryDirectory() as folder:
            measured.append(_at(size, Path(folder), encoder))
    print(table(measured))
    print()
    print(rates(measured))
    print(f"\nquestion p50, largest by smallest: {growth(measured):.2f}")
    if plot is not None:
        from tests.benchmarks.growth_plot import draw

        draw(measured, plot)


def _at(size: int, folder: Path, encoder: Encoder) -> Size:
    settings = Settings(data_dir=folder / "data", _env_file=None)  # type: ignore[call-arg]
    with open_citegram(settings, encoder=encoder) as citegram:
        filled = list(_fill(citegram, size))
        catalogue_bytes, index_bytes = _bytes(settings.data_dir)
    asked = _asked_elsewhere(settings.data_dir, size)
    with open_citegram(settings, encoder=encoder) as citegram:
        encoded = _encoded_rate(citegram, size, folder)
    return Size(
        passages=size,
        asked=asked,
        catalogue_rates=tuple(rate for rate, _ in filled),
        index_rates=tuple(rate for _, rate in filled),
        encoded_rate=encoded,
        catalogue_bytes=catalogue_bytes,
        index_bytes=index_bytes,
    )


def _fill(citegram: Citegram, size: int) -> Iterator[tuple[float, float]]:
    """Fill catalogue and index by tenths, and yield the passages a second that each took."""
    catalog, index, encoder = citegram.catalog, citegram.index, citegram.encoder
    catalog.use_embedding_model(EmbeddingModel(encoder.name, encoder.fingerprint, encoder.dimensions))
    index.connect()
    rebuild(catalog, index)  # an empty one, which counts as whole from then on
    vectors, articles = Vectors(encoder.dimensions), Writer().articles(size)
    for _ in range(_PARTS):
        part = list(islice(articles, size // PASSAGES_AN_ARTICLE // _PARTS))
        passages = len(part) * PASSAGES_AN_ARTICLE
        spent = 0.0
        for written in part:
            encoded = _encoded(written, vectors)
            started = time.perf_counter()
            catalog.put(written.article, "given", written.article.id, encoded)
            spent += time.perf_counter() - started
        started = time.perf_counter()
        drain(catalog, index, wait=_WAIT_SECONDS)
        yield passages / spent, passages / (time.perf_counter() - started)


def _encoded(written: Written, vectors: Vectors) -> list[EncodedPassage]:
    return [
        EncodedPassage(passage, passage_terms(written.article, passage.sentences), made)
        for passage, made in zip(written.passages, vectors.of(written), strict=True)
    ]


def _bytes(data_dir: Path) -> tuple[int, int]:
    """Return the size of the catalogue and of the vector index on disk."""
    files = [path for path in data_dir.rglob("*") if path.is_file()]
    catalogue = sum(path.stat().st_size for path in files if path.name.startswith("catalog"))
    return catalogue, sum(path.stat().st_size for path in files if "chroma" in path.relative_to(data_dir).parts[0])


def _encoded_rate(citegram: Citegram, size: int, folder: Path) -> float:
    """Return the passages a second of the real pipeline, from the first article read to the last in the index."""
    corpus = folder / "more.jsonl"
    first = size // PASSAGES_AN_ARTICLE  # articles that are not there yet
    articles = [Writer().article(first + n).article for n in range(_ENCODED_ARTICLES)]
    kept = ("id", "title", "text", "published", "source", "language")
    lines = [json.dumps({name: getattr(article, name) for name in kept}) + "\n" for article in articles]
    corpus.write_text("".join(lines), encoding="utf-8")
    citegram.index.connect()
    started = time.perf_counter()
    pipeline = Pipeline(citegram.catalog, citegram.encoder, on_loading=lambda: None)
    passages = sum(done.passages for done in pipeline.run(read_articles([str(corpus)], lambda problem: None)))
    drain(citegram.catalog, citegram.index, wait=_WAIT_SECONDS)
    return passages / (time.perf_counter() - started)


def _asked_elsewhere(data_dir: Path, size: int) -> Asked:
    code = "import sys; from tests.benchmarks.growth import ask; ask(sys.argv[1], int(sys.argv[2]))"
    command = [sys.executable, "-c", code, str(data_dir), str(size)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Asked(**json.loads(done.stdout.splitlines()[-1]))


def ask(data_dir: str, size: int) -> None:
    """Ask in this process, which has nothing else in memory, and print what it cost as JSON."""
    settings = Settings(data_dir=Path(data_dir), _env_file=None)  # type: ignore[call-arg]
    writer = Writer()
    articles = size // PASSAGES_AN_ARTICLE
    texts = [writer.question(n, articles) for n in range(_WARMING + _QUESTIONS)]
    del writer  # the words are some 20 MB that a bot does not have
    with open_citegram(settings) as citegram:
        citegram.warm()
        while not citegram.index.available():
            time.sleep(0.1)
        stages: dict[str, list[float]] = {}
        for n, text in enumerate(texts):
            answer = citegram.answer_now(Question(text))
            if n >= _WARMING:
                for stage, milliseconds in answer.timings.items():
                    stages.setdefault(stage, []).append(milliseconds)
        process = psutil.Process()
        servers = process.children(recursive=True)
        print(json.dumps(asdict(Asked(stages, _mb([process]), _mb(servers)))))


def _mb(processes: Sequence[psutil.Process]) -> float:
    return float(sum(process.memory_info().rss for process in processes)) / 1e6


def growth(sizes: Sequence[Size]) -> float:
    """Return the median time of a question at the largest size by that at the smallest."""
    return sizes[-1].quantile("total", 0.5) / sizes[0].quantile("total", 0.5)


def table(sizes: Sequence[Size]) -> str:
    """Return time by stage, memory and disk, a column a size."""
    stages = list(sizes[0].asked.stages)
    rows = [
        (f"{stage}, p50 / p95, ms", *(f"{s.quantile(stage, 0.5):.1f} / {s.quantile(stage, 0.95):.1f}" for s in sizes))
        for stage in stages
    ]
    rows += [
        ("memory of the process that answers, MB", *(f"{s.asked.process_mb:.0f}" for s in sizes)),
        ("memory of the Chroma server, MB", *(f"{s.asked.server_mb:.0f}" for s in sizes)),
        ("catalogue, KB a passage", *(f"{s.catalogue_bytes / s.passages / 1e3:.1f}" for s in sizes)),
        ("vector index, KB a passage", *(f"{s.index_bytes / s.passages / 1e3:.1f}" for s in sizes)),
        ("ingest with the encoder, passages/s", *(f"{s.encoded_rate:.1f}" for s in sizes)),
    ]
    return markdown(("passages", *(f"{s.passages:,}" for s in sizes)), rows)


def rates(sizes: Sequence[Size]) -> str:
    """Return how fast passages are written without the encoder, by tenth of each filling."""
    rows = [
        (f"{s.passages:,}: into the {store}", *(f"{rate:.0f}" for rate in of), f"{median(of):.0f}")
        for s in sizes
        for store, of in (("catalogue", s.catalogue_rates), ("vector index", s.index_rates))
    ]
    return markdown(("passages/s by tenth", *map(str, range(1, _PARTS + 1)), "median"), rows)
