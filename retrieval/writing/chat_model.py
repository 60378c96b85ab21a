"""The chat model that writes answers: asked over LangChain, watched, stopped and counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from retrieval.errors import SettingsError, WriterUnavailable
from retrieval.stopping import Stop
from retrieval.writing.breaker import Breaker
from retrieval.writing.event_loop import LoopThread
from retrieval.writing.failures import Failed, Failure
from retrieval.writing.providers import Provider
from retrieval.writing.request import Part, Request, encodable
from retrieval.writing.token_estimate import estimated_tokens

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from pydantic import SecretStr

RETRIES = 1
"""So often a request is made again that failed before it was answered, if it may fail for a moment only."""
_BETWEEN_TRIES = 0.5
"""Seconds, where the provider names none."""
_CHARACTERS_A_TOKEN = 8
"""More than any language has on average: text beyond this comes from a server that does not heed its limit."""
_MOST = 10**9
"""Tokens of a request, whatever a provider says."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of the model's output."""

    text: str
    """Empty only where the piece tells that the output was cut."""
    cut: bool = False
    """Whether the output was ended, here, before the model came to its end: by the limit of length, or by a filter."""


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens of one request."""

    read: int
    written: int
    estimated: bool = False
    """Whether they are estimated from the texts, as the provider did not say."""


class ChatModel:
    """A chat model by the name that `CITEGRAM_MODEL` has; nothing is imported or opened before its first use."""

    def __init__(
        self,
        name: str,
        *,
        url: str | None = None,
        key: SecretStr | None = None,
        seconds: float = 60.0,
        breaker: Breaker | None = None,
        model: BaseChatModel | None = None,
    ) -> None:
        """Name the model as `provider:model`; a request may take `seconds`; `model` stands in for LangChain's."""
        self.name = name
        self._seconds = seconds
        self._breaker = breaker or Breaker()
        self._provider = Provider(name, url=url, key=key, seconds=seconds)
        self._given = model
        self._loop = LoopThread("chat-model")

    def load(self) -> None:
        """Have the provider's package imported and the model made, without asking it anything.

        Raises:
            SettingsError: the package is not installed, the provider is not known, its key is missing.
        """
        self._model(1)

    def stream(
        self, system: str, user: str, *, stop: Stop, most_tokens: int, on_usage: Callable[[Usage], None]
    ) -> Generator[Piece, None, None]:
        """Ask the model, at temperature 0, and yield what it writes as it comes; closing the iterator breaks it off.

        `on_usage` is called once, in the caller's thread, for each request that may have cost something: when the answer
        is complete, and also when it was broken off.

        Raises:
            WriterUnavailable: the provider fails, or is being left alone since it failed.
            Stopped: `stop` was requested, also while waiting.
        """
        stop.check()
        permit = self._breaker.enter()
        system, user = encodable(system), encodable(user)
        count = _Count(system + user)
        cut = False
        try:
            for part in self._answered(system, user, stop, most_tokens, count):
                cut = cut or part.cut
                if part.text:
                    yield Piece(part.text)
            if cut:
                yield Piece("", cut=True)
        except Failed as failed:
            self._breaker.failed(permit, failed.failure)
            raise WriterUnavailable(failed.failure.reason, failed.failure.retry_after) from None
        except BaseException:
            if count.begun:
                self._breaker.succeeded(permit)
            else:
                self._breaker.gave_up(permit)
            raise
        else:
            self._breaker.succeeded(permit)
        finally:
            if not count.unread:
                on_usage(count.usage())

    def close(self) -> None:
        """Break off what is under way, close the connections and end the thread."""
        self._loop.close(self._provider.close)

    def _model(self, most_tokens: int) -> BaseChatModel:
        return self._given or self._provider.model(most_tokens)

    def _answered(self, system: str, user: str, stop: Stop, most_tokens: int, count: _Count) -> Iterator[Part]:
        """Yield the parts of an answer, asking again where that can help and nothing has been said yet."""
        deadline = time.monotonic() + self._seconds
        retries = RETRIES
        while True:
            try:
                yield from self._asked(system, user, stop, most_tokens, count, deadline - time.monotonic())
                return
            except Failed as failed:
                if count.begun:
                    raise
                count.unread = failed.failure.unread
                if self._given is None and self._provider.leave_out(failed.failure.refused):
                    continue
                if not failed.failure.passing or not retries:
                    raise
                retries -= 1
                _wait(failed.failure.retry_after or _BETWEEN_TRIES, stop)

    def _asked(
        self, system: str, user: str, stop: Stop, most_tokens: int, count: _Count, seconds: float
    ) -> Iterator[Part]:
        """Yield the parts of the answer to one request."""
        try:
            model = self._model(most_tokens)
        except SettingsError as error:
            raise Failed(Failure(str(error), unread=True)) from error
        messages = [("system", system), ("human", user)]
        room = most_tokens * _CHARACTERS_A_TOKEN
        ended = False
        request = Request(model, messages, loop=self._loop, stop=stop, most_seconds=seconds)
        count.unread = False
        with closing(request):
            for part in request.parts():
                count.add(part)
                ended = ended or bool(part.ended)
                if len(part.text) > room:
                    yield Part(part.text[:room], "length")
                    return
                room -= len(part.text)
                yield part
        if not count.begun:
            raise Failed(Failure("an empty answer"))
        if not ended and self._given is None and self._provider.says_how_it_ended:
            raise Failed(Failure("the stream broke off"))


class _Count:
    """What a request has cost so far."""

    def __init__(self, prompt: str) -> None:
        self._prompt = prompt
        self._texts: list[str] = []
        self._read = self._written = 0
        self.begun = False
        """Whether the provider has begun to answer."""
        self.unread = True
        """Whether it is certain that the provider has done nothing for it."""

    def add(self, part: Part) -> None:
        self.begun = True
        self._texts.append(part.text)
        self._read += part.read
        self._written += part.written

    def usage(self) -> Usage:
        if self._read > 0:
            return Usage(min(self._read, _MOST), min(max(self._written, 0), _MOST))
        written = min(self._written, _MOST) if self._written > 0 else estimated_tokens("".join(self._texts))
        return Usage(estimated_tokens(self._prompt), written, estimated=True)


def _wait(seconds: float, stop: Stop) -> None:
    """Wait, unless the work is not wanted any more.

    Raises:
        Stopped: it is not.
    """
    woken: SimpleQueue[None] = SimpleQueue()
    stop.then(lambda: woken.put(None))
    try:
        woken.get(timeout=seconds)
    except Empty:
        return
    stop.check()
