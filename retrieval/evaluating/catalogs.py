"""Catalogues to evaluate on: a set's articles ingested, and parts of them without encoding anything again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.catalog import FILE_NAME, Catalog
from retrieval.catalog_schema import SCHEMA_VERSION
from retrieval.errors import EvaluationError
from retrieval.evaluating.sets import EvaluationSet

if TYPE_CHECKING:
    from retrieval.bootstrap import Citegram
    from retrieval.encoder import Encoder
    from retrieval.index import VectorIndex
    from retrieval.settings import Settings

_STAMP = "evaluation.json"
_NOWHERE = "http://127.0.0.1:9"  # the port for discarding, where no Chroma answers


@contextmanager
def data_directory(items: EvaluationSet, settings: Settings, keep: Path | None) -> Iterator[Path]:
    """Give a data directory with the set's articles: a temporary one, or one kept that holds the same articles already.

    Raises:
        EvaluationError: the articles cannot all be ingested.
    """
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="citegram-evaluation-") as folder:
            _ingest(items.articles, Path(folder), settings)
            yield Path(folder)
        return
    place = keep / items.name
    stamp = _stamp(items.articles, settings)
    if _read(place / _STAMP) != stamp:
        if (place / FILE_NAME).exists() and not (place / _STAMP).exists():
            raise EvaluationError(f"{place} holds a catalogue that no evaluation made; name another folder for --keep.")
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        (place / _STAMP).write_text("{}", encoding="utf-8")
        _ingest(items.articles, place, settings)
        (place / _STAMP).write_text(stamp, encoding="utf-8")
    yield place


def _ingest(articles: Path, data_dir: Path, settings: Settings) -> None:
    """Let the ingest command do it: the core knows nothing of ingest."""
    environment = {
        **os.environ,
        "CITEGRAM_DATA_DIR": str(data_dir.absolute()),
        "CITEGRAM_EMBEDDING_MODEL": settings.embedding_model,
    }
    if settings.chroma_url is not None:  # the operator's own server gets nothing of this; `whole` makes the index here
        environment["CITEGRAM_CHROMA_URL"] = _NOWHERE
    shown = None if sys.stderr.isatty() else subprocess.PIPE  # its bar; elsewhere it writes a line an article
    process = subprocess.Popen(
        [sys.executable, "-m", "ingest", str(articles)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=shown,
    )
    try:
        said = (process.communicate()[1] or b"").decode("utf-8", "replace")
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    if process.returncode:
        reasons = [line for line in said.splitlines() if not line.endswith((" passages", " passage"))]
        sys.stderr.write("".join(f"{line}\n" for line in reasons[-20:]))
        raise EvaluationError(f"{articles} could not be ingested as a whole; correct what is named above.")


def _stamp(articles: Path, settings: Settings) -> str:
    """Return what a kept catalogue depends on: the articles, the model and the form of the catalogue."""
    files = sorted(path for path in articles.rglob("*") if path.is_file()) if articles.is_dir() else [articles]
    contents = hashlib.sha256()
    for path in files:
        contents.update(hashlib.sha256(path.read_bytes()).digest())
    described = {"articles": contents.hexdigest(), "model": settings.embedding_model, "schema": SCHEMA_VERSION}
    return json.dumps(described)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def opener(settings: Settings, encoder: Encoder) -> Callable[..., Citegram]:
    """Return `open_citegram` with models that are loaded once for all catalogues of an evaluation."""
    from retrieval.bootstrap import open_citegram
    from retrieval.reranker import Reranker

    reranker = None if settings.reranker_model is None else Reranker(settings.reranker_model)
    own = settings.model_copy(update={"chroma_url": None})

    def opened(data_dir: Path, index: VectorIndex | None = None) -> Citegram:
        here = own.model_copy(update={"data_dir": data_dir})
        return open_citegram(here, encoder=encoder, reranker=reranker, index=index)

    return opened


@contextmanager
def whole(data_dir: Path, opened: Callable[..., Citegram]) -> Iterator[Citegram]:
    """Open Citegram on all the articles as it is shipped, with its vector index up to date."""
    from retrieval.index_sync import bring_up_to_date

    with opened(data_dir) as citegram:
        bring_up_to_date(citegram.catalog, citegram.index)
        citegram.warm()
        yield citegram


@contextmanager
def part(data_dir: Path, opened: Callable[..., Citegram], kept: Collection[str]) -> Iterator[Citegram]:
    """Open Citegram on a copy of a catalogue with only some articles; it searches exactly, without the vector index."""
    from retrieval.chroma_server import LocalChroma
    from retrieval.errors import IndexUnavailable
    from retrieval.index import VectorIndex

    class NoIndex(VectorIndex):
        def query(self, vector: object, k: int) -> list[tuple[int, float]]:
            raise IndexUnavailable("A part of the articles is searched exactly.")

    with (
        copy_with(data_dir, kept) as folder,
        opened(folder, NoIndex(LocalChroma(folder, "citegram-part"), "citegram-part")) as citegram,
    ):
        yield citegram


@contextmanager
def copy_with(data_dir: Path, kept: Collection[str]) -> Iterator[Path]:
    """Give a temporary data directory whose catalogue is a copy with only some articles, as the first one closed it."""
    with tempfile.TemporaryDirectory(prefix="citegram-evaluation-") as folder:
        for path in data_dir.glob(f"{FILE_NAME}*"):
            shutil.copy(path, folder)
        with closing(Catalog.in_directory(Path(folder))) as catalog:
            for stored in list(catalog.articles()):
                if stored.article.id not in kept:
                    catalog.remove(stored.article.id)
        yield Path(folder)
