"""A chat model that writes what it is told to, and remembers what it was asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence

from retrieval.errors import WriterUnavailable
from retrieval.stopping import Stop
from retrieval.writing.chat_model import ChatModel, Piece, Usage

Reply = str | WriterUnavailable | Callable[[str], str]
"""What it writes, what it fails with half way, or what it makes of the prompt."""


class ScriptedModel(ChatModel):
    """Writes its replies one after the other, the last one for ever, in pieces of a word."""

    def __init__(self, *replies: Reply, cut: bool = False) -> None:
        """Take the replies; with `cut` each ends by the length limit."""
        super().__init__("scripted:model")
        self.asked: list[tuple[str, str]] = []
        self.taken: list[str] = []
        """Pieces that were asked for."""
        self.left_early = 0
        self.closed = False
        self._replies: Sequence[Reply] = replies
        self._cut = cut

    def load(self) -> None:
        """Need nothing."""

    def stream(
        self, system: str, user: str, *, stop: Stop, most_tokens: int, on_usage: Callable[[Usage], None]
    ) -> Generator[Piece, None, None]:
        """Write the next reply; a failing one writes half a sentence first."""
        self.asked.append((system, user))
        reply = self._replies[min(len(self.asked), len(self._replies)) - 1]
        text = (
            "The bridge" if isinstance(reply, WriterUnavailable) else reply if isinstance(reply, str) else reply(user)
        )
        pieces = re.findall(r"\S+\s*|\s+", text)
        written = 0
        try:
            for piece in pieces:
                stop.check()
                self.taken.append(piece)
                written += 1
                yield Piece(piece)
            if isinstance(reply, WriterUnavailable):
                raise reply
            yield Piece("", cut=self._cut)
        except GeneratorExit:
            self.left_early += 1
            raise
        finally:
            on_usage(Usage(100, written))

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


def ids_of(user: str, *words: str) -> list[str]:
    """Return the ids of the sentences in a prompt that hold each of some words."""
    lines = user.splitlines()
    return [
        next(m[1] for line in lines if word in line and (m := re.search(r"\[(\d+\.\d+)\]", line))) for word in words
    ]
