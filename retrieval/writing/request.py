"""One request to a chat model: sent in the event loop's thread, read in the thread that waits for the answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from retrieval.stopping import Stop
from retrieval.writing.event_loop import LoopThread
from retrieval.writing.failures import Failed, Failure, failure_of

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk

LONGEST_SILENCE = 20.0
"""Seconds; a stream that has begun and says nothing for so long has stalled."""
_ENDINGS = ("finish_reason", "stop_reason", "done_reason", "status")
"""Where providers say why an answer ended: OpenAI and Google, Anthropic, Ollama, OpenAI's newer interface."""
_NO_ENDING = frozenset({"", "None", "in_progress", "queued"})
_CUT = frozenset({"length", "max_tokens", "MAX_TOKENS", "incomplete", "content_filter"})
"""Endings before the model came to its own."""
_STOPPED: Final = object()


@dataclass(frozen=True, slots=True)
class Part:
    """What one chunk of a stream says."""

    text: str = ""
    ended: str = ""
    """Why the answer ended, as the provider names it; empty while it goes on."""
    read: int = 0
    written: int = 0
    """Tokens, to be summed over the parts."""

    @property
    def cut(self) -> bool:
        """Whether the answer ended before the model came to its end."""
        return self.ended in _CUT


class Request:
    """A request under way; to be closed, which breaks it off wherever it is."""

    def __init__(
        self,
        model: BaseChatModel,
        messages: list[tuple[str, str]],
        *,
        loop: LoopThread,
        stop: Stop,
        most_seconds: float,
    ) -> None:
        """Send it."""
        self._parts: SimpleQueue[Part | Failure | object | None] = SimpleQueue()
        self._deadline = time.monotonic() + most_seconds
        self._silence = min(LONGEST_SILENCE, most_seconds)
        self._stop = stop
        try:
            self._future = loop.start(self._send(model, messages))
        except RuntimeError as error:
            raise Failed(Failure("the chat model has been closed", unread=True)) from error
        stop.then(self._break_off)

    def parts(self) -> Iterator[Part]:
        """Yield what the model says as it comes.

        Raises:
            Failed: the provider did not answer, or broke off.
            Stopped: the answer is not wanted any more.
        """
        received, alive = 0, False
        while True:
            part = self._next(begun=alive)
            if part is None:
                return
            yield part
            received += 1
            # The first chunk is often empty and sent before the model has read the prompt.
            alive = alive or bool(part.text) or received > 1

    def close(self) -> None:
        """Close the connection, if the answer is not complete."""
        self._future.cancel()

    def _next(self, *, begun: bool) -> Part | None:
        left = self._deadline - time.monotonic()
        stalls = begun and self._silence < left
        try:
            part = self._parts.get(timeout=max(self._silence if stalls else left, 0.0))
        except Empty:
            raise Failed(Failure("the stream stalled" if stalls else "no complete answer in time")) from None
        self._stop.check()
        if isinstance(part, Failure):
            raise Failed(part)
        return part if isinstance(part, Part) else None

    def _break_off(self) -> None:
        self._parts.put(_STOPPED)
        self.close()

    async def _send(self, model: BaseChatModel, messages: list[tuple[str, str]]) -> None:
        from langsmith import tracing_context

        try:
            with tracing_context(enabled=False):
                stream: Any = model.astream(messages)
                async with aclosing(stream):
                    async for chunk in stream:
                        self._parts.put(part_of(chunk))
            self._parts.put(None)
        except asyncio.CancelledError:
            self._parts.put(Failure("the chat model has been closed"))
            raise
        except Exception as error:  # noqa: BLE001  # whatever goes wrong in a provider's package, readers get quotes
            self._parts.put(failure_of(error))


def part_of(chunk: AIMessageChunk) -> Part:
    """Return what a chunk says; thoughts, which providers keep apart from the text, are left out."""
    content = chunk.content
    text = encodable(content if isinstance(content, str) else str(chunk.text))
    ended, usage = _ending(chunk.response_metadata), chunk.usage_metadata
    if usage is None:
        return Part(text, ended)
    return Part(text, ended, usage["input_tokens"], usage["output_tokens"])


def encodable(text: str) -> str:
    """Return a text without halves of surrogate pairs, which JSON can hold and UTF-8 cannot."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _ending(metadata: dict[str, Any]) -> str:
    said = (str(metadata[name]) for name in _ENDINGS if name in metadata) if metadata else ()
    return next((ending for ending in said if ending not in _NO_ENDING), "")
