"""The chat model against a server that speaks OpenAI's protocol, as it should and in every other way."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGenerationChunk
from langsmith import tracing_context
from langsmith.utils import tracing_is_enabled
from pydantic import SecretStr

from retrieval.errors import Stopped, WriterUnavailable
from retrieval.stopping import Stop
from retrieval.writing import request
from retrieval.writing.breaker import Breaker
from retrieval.writing.chat_model import ChatModel, Piece, Usage
from retrieval.writing.token_estimate import estimated_tokens
from tests.openai_server import Asked, OpenAiServer, Reply, refuses, says, sends

KEY = "sk-not-to-be-told"
SYSTEM = "What to do."
USER = "Who took Mirabel's pearls from the vault?"
AT_ONCE = 2.0
"""Seconds; far below any time limit that is at work, far above what a busy machine needs."""

Make = Callable[..., ChatModel]
Serve = Callable[..., OpenAiServer]


@dataclass
class Talk:
    """One request, and what came of it."""

    model: ChatModel
    stop: Stop = field(default_factory=Stop)
    pieces: list[Piece] = field(default_factory=list)
    usage: list[Usage] = field(default_factory=list)

    def ask(self, most_tokens: int = 50) -> str:
        """Ask, and return the text."""
        for piece in self.stream(most_tokens):
            self.pieces.append(piece)
        return self.text

    def stream(self, most_tokens: int = 50) -> Iterator[Piece]:
        """Ask, and leave the reading to the caller."""
        return self.model.stream(SYSTEM, USER, stop=self.stop, most_tokens=most_tokens, on_usage=self.usage.append)

    @property
    def text(self) -> str:
        """What was said so far."""
        return "".join(piece.text for piece in self.pieces)


def estimate(answer: str) -> Usage:
    """Return what is counted where the provider does not say."""
    return Usage(estimated_tokens(SYSTEM + USER), estimated_tokens(answer), estimated=True)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers."""
    running: list[OpenAiServer] = []

    def start(*replies: Reply, answer: Callable[[Asked], Reply] | None = None) -> OpenAiServer:
        running.append(OpenAiServer(*replies, answer=answer).__enter__())
        return running[-1]

    yield start
    for server in running:
        server.__exit__(None, None, None)


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes chat models of a server."""
    made: list[ChatModel] = []

    def model(server: OpenAiServer, *, seconds: float = 20.0, breaker: Breaker | None = None) -> ChatModel:
        made.append(ChatModel("openai:any", url=server.url, key=SecretStr(KEY), seconds=seconds, breaker=breaker))
        made[-1].load()
        return made[-1]

    yield model
    for each in made:
        each.close()


def test_what_is_asked_and_answered(serve: Serve, make: Make) -> None:
    server = serve(says("It was ", "the ", "gardener [1.2].", usage=(321, 9)))
    talk = Talk(make(server))
    talk.ask(most_tokens=77)
    assert talk.pieces == [Piece("It was "), Piece("the "), Piece("gardener [1.2].")]
    assert talk.usage == [Usage(321, 9)]
    (asked,) = server.asked
    assert (asked.text("system"), asked.text("user")) == (SYSTEM, USER)
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    body = {name: value for name, value in asked.body.items() if name != "messages"}
    assert body == {
        "model": "any", "stream": True, "stream_options": {"include_usage": True}, "temperature": 0,
        "max_completion_tokens": 77,
    }  # fmt: skip


def test_pieces_come_while_the_rest_is_being_written(serve: Serve, make: Make) -> None:
    server = serve(says("First.", " Second.", between=60.0))
    pieces = Talk(make(server)).stream()
    assert next(pieces) == Piece("First.")
    assert not server.asked[0].answered.is_set()


@pytest.mark.parametrize("finish", ["length", "content_filter"])
def test_the_last_piece_says_that_the_output_was_cut(serve: Serve, make: Make, finish: str) -> None:
    talk = Talk(make(serve(says("One two", " thr", finish=finish))))
    talk.ask()
    assert talk.pieces == [Piece("One two"), Piece(" thr"), Piece("", cut=True)]
    assert talk.usage == [Usage(100, 20)]


def test_a_server_that_heeds_no_limit_is_cut_off(serve: Serve, make: Make) -> None:
    server = serve(says(*["word "] * 500, between=0.001))
    talk = Talk(make(server))
    assert 100 < len(talk.ask(most_tokens=20)) <= 160
    assert talk.pieces[-1].cut
    assert server.asked[0].left.wait(AT_ONCE)


def test_tokens_are_estimated_where_the_provider_does_not_say(serve: Serve, make: Make) -> None:
    talk = Talk(make(serve(says("Answer", usage=None))))
    talk.ask()
    assert talk.usage == [estimate("Answer")]


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        pytest.param((10**30, 10**30), Usage(10**9, 10**9), id="beyond all measure"),
        pytest.param((50, -9), Usage(50, 0), id="fewer than none"),
        pytest.param((-50, 9), Usage(estimate("").read, 9, estimated=True), id="a prompt of fewer than none"),
        pytest.param((0, 0), estimate("Answer"), id="none"),
    ],
)
def test_tokens_that_cannot_be(serve: Serve, make: Make, said: tuple[int, int], counted: Usage) -> None:
    talk = Talk(make(serve(says("Answer", usage=said))))
    talk.ask()
    assert talk.usage == [counted]


def test_halves_of_surrogate_pairs_are_not_sent(serve: Serve, make: Make) -> None:
    server = serve(says("Answer \ud83d."))
    pieces = make(server).stream(SYSTEM, "a\ud83d", stop=Stop(), most_tokens=9, on_usage=lambda _: None)
    assert [piece.text for piece in pieces] == ["Answer ?."]
    assert server.asked[0].text("user") == "a?"


def test_thoughts_are_no_text(serve: Serve, make: Make) -> None:
    assert Talk(make(serve(says("Answer.", thoughts=("Let me", " see."))))).ask() == "Answer."


@pytest.mark.parametrize(
    ("reply", "text", "reason", "requests", "counted"),
    [
        pytest.param(refuses(400), "", "the provider answered 400", 1, False, id="400"),
        pytest.param(refuses(401), "", "the provider answered 401", 1, False, id="401"),
        pytest.param(refuses(404), "", "the provider answered 404", 1, False, id="404"),
        pytest.param(refuses(429, retry_after="41"), "", "the provider answered 429", 1, False, id="429"),
        pytest.param(refuses(500), "", "the provider answered 500", 2, False, id="500"),
        pytest.param(sends(b"<html>Sign in to the network</html>"), "", "cannot be read", 1, True, id="HTML"),
        pytest.param(sends(b"", "text/event-stream"), "", "cannot be read", 1, True, id="nothing"),
        pytest.param(sends(b"x" * 1_000_000), "", "cannot be read", 1, True, id="a megabyte of nothing"),
        pytest.param(sends(b"{}", "application/json"), "", "cannot be read", 1, True, id="no stream"),
        pytest.param(says("Half", fault="break"), "Half", "the connection broke", 1, True, id="broken half way"),
        pytest.param(says("Half", fault="vanish"), "Half", "the stream broke off", 1, True, id="ended half way"),
        pytest.param(says("Half", fault="malformed"), "Half", "cannot be read", 1, True, id="malformed chunk"),
        pytest.param(says("Half", fault="odd"), "Half", "cannot be read", 1, True, id="chunk of another shape"),
        pytest.param(says("Half", fault="error"), "Half", "the provider answered 503", 1, True, id="error half way"),
    ],
)  # fmt: skip
def test_failures(serve: Serve, make: Make, reply: Reply, text: str, reason: str, requests: int, counted: bool) -> None:
    server = serve(reply)
    talk = Talk(make(server))
    began = time.monotonic()
    with pytest.raises(WriterUnavailable, match=reason):
        talk.ask()
    assert time.monotonic() - began < AT_ONCE + 1
    assert talk.text == text
    assert len(server.asked) == requests
    assert len(talk.usage) == counted


def test_an_empty_answer_is_an_answer(serve: Serve, make: Make) -> None:
    talk = Talk(make(serve(says())))
    assert talk.ask() == ""
    assert talk.usage == [Usage(100, 20)]


def test_nobody_listens() -> None:
    model = ChatModel("openai:any", url="http://127.0.0.1:1/v1", key=SecretStr(KEY), seconds=20)
    talk = Talk(model)
    with pytest.raises(WriterUnavailable, match="no connection"):
        talk.ask()
    assert talk.usage == []
    model.close()


@pytest.mark.parametrize(
    ("reply", "seconds", "reason"),
    [
        pytest.param(says("x", fault="silence"), 0.3, "no complete answer in time", id="no byte"),
        pytest.param(says("x", first=9.0), 0.3, "no complete answer in time", id="no text"),
        pytest.param(says(*"x" * 99, between=0.1), 0.5, "no complete answer in time", id="too slow"),
        pytest.param(says("Half", fault="stall"), 20.0, "the stream stalled", id="stalled half way"),
    ],
)
def test_waiting_has_an_end(
    serve: Serve, make: Make, monkeypatch: pytest.MonkeyPatch, reply: Reply, seconds: float, reason: str
) -> None:
    monkeypatch.setattr(request, "LONGEST_SILENCE", 0.3)
    server = serve(reply)
    talk = Talk(make(server, seconds=seconds))
    began = time.monotonic()
    with pytest.raises(WriterUnavailable, match=reason):
        talk.ask()
    assert 0.25 < time.monotonic() - began < AT_ONCE
    assert server.asked[0].left.wait(AT_ONCE), "the connection is closed"
    assert [used.estimated for used in talk.usage] == [True]


def test_a_long_prompt_may_be_read_for_longer_than_a_stream_may_stall(
    serve: Serve, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request, "LONGEST_SILENCE", 0.2)
    assert Talk(make(serve(says("Answer.", first=0.5)))).ask() == "Answer."


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(refuses(500), id="500"),
        pytest.param(refuses(429), id="429"),
        pytest.param(refuses(503, retry_after="0.1"), id="503 for a moment"),
    ],
)
def test_what_fails_for_a_moment_is_asked_again(serve: Serve, make: Make, reply: Reply) -> None:
    server = serve(reply, says("Answer."))
    talk = Talk(make(server))
    assert talk.ask() == "Answer."
    assert len(server.asked) == 2
    assert talk.usage == [Usage(100, 20)]


@pytest.mark.parametrize("name", ["temperature", "stream_options"])
def test_a_parameter_that_is_refused_is_left_out_from_then_on(serve: Serve, make: Make, name: str) -> None:
    def answer(asked: Asked) -> Reply:
        return refuses(400, f"Unsupported parameter: '{name}'") if name in asked.body else says("Answer.")

    server = serve(answer=answer)
    model = make(server)
    assert [Talk(model).ask() for _ in range(2)] == ["Answer."] * 2
    assert [name in asked.body for asked in server.asked] == [True, False, False]


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        pytest.param(says("x", fault="silence"), "", id="before the first byte"),
        pytest.param(says("x", first=60.0), "", id="before the first word"),
        pytest.param(says("Half", fault="stall"), "Half", id="half way"),
        pytest.param(says(*["word "] * 999, between=0.02), "word ", id="between words"),
    ],
)
def test_stopping(serve: Serve, make: Make, reply: Reply, text: str) -> None:
    server = serve(reply)
    talk = Talk(make(server))
    timer = threading.Timer(0.3, talk.stop.request)
    timer.start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        talk.ask(most_tokens=5000)
    assert time.monotonic() - began < AT_ONCE
    assert talk.text.startswith(text)
    assert server.asked[0].left.wait(AT_ONCE), "the connection is closed"
    assert [used.estimated for used in talk.usage] == [True]
    timer.join()


def test_stopping_before_anything_is_sent(serve: Serve, make: Make) -> None:
    server = serve(says("x"))
    talk = Talk(make(server))
    talk.stop.request()
    with pytest.raises(Stopped):
        talk.ask()
    assert server.asked == []
    assert talk.usage == []


def test_stopping_between_two_tries(serve: Serve, make: Make) -> None:
    server = serve(refuses(503, retry_after="2"), says("x"))
    talk = Talk(make(server))
    threading.Timer(0.5, talk.stop.request).start()
    with pytest.raises(Stopped):
        talk.ask()
    assert len(server.asked) == 1
    assert talk.usage == []


def test_reading_no_further_closes_the_connection(serve: Serve, make: Make) -> None:
    server = serve(says("One.", " Two.", between=60.0))
    talk = Talk(make(server))
    pieces = talk.stream()
    next(pieces)
    del pieces
    assert server.asked[0].left.wait(AT_ONCE)
    assert talk.usage == [estimate("One.")]


def test_a_provider_that_keeps_failing_is_left_alone(
    serve: Serve, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(*[sends(b"garbage")] * 3, says("Answer."))
    now = 0.0
    model = make(server, breaker=Breaker(clock=lambda: now))
    for _ in range(5):
        with pytest.raises(WriterUnavailable):
            Talk(model).ask()
    assert len(server.asked) == 3
    now = 30.0
    given_up = Talk(model).stream()
    next(given_up)
    del given_up
    assert Talk(model).ask() == "Answer."
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


def test_a_probe_that_is_stopped_leaves_its_turn_to_the_next(serve: Serve, make: Make) -> None:
    server = serve(refuses(401), says("x", fault="silence"), says("Answer."))
    now = 0.0
    model = make(server, breaker=Breaker(clock=lambda: now))
    with pytest.raises(WriterUnavailable):
        Talk(model).ask()
    now = 600.0
    stopped = Talk(model)
    threading.Timer(0.2, stopped.stop.request).start()
    with pytest.raises(Stopped):
        stopped.ask()
    assert Talk(model).ask() == "Answer."


def test_the_time_that_a_provider_asks_for_is_kept_exactly(serve: Serve, make: Make) -> None:
    server = serve(refuses(429, retry_after="41"), says("Answer."))
    now = 0.0
    model = make(server, breaker=Breaker(clock=lambda: now))
    with pytest.raises(WriterUnavailable) as first:
        Talk(model).ask()
    now = 40.9
    with pytest.raises(WriterUnavailable) as second:
        Talk(model).ask()
    assert first.value.retry_after == 41.0
    assert second.value.retry_after == pytest.approx(0.1)
    now = 41.0
    assert Talk(model).ask() == "Answer."


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(refuses(400, f"cannot answer: {USER}"), id="in a refusal"),
        pytest.param(refuses(500, USER), id="in an error"),
        pytest.param(sends(USER.encode()), id="as garbage"),
        pytest.param(says(USER, fault="odd"), id="in a chunk of another shape"),
        pytest.param(says(USER, fault="malformed"), id="in a malformed chunk"),
    ],
)
def test_what_a_provider_repeats_is_not_logged(
    serve: Serve, make: Make, caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder, reply: Reply
) -> None:
    caplog.set_level(logging.INFO)
    model = make(serve(reply))
    with pytest.raises(WriterUnavailable) as caught:
        Talk(model).ask()
    said = f"{caught.value!r}{caught.value.__cause__!r}{caplog.text}{[str(each.message) for each in recwarn]}"
    for secret in ("Mirabel", "pearls", KEY, "input_value"):
        assert secret not in said


def test_requests_at_a_time_do_not_mix(serve: Serve, make: Make) -> None:
    def answer(asked: Asked) -> Reply:
        return says(*([asked.text("user")] * 20), between=0.005)

    model = make(serve(answer=answer))
    said: dict[str, str] = {}

    def ask(user: str) -> None:
        pieces = model.stream("", user, stop=Stop(), most_tokens=99, on_usage=lambda _: None)
        said[user] = "".join(piece.text for piece in pieces)

    threads = [threading.Thread(target=ask, args=(f"{n},",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == {f"{n},": f"{n}," * 20 for n in range(8)}


def test_closing_breaks_off_what_is_under_way(serve: Serve, make: Make) -> None:
    server = serve(says("Half", fault="stall"))
    model = make(server)
    pieces = Talk(model).stream()
    next(pieces)
    model.close()
    with pytest.raises(WriterUnavailable, match="has been closed"):
        next(pieces)
    assert server.asked[0].left.wait(AT_ONCE)
    with pytest.raises(WriterUnavailable, match="has been closed"):
        Talk(model).ask()
    model.close()
    assert "chat-model" not in {thread.name for thread in threading.enumerate()}


class Watched(GenericFakeChatModel):
    """Remembers whether LangSmith would be told."""

    told: list[bool] = []  # noqa: RUF012  # pydantic's own way: each model gets a copy

    def _stream(self, *given: Any, **named: Any) -> Iterator[ChatGenerationChunk]:
        self.told.append(tracing_is_enabled() is not False)
        yield from super()._stream(*given, **named)


def test_nothing_is_told_to_a_tracing_service() -> None:
    watched = Watched(messages=iter([AIMessage("One two.")]))
    model = ChatModel("watched:any", model=watched)
    talk = Talk(model)
    with tracing_context(enabled=True):
        assert talk.ask() == "One two."
    assert [piece.text for piece in talk.pieces] == ["One", " ", "two."]
    assert talk.usage == [estimate("One two.")]
    assert watched.told == [False]
    model.close()
