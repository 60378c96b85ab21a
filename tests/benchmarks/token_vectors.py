"""The token vectors of a catalogue's passages as the model makes them, before anything is left out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from ingest.encoding import prepare
from retrieval import late_interaction
from retrieval.catalog import Catalog
from retrieval.encoder import Encoder, PassageInput
from retrieval.models import PassageVectors, Span
from tests.benchmarks.quantisers import Vectors, unit

_SLICE = 64  # passages encoded at a time


@dataclass(frozen=True, slots=True)
class Tokens:
    """The token vectors of one passage, float32 and of unit length: shape (tokens, dimensions)."""

    vectors: Vectors
    counts: npt.NDArray[np.uint16]
    """Of the title's and each sentence's tokens, shape (1 + sentences,)."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """The passages of a set by their ids, encoded one way."""

    tokens: Mapping[int, Tokens]
    seconds: float
    """Of processor time."""


@contextmanager
def vectors_as_they_are() -> Iterator[None]:
    """Let the encoder give token vectors instead of codes, and `matches` take them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(late_interaction, "pack", unit)
        patch.setattr(late_interaction, "rotated", unit)
        patch.setattr(late_interaction, "unpack", lambda vectors, bits: vectors)
        yield


def encoded(catalog: Catalog, encoder: Encoder) -> tuple[Encoded, Encoded]:
    """Return all passages encoded in one pass each, as shipped, and once more with title and sentences on their own."""
    inputs: dict[int, PassageInput] = {}
    for stored in catalog.articles():
        entries = catalog.index_entries(stored.key)
        inputs.update(zip((entry.id for entry in entries), prepare(stored.article, encoder).inputs, strict=True))
    encoder.load()
    with vectors_as_they_are():
        return _encoded(inputs, encoder, _in_one_pass), _encoded(inputs, encoder, _apart)


def _encoded(
    inputs: Mapping[int, PassageInput],
    encoder: Encoder,
    encode: Callable[[Sequence[PassageInput], Encoder], list[Tokens]],
) -> Encoded:
    started = time.process_time()
    ids, of = list(inputs), list(inputs.values())
    tokens = [one for n in range(0, len(of), _SLICE) for one in encode(of[n : n + _SLICE], encoder)]
    return Encoded(dict(zip(ids, tokens, strict=True)), time.process_time() - started)


def _in_one_pass(inputs: Sequence[PassageInput], encoder: Encoder) -> list[Tokens]:
    return [Tokens(_floats(one), one.counts) for one in encoder.encode_passages(inputs)]


def _apart(inputs: Sequence[PassageInput], encoder: Encoder) -> list[Tokens]:
    texts = [[one.title, *(one.text[span.start : span.end] for span in one.sentences)] for one in inputs]
    alone = [PassageInput("", text, (Span(0, len(text)),)) for of_one in texts for text in of_one]
    vectors = iter([_floats(one) for one in encoder.encode_passages(alone)])
    return [_joined([next(vectors) for _ in of_one]) for of_one in texts]


def _joined(parts: Sequence[Vectors]) -> Tokens:
    return Tokens(np.concatenate(parts), np.array([len(part) for part in parts], np.uint16))


def _floats(vectors: PassageVectors) -> Vectors:
    """Return the token vectors of a passage that was encoded while `pack` left them as they are."""
    return vectors.tokens.astype(np.float32, copy=False)
