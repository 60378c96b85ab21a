"""Rebuilding what is derived: the index from the catalogue's vectors, or all vectors from the articles."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

from ingest.encoding import prepare
from ingest.slices import SLICE
from retrieval.catalog import Catalog
from retrieval.catalog_rows import EncodedPassage
from retrieval.encoder import Encoder
from retrieval.index import VectorIndex
from retrieval.index_sync import drain, rebuild
from retrieval.knowledge import embedding_model

_WAIT_SECONDS = 60.0


def rebuild_index(catalog: Catalog, index: VectorIndex) -> int:
    """Fill the vector index anew from the catalogue, without encoding; return the number of passages.

    Raises:
        IndexUnavailable: the index cannot be reached.
    """
    passages = rebuild(catalog, index, wait=_WAIT_SECONDS)
    drain(catalog, index, wait=_WAIT_SECONDS)  # finds everything there, and takes it off the queue
    return passages


def encode_anew(catalog: Catalog, encoder: Encoder, on_article: Callable[[str], None]) -> int:
    """Cut and encode every article anew and put all of it in place at once; return the number of articles.

    What is encoded waits in a temporary file beside the catalogue, so that answers come from the old vectors to the end,
    a run that is cut short changes nothing, and memory stays small.

    Raises:
        ModelError: the model cannot be loaded.
    """
    model = embedding_model(encoder, catalog.embedding_model)
    with tempfile.TemporaryFile(dir=catalog.path.parent) as spool:
        file = cast(BinaryIO, spool)
        for stored in catalog.articles():
            prepared = prepare(stored.article, encoder)
            vectors = [
                one
                for start in range(0, len(prepared.inputs), SLICE)
                for one in encoder.encode_passages(prepared.inputs[start : start + SLICE])
            ]
            pickle.dump((stored.key, prepared.with_vectors(vectors)), file)
            on_article(stored.article.id)
        file.seek(0)
        return catalog.replace_vectors(model, _read_back(file))


def _read_back(file: BinaryIO) -> Iterator[tuple[int, list[EncodedPassage]]]:
    while True:
        try:
            yield pickle.load(file)  # written above, and readable by nobody else: the file has no name
        except EOFError:
            return
