"""What a chat model writes, piece by piece, to clean sentences with the ids that they rest on. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import regex

from retrieval.writing.envelope import Envelope
from retrieval.writing.labels import declines, is_none
from retrieval.writing.polish import polished
from retrieval.writing.units import Unit, Units
from retrieval.writing.unwrapping import Unwrapper

MOST_IDS = 5
"""Ids of a sentence: what rests on more rests on nothing in particular."""

_MOST_REPEATS = 2  # sentences said again before the model is taken to go round in circles
_LONGEST_IDLE = 4000  # characters without a sentence that could be taken: several times a whole answer
_FEWEST_WORDS = 3  # of a line without ids and full stop that counts as a sentence, not as a heading
_NOT_LETTERS = regex.compile(r"[^\p{L}\p{N}]+")


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence that a model claims: nothing is known yet of whether its quotes bear it out."""

    text: str
    """Clean prose without ids, markup and links, with its full stop; at most 600 characters."""
    ids: tuple[str, ...]
    """Of the sentences that it rests on: known ones only, in their order, none twice, 1 to `MOST_IDS`."""


class DraftReader:
    """Reads a model's output as it comes; how it is cut into pieces makes no difference."""

    def __init__(self, known: Collection[str], most_sentences: int, *, marker: str = "") -> None:
        """Begin with nothing read.

        Args:
            known: the ids of the prompt.
            most_sentences: after so many nothing more is wanted.
            marker: the prompt's; what a model repeats of the text between its markers is not its answer.
        """
        self.dropped = 0
        """Sentences without any valid id, and such of which nothing was left that can be shown."""
        self.done = False
        """Nothing more is wanted: enough sentences, a refusal, repetition, or the end of the answer."""
        self.retracted = 0
        """So many of the sentences given so far were thoughts, as their end showed: they are no part of the answer."""
        self._known = frozenset(known)
        self._most = most_sentences
        self._marker = marker
        self._unwrapper = Unwrapper()
        self._given = 0
        self._begin()

    def _begin(self) -> None:
        self._envelope = Envelope()
        self._units = Units(self._known, self._marker)
        self._said: set[str] = set()
        self._kept = 0
        self._repeats = 0
        self._refused = False
        self._said_none = False
        self._idle = 0

    @property
    def declined(self) -> bool:
        """Whether the model says that the passages do not answer, and nothing else."""
        return self._refused and not self._kept

    def feed(self, text: str) -> list[DraftSentence]:
        """Read on, and return the sentences with at least one valid id that have become certain by it."""
        found: list[DraftSentence] = []
        for character in text:
            if self.done:
                break
            prose = self._unwrapper.read(character)
            if self._unwrapper.thought_aloud:
                self._retract()
            found += self._read(prose)
            self.done = self.done or self._unwrapper.over
        return found

    def end(self, *, cut: bool) -> list[DraftSentence]:
        """Return the rest; with `cut` the last sentence is left out unless it is finished."""
        enough = self.done and not (self._unwrapper.over or self._units.over)
        found = [] if enough else self._read(self._unwrapper.end())
        found += [] if enough else self._read(self._envelope.end(), held=True)
        if not enough:
            found += self._taken(self._units.end(cut=cut and not self._unwrapper.over))
        self.done = True
        return found

    def _retract(self) -> None:
        self.retracted = self._given
        self.dropped = 0
        self._begin()

    def _read(self, prose: str, *, held: bool = False) -> list[DraftSentence]:
        found: list[DraftSentence] = []
        for character in prose:
            for plain in character if held else self._envelope.read(character):
                found += self._taken(self._units.read(plain))
                self._idle += 1
        self.done = self.done or self._units.over or self._idle > _LONGEST_IDLE
        return found

    def _taken(self, units: list[Unit]) -> list[DraftSentence]:
        found: list[DraftSentence] = []
        for unit in units:
            if not self._is_enough():
                found += self._judged(unit)
        return found

    def _is_enough(self) -> bool:
        return self._said_none or self._kept == self._most or self._repeats == _MOST_REPEATS

    def _judged(self, unit: Unit) -> list[DraftSentence]:
        if is_none(unit.text):
            self._refused = self._said_none = self.done = True
            return []
        if declines(unit.text, cited=bool(unit.ids)):
            self._refused = True
            return []
        text = polished(unit.text, self._marker) if unit.ids else ""
        if not text:
            self.dropped += _is_sentence(unit)
            self._is_new(unit.text)
            return []
        if not self._is_new(text):
            return []
        self._kept += 1
        self._given += 1
        self._idle = 0
        self.done = self.done or self._kept == self._most
        return [DraftSentence(text, unit.ids[:MOST_IDS])]

    def _is_new(self, text: str) -> bool:
        """Tell whether a sentence has not been said before; after a few that have, the model is not listened to."""
        letters = _NOT_LETTERS.sub("", text.casefold())
        new = letters not in self._said or not letters
        self._said.add(letters)
        self._repeats += not new
        self.done = self.done or self._repeats == _MOST_REPEATS
        return new


def _is_sentence(unit: Unit) -> bool:
    """Tell whether a unit is more than a heading or what announces a list."""
    if unit.ids or not unit.text:
        return True
    return not unit.text.endswith((":", "：")) and len(unit.text.split()) >= _FEWEST_WORDS
