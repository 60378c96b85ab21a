"""Articles, catalogues and embedding models made on the spot for tests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.chunking import passages
from retrieval.catalog import Catalog, EmbeddingModel, Outcome
from retrieval.catalog_rows import EncodedPassage
from retrieval.encoder import Encoder, PassageInput
from retrieval.lexical import terms
from retrieval.models import Article, Identity, PassageVectors

DIMENSIONS = 8
CHEAP_MODEL = EmbeddingModel("cheap", "0" * 64, DIMENSIONS)

BRIDGE = (
    "The harbour bridge in Westmere was closed on Monday morning. Inspectors had found rust in eleven of its hanger "
    "cables.\n\nBuses are diverted through the old tunnel until the cables have been replaced, which the city expects "
    "to take nine weeks."
)
WHALE = (
    "The natural history museum has bought the skeleton of a sperm whale. It will hang in the entrance hall from "
    "September."
)


def article(article_id: str, text: str, title: str = "A title", **fields: Any) -> Article:
    """Return an article."""
    return Article(article_id, text, title, **fields)


def count_words(texts: Sequence[str]) -> list[int]:
    """Count words where a model would count word pieces."""
    return [len(text.split()) for text in texts]


def cheap_vector(text: str) -> npt.NDArray[np.float32]:
    """Return a unit vector that is always the same for a text and another one for every other text."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    vector = np.random.default_rng(seed).normal(size=DIMENSIONS).astype(np.float32)
    unit: npt.NDArray[np.float32] = vector / np.linalg.norm(vector)
    return unit


def cheaply_encoded(item: Article, budget: int = 20) -> list[EncodedPassage]:
    """Return an article's real passages and terms with vectors that no model made."""
    title_terms = terms(item.title, item.language)
    return [
        EncodedPassage(
            passage,
            [*title_terms, *terms(item.text[passage.start : passage.end], item.language)],
            PassageVectors(
                cheap_vector(item.text[passage.start : passage.end]),
                np.stack([cheap_vector(item.text[s.start : s.end]) for s in passage.sentences]),
            ),
        )
        for passage in passages(item, count_words, budget)
    ]


class CheapEncoder(Encoder):
    """An encoder without a model: vectors that are always the same for a text; it remembers what it was given."""

    def __init__(self, model: EmbeddingModel = CHEAP_MODEL) -> None:
        super().__init__(model.name)
        self.model = model
        self.given: list[PassageInput] = []
        self.on_passages: Callable[[Sequence[PassageInput]], None] = lambda inputs: None
        """Called before each batch is encoded, in the pipeline's thread."""

    fingerprint = property(lambda self: self.model.fingerprint)
    dimensions = property(lambda self: self.model.dimensions)
    window = property(lambda self: 30)

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        return count_words(texts)

    def encode_passages(self, inputs: Sequence[PassageInput]) -> list[PassageVectors]:
        self.on_passages(inputs)
        self.given.extend(inputs)
        return [
            PassageVectors(
                cheap_vector(item.text), np.stack([cheap_vector(item.text[s.start : s.end]) for s in item.sentences])
            )
            for item in inputs
        ]


def put(catalog: Catalog, item: Article, identity: Identity = "given", origin: str = "/articles/one.txt") -> Outcome:
    """Store an article with vectors that no model made."""
    catalog.use_embedding_model(CHEAP_MODEL)
    return catalog.put(item, identity, origin, cheaply_encoded(item))


def write_jsonl(path: Path, *records: Mapping[str, Any]) -> Path:
    """Write articles as JSON Lines."""
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


def make_model(
    folder: Path,
    *,
    pooling: str = "mean",
    prompts: Mapping[str, str] | None = None,
    max_seq_length: int = 256,
    dtype: str = "float32",
    seed: int = 0,
) -> Path:
    """Write a small BERT with random weights as a sentence-transformers model, and return its folder."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    torch.manual_seed(seed)
    bert = folder.with_name(folder.name + "-bert")
    bert.mkdir(parents=True)
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)] + list("0123456789.,:;!?'\"-()")
    words = ["the", "bridge", "closed", "whale", "museum", "harbour", "rust", "query", "passage"]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{x}" for x in letters[:36]), *words]
    (bert / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=512,
    )
    BertModel(config).to(getattr(torch, dtype)).save_pretrained(bert)
    BertTokenizer(str(bert / "vocab.txt")).save_pretrained(bert)
    transformer = Transformer(str(bert), max_seq_length=max_seq_length)
    model = SentenceTransformer(modules=[transformer, Pooling(32, pooling_mode=pooling)], prompts=dict(prompts or {}))
    model.save(str(folder))
    return folder
