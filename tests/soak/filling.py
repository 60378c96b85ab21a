"""Passages beside the facts, so many that Chroma writes its graph to disk, with vectors that cost nothing."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np

from retrieval.catalog import Catalog
from retrieval.catalog_rows import EncodedPassage
from retrieval.encoder import Encoder
from retrieval.knowledge import embedding_model
from retrieval.late_interaction import pack
from retrieval.lexical import terms
from retrieval.models import Article, Passage, PassageVectors, Span

_PASSAGES_EACH = 100


def fill(data_dir: Path, passages: int) -> None:
    """Put articles of meaningless words, with vectors of random direction, into a catalogue of the default model."""
    encoder = Encoder()
    chance = np.random.default_rng(0)
    with closing(Catalog.in_directory(data_dir)) as catalog:
        catalog.use_embedding_model(embedding_model(encoder, None))
        for number in range(passages // _PASSAGES_EACH):
            sentences = [f"Zq{number}x{n} vv{chance.integers(10**9)}. " for n in range(_PASSAGES_EACH)]
            vectors = chance.normal(size=(_PASSAGES_EACH, encoder.dimensions)).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            encoded, start = [], 0
            for sentence, vector in zip(sentences, vectors, strict=True):
                span = Span(start, start + len(sentence))
                kept = PassageVectors(vector, pack(vector[np.newaxis]), np.array([0, 1], np.uint16))
                encoded.append(EncodedPassage(Passage(span.start, span.end, (span,)), ((), terms(sentence)), kept))
                start = span.end
            article = Article(f"filling-{number}", "".join(sentences), "Filling")
            catalog.put(article, "given", article.id, encoded)
