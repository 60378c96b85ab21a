"""Which passages go through the encoder together: of those that wait, the oldest and others as long, to pad little."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.encoding import Prepared
from ingest.sources.draft import Draft
from retrieval.catalog_rows import EncodedPassage
from retrieval.encoder import Encoder, PassageInput
from retrieval.models import PassageVectors

SLICE = 16
"""Passages encoded at a time: half a second of work on 2 cores."""

WINDOW = 128
"""Passages among which those of a slice are chosen.

Of passages of some 140 word pieces 4 % more than their own is computed as padding; 17 % when 64 are taken as they come and
sorted in batches of 32. Of 256, 3 %, but twice as many articles are half encoded, which is lost when a run is stopped.
"""


@dataclass(slots=True, eq=False)
class Filling:
    """An article whose passages are being encoded."""

    draft: Draft
    prepared: Prepared
    _vectors: dict[int, PassageVectors] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """Whether all its passages are encoded."""
        return len(self._vectors) == len(self.prepared.inputs)

    def put(self, position: int, vectors: PassageVectors) -> None:
        """Take what the encoder made of the passage of a position."""
        self._vectors[position] = vectors

    def encoded(self) -> list[EncodedPassage]:
        """Return the passages with their vectors, once all are there."""
        return self.prepared.with_vectors([self._vectors[n] for n in range(len(self.prepared.inputs))])


@dataclass(frozen=True, slots=True)
class _Waiting:
    filling: Filling
    position: int

    @property
    def input(self) -> PassageInput:
        return self.filling.prepared.inputs[self.position]

    @property
    def length(self) -> int:
        """In characters, which of one language go with the word pieces."""
        return len(self.input.title) + len(self.input.text)


class Slices:
    """The passages that wait for the encoder."""

    def __init__(self, encoder: Encoder) -> None:
        """Take the encoder."""
        self._encoder = encoder
        self._waiting: deque[_Waiting] = deque()

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._waiting)

    def add(self, filling: Filling) -> None:
        """Let the passages of an article wait behind those that do."""
        self._waiting.extend(_Waiting(filling, n) for n in range(len(filling.prepared.inputs)))

    def encode(self) -> None:
        """Encode a slice and give each article what is its own; the oldest passage is always among them."""
        chosen = self._taken()
        vectors = self._encoder.encode_passages([one.input for one in chosen])
        for one, found in zip(chosen, vectors, strict=True):
            one.filling.put(one.position, found)

    def _taken(self) -> Sequence[_Waiting]:
        first = [self._waiting.popleft() for _ in range(min(WINDOW, len(self._waiting)))]
        order = sorted(range(len(first)), key=lambda n: first[n].length)
        start = _least_padded([first[n].length for n in order], order.index(0))
        chosen = sorted(order[start : start + SLICE])
        self._waiting.extendleft(first[n] for n in reversed(range(len(first))) if n not in chosen)
        return [first[n] for n in chosen]


def _least_padded(lengths: Sequence[int], at: int) -> int:
    """Return where a slice of ascending lengths begins that holds the one at `at` and needs the least padding."""
    starts = range(max(0, at - SLICE + 1), max(0, min(at, len(lengths) - SLICE)) + 1)
    return min(
        starts,
        key=lambda start: sum(
            lengths[min(start + SLICE, len(lengths)) - 1] - one for one in lengths[start : start + SLICE]
        ),
    )
