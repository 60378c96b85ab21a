"""Evaluation sets opened for a benchmark: their articles ingested as shipped, and the questions to ask of them."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from retrieval.encoder import Encoder
from retrieval.errors import EvaluationError
from retrieval.evaluating.catalogs import data_directory
from retrieval.evaluating.run import Options, Sitting, sittings
from retrieval.evaluating.sets import EvaluationSet, Half, read_set
from retrieval.settings import Settings, load_settings
from tests.benchmarks.environment import data_directory as no_settings


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which questions of which sets are asked."""

    folders: tuple[Path, ...]
    """Each with an articles.jsonl and a questions.jsonl."""
    most: int | None = None
    """Of each set, always the same ones."""
    half: Half | None = None
    keep: Path | None = None
    """Where ingested articles stay for the next time."""

    def __post_init__(self) -> None:
        """Refuse to measure nothing."""
        if not self.folders:
            raise EvaluationError("name folders of articles.jsonl and questions.jsonl with --set")


@dataclass(frozen=True, slots=True)
class Opened:
    """A set whose articles are ingested."""

    items: EvaluationSet
    data_dir: Path
    settings: Settings
    encoder: Encoder
    options: Options

    def sittings(self, data_dir: Path | None = None) -> Generator[Sitting]:
        """Yield what to ask of all articles and of each half; of another catalogue of the same articles where named."""
        where = data_dir or self.data_dir
        yield from sittings(self.items, where, self.settings, self.encoder, self.options, on_problem=_note)


def opened(chosen: Chosen) -> Iterator[Opened]:
    """Yield the sets one by one; each is open until the next one is asked for."""
    encoder: Encoder | None = None
    for folder in chosen.folders:
        with _without_settings() as settings:
            items = read_set(folder.absolute(), _note)
            encoder = encoder or Encoder(settings.embedding_model)
            with data_directory(items, settings, chosen.keep) as data_dir:
                yield Opened(items, data_dir, settings, encoder, Options(chosen.half, chosen.most))


@contextmanager
def _without_settings() -> Iterator[Settings]:
    with TemporaryDirectory() as unused, no_settings(Path(unused)):
        yield load_settings(None)


def _note(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
