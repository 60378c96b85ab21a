"""Citegram itself, through the code that ships: the ingest pipeline, the index's keeper, `Citegram.answer_now`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ingest.pipeline import Pipeline
from ingest.run import finish_index
from ingest.sources.walk import read_articles
from retrieval.bootstrap import open_citegram
from retrieval.catalog import Catalog
from retrieval.encoder import Encoder
from retrieval.index_sync import IndexKeeper
from retrieval.models import Question
from retrieval.settings import Settings
from tests.benchmarks.peers.protocol import main, use_threads

PRECISION = "CITEGRAM_BENCH_PRECISION"
"""Environment variable: `float32` where the encoder is to leave its quicker number type alone."""


class Citegram:
    """A catalogue and a vector index of its own in the folder."""

    def load(self, folder: Path, threads: int) -> None:
        """Load the encoder and start the index's server, which a running bot has open too."""
        use_threads(threads)
        loaded = _encoder()
        loaded.load()
        loaded.encode_question("warm up")
        self._catalog = Catalog.in_directory(folder)
        self._citegram = open_citegram(
            Settings(data_dir=folder, _env_file=None),  # type: ignore[call-arg]
            catalog=self._catalog,
            encoder=loaded,
        )
        self._citegram.index.connect()

    def ingest(self, articles: Path) -> int:
        """Do what `python -m ingest` does once the encoder is loaded: the clock stops when the index has everything."""
        keeper = IndexKeeper(self._catalog, self._citegram.index)
        pipeline = Pipeline(self._catalog, self._citegram.encoder, on_loading=keeper.start)
        try:
            chunks = sum(done.passages for done in pipeline.run(read_articles([str(articles)], _refused)))
        finally:
            keeper.close()
        finish_index(self._catalog, self._citegram.index)
        return chunks

    def ask(self, question: str, k: int) -> tuple[list[str], Mapping[str, float]]:
        """Answer: search, evidence, confidence and quotes, of which the peers do the first only."""
        answer = self._citegram.answer_now(Question(question))
        return [passage.text for passage in answer.passages[:k]], answer.timings

    def close(self) -> None:
        """Close the catalogue and stop the server."""
        self._citegram.close()


def _encoder() -> Encoder:
    return Encoder(precision="float32" if os.environ.get(PRECISION) == "float32" else "auto")


def _refused(problem: object) -> None:
    raise SystemExit(f"an article could not be read: {problem}")


if __name__ == "__main__":
    main(Citegram())
