"""An article ready for the encoder, and joined with what the encoder makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.encoding import prepare
from retrieval.encoder import MOST_PIECES, Encoder
from retrieval.lexical import terms
from tests.building import BRIDGE, article, make_model


@pytest.mark.parametrize(
    "title", ["", "Bridge", "word " * 1000, "x" * 5000, "橋" * 300], ids=["none", "short", "long", "one word", "wide"]
)
def test_title_prompt_and_passage_fit_the_window_together(encoder: Encoder, title: str) -> None:
    prepared = prepare(article("a", f"{BRIDGE}\n\n" * 20, title), encoder)
    assert len(prepared.inputs) == len(prepared.passages) == len(prepared.terms) > 3
    for pieces in encoder.count_pieces([f"{item.title}\n{item.text}" for item in prepared.inputs]):
        assert pieces <= encoder.window == MOST_PIECES - 2
    assert min(encoder.count_pieces([item.text for item in prepared.inputs[:-1]])) > 80, "the title leaves room"


def test_inputs_are_the_passages(encoder: Encoder) -> None:
    item = article("a", f"\n {BRIDGE} \n", "Harbour bridge closes", language="en")
    prepared = prepare(item, encoder)
    ((passage, given),) = zip(prepared.passages, prepared.inputs, strict=True)
    assert given.title == "Harbour bridge closes"
    assert given.text == item.text.rstrip()
    for span, stored in zip(given.sentences, passage.sentences, strict=True):
        assert given.text[span.start : span.end] == item.text[stored.start : stored.end]
    ((of_title, *of_sentences),) = prepared.terms
    assert of_title == tuple(terms(item.title, "en"))
    texts = [item.text[span.start : span.end] for span in passage.sentences]
    assert of_sentences == [tuple(terms(text, "en")) for text in texts]


def test_vectors_join_their_passages(encoder: Encoder) -> None:
    prepared = prepare(article("a", f"{BRIDGE}\n\n" * 10), encoder)
    vectors = encoder.encode_passages(prepared.inputs)
    encoded = prepared.with_vectors(vectors)
    assert [item.passage for item in encoded] == list(prepared.passages)
    for item, own in zip(encoded, vectors, strict=True):
        assert item.vectors is own
        assert len(own.counts) == 1 + len(item.passage.sentences)
        assert own.counts.sum() == len(own.tokens)
    with pytest.raises(ValueError, match="zip"):
        prepared.with_vectors(vectors[:-1])


def test_every_sentence_of_a_long_article_is_seen_by_the_encoder(encoder: Encoder) -> None:
    """Beyond the window a sentence would be left without its tokens."""
    prepared = prepare(article("a", f"{BRIDGE}\n\n" * 30, "Harbour bridge " * 20), encoder)
    for item, vectors in zip(prepared.inputs, encoder.encode_passages(prepared.inputs), strict=True):
        texts = [item.title, *(item.text[span.start : span.end] for span in item.sentences)]
        assert vectors.counts.tolist() == encoder.count_pieces(texts)


@pytest.mark.parametrize("window", [32, 64])
def test_a_model_with_a_small_window(tmp_path: Path, window: int) -> None:
    small = Encoder(str(make_model(tmp_path / "small", max_seq_length=window)))
    prepared = prepare(article("a", "the bridge closed. the whale, the museum. " * 30, "the harbour " * 50), small)
    counts = small.count_pieces([f"{item.title}\n{item.text}" for item in prepared.inputs])
    assert max(counts) <= small.window == window - 2
    assert max(small.count_pieces([item.text for item in prepared.inputs])) > window // 2, "the title leaves room"
