"""Articles, catalogues and embedding models made on the spot for tests."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.chunking import passages
from ingest.encoding import prepare
from retrieval import late_interaction
from retrieval.catalog import FILE_NAME, Catalog, EmbeddingModel, Outcome
from retrieval.catalog_rows import EncodedPassage, content_hash, write_article
from retrieval.catalog_schema import _MIGRATIONS
from retrieval.encoder import Encoder, PassageInput
from retrieval.knowledge import embedding_model
from retrieval.lexical import passage_terms
from retrieval.models import Article, Identity, Passage, PassageVectors, QuestionVectors, Span

DIMENSIONS = 8
CHEAP_MODEL = EmbeddingModel("cheap", "0" * 64, DIMENSIONS)
WORDS_MODEL = EmbeddingModel("words", "2" * 64, 128)

_WORD = re.compile(r"\w+")

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


def cheap_vectors(text: str, sentences: int) -> PassageVectors:
    """Return the vectors of a passage, with one token for each sentence and one for the title."""
    tokens = np.stack([cheap_vector(f"{n} {text}") for n in range(1 + sentences)])
    return PassageVectors(cheap_vector(text), late_interaction.pack(tokens), np.ones(1 + sentences, np.uint16))


def cheap_question(text: str) -> QuestionVectors:
    """Return the vectors of a question, with one token for each word."""
    spans = tuple(Span(*match.span()) for match in re.finditer(r"\w+", text)) or (Span(0, len(text)),)
    tokens = np.stack([cheap_vector(text[span.start : span.end]) for span in spans])
    return QuestionVectors(cheap_vector(text), late_interaction.rotated(tokens), spans)


def cheaply_encoded(item: Article, budget: int = 20) -> list[EncodedPassage]:
    """Return an article's real passages and terms with vectors that no model made."""
    return [
        EncodedPassage(
            passage,
            passage_terms(item, passage.sentences),
            cheap_vectors(item.text[passage.start : passage.end], len(passage.sentences)),
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
    is_default = property(lambda self: True)
    window = property(lambda self: 30)

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        return count_words(texts)

    def encode_passages(self, inputs: Sequence[PassageInput]) -> list[PassageVectors]:
        self.on_passages(inputs)
        self.given.extend(inputs)
        return [cheap_vectors(item.text, len(item.sentences)) for item in inputs]


def put(catalog: Catalog, item: Article, identity: Identity = "given", origin: str = "/articles/one.txt") -> Outcome:
    """Store an article with vectors that no model made."""
    catalog.use_embedding_model(CHEAP_MODEL)
    return catalog.put(item, identity, origin, cheaply_encoded(item))


def put_encoded(catalog: Catalog, item: Article, encoder: Encoder) -> Outcome:
    """Store an article as ingest does, with the vectors of a real model."""
    catalog.use_embedding_model(embedding_model(encoder, catalog.embedding_model))
    prepared = prepare(item, encoder)
    encoded = prepared.with_vectors(encoder.encode_passages(prepared.inputs))
    return catalog.put(item, "given", f"/articles/{item.id}.txt", encoded)


def put_by_words(catalog: Catalog, item: Article) -> Outcome:
    """Store an article with the vectors of a model that knows every word and nothing more: a token for each."""
    catalog.use_embedding_model(WORDS_MODEL)
    encoded = [
        EncodedPassage(passage, passage_terms(item, passage.sentences), _by_words(item, passage))
        for passage in passages(item, count_words, 60)
    ]
    return catalog.put(item, "given", f"/articles/{item.id}.txt", encoded)


def question_by_words(text: str) -> QuestionVectors:
    """Return what that model makes of a question."""
    spans = tuple(Span(*match.span()) for match in _WORD.finditer(text))
    tokens = _of_words(text)
    return QuestionVectors(_direction(tokens), late_interaction.rotated(tokens), spans)


def _by_words(item: Article, passage: Passage) -> PassageVectors:
    parts = [_of_words(item.title), *(_of_words(item.text[span.start : span.end]) for span in passage.sentences)]
    tokens = np.concatenate(parts)
    return PassageVectors(_direction(tokens), late_interaction.pack(tokens), np.array([*map(len, parts)], np.uint16))


def _of_words(text: str) -> npt.NDArray[np.float32]:
    rows = [_word_vector(word.casefold()) for word in _WORD.findall(text)]
    return np.array(rows, np.float32).reshape(len(rows), WORDS_MODEL.dimensions)


@cache
def _word_vector(word: str) -> npt.NDArray[np.float32]:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).normal(size=WORDS_MODEL.dimensions).astype(np.float32)


def _direction(tokens: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    total = tokens.sum(axis=0) + 1e-3
    unit: npt.NDArray[np.float32] = total / np.linalg.norm(total)
    return unit


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


def write_older_catalogue(data_dir: Path, schema: int, *articles: Article, model: EmbeddingModel) -> None:
    """Write a catalogue as the Citegram of schema 1 or 2 left it: a vector for each sentence and flat terms."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(data_dir / FILE_NAME)) as connection, connection:
        for script in _MIGRATIONS[:schema]:
            connection.executescript(script)
        connection.execute(f"PRAGMA user_version = {schema}")
        bound = json.dumps({"name": model.name, "fingerprint": model.fingerprint, "dimensions": model.dimensions})
        connection.execute(
            "INSERT INTO meta VALUES ('id', ?), ('generation', ?), ('embedding_model', ?)",
            (hashlib.sha256(str(data_dir).encode()).hexdigest()[:32], str(len(articles)), bound),
        )
        for key, item in enumerate(articles, 1):
            write_article(connection, None, item, "given", f"/articles/{item.id}.txt", content_hash(item), 1)
            for n, encoded in enumerate(cheaply_encoded(item), key << 20):
                _write_older_passage(connection, n, key, encoded, model.dimensions)
            connection.execute("INSERT INTO index_queue VALUES (?, ?)", (key, key))


def _write_older_passage(
    connection: sqlite3.Connection, n: int, key: int, encoded: EncodedPassage, dimensions: int
) -> None:
    passage, words = encoded.passage, [term for part in encoded.terms for term in part]
    connection.execute("INSERT INTO passages VALUES (?, ?, ?, ?, ?)", (n, key, passage.start, passage.end, len(words)))
    for ordinal, span in enumerate(passage.sentences):
        connection.execute("INSERT INTO sentences VALUES (?, ?, ?, ?)", (n, ordinal, span.start, span.end))
    vectors = np.full((1 + len(passage.sentences), dimensions), dimensions**-0.5, np.float16)
    connection.execute(
        "INSERT INTO vectors (passage, mean, sentences) VALUES (?, ?, ?)",
        (n, vectors[0].tobytes(), vectors[1:].tobytes()),
    )
    connection.execute("INSERT INTO passages_fts (rowid, terms) VALUES (?, ?)", (n, " ".join(words)))
