"""A real model, served as operators serve theirs: streaming, stopping, and output that is no answer.

The model is small and knows no instructions, so what it writes is close to garbage, which is what is wanted here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from retrieval.errors import Stopped, WriterUnavailable
from retrieval.settings import Settings
from retrieval.stopping import Stop
from retrieval.writing.chat_model import ChatModel, Usage
from retrieval.writing.draft import DraftReader
from tests.model_server import generating

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]

SYSTEM = (
    "Questions are answered from numbered sentences. Each answer ends in the number of the sentence that it rests on.\n\n"
    "[1.1] The library in Ostrand opens at nine.\n[1.2] It was built in 1904.\n"
    "Question: When was the library built?\nAnswer: It was built in 1904. [1.2]"
)
USER = (
    "[1.1] The new ferry to Ennoway is electric.\n[1.2] It carries 120 passengers and cost 14 million euros.\n"
    "Question: How much did the ferry cost?"
)
ENDLESS = "Count for ever: one, two, three, four, five, six, seven, eight, nine, ten, one, two, three, four,"
SOON = 10.0
"""Seconds; a server that went on would write for minutes."""


@pytest.fixture
def model(model_settings: Settings) -> Iterator[ChatModel]:
    """The chat model, as the settings name it."""
    assert model_settings.chat_model is not None
    model = ChatModel(
        model_settings.chat_model,
        url=model_settings.chat_model_url,
        key=model_settings.chat_model_key,
        seconds=model_settings.chat_model_seconds,
    )
    model.load()
    yield model
    model.close()


def holds(condition: Callable[[], bool]) -> bool:
    """Return whether a condition comes to hold soon."""
    until = time.monotonic() + SOON
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_an_answer_comes_word_by_word_and_is_counted(model: ChatModel) -> None:
    usage: list[Usage] = []
    pieces = list(model.stream(SYSTEM, USER, stop=Stop(), most_tokens=24, on_usage=usage.append))
    assert len(pieces) > 4
    assert "14 million" in "".join(piece.text for piece in pieces)
    assert [piece.cut for piece in pieces if piece.cut] == [True], "it never ends by itself"
    (used,) = usage
    assert not used.estimated
    assert used.read > 100
    assert used.written == 24


def test_the_first_piece_comes_before_the_last_is_written(model: ChatModel, model_url: str) -> None:
    pieces = model.stream("", ENDLESS, stop=Stop(), most_tokens=4000, on_usage=lambda _: None)
    assert next(pieces).text
    assert generating(model_url)
    pieces.close()
    assert holds(lambda: not generating(model_url)), "reading no further ends the writing"


@pytest.mark.parametrize("after", [pytest.param(0.3, id="soon"), pytest.param(3.0, id="while it writes")])
def test_stopping_ends_the_writing(model: ChatModel, model_url: str, after: float) -> None:
    stop, usage = Stop(), list[Usage]()
    timer = threading.Timer(after, stop.request)
    timer.start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        list(model.stream("", ENDLESS, stop=stop, most_tokens=4000, on_usage=usage.append))
    assert time.monotonic() - began < after + 2
    assert holds(lambda: not generating(model_url)), "the server goes on for nobody"
    assert [used.estimated for used in usage] == [True]
    timer.join()


def test_an_answer_that_takes_too_long_is_broken_off(model_settings: Settings, model_url: str) -> None:
    model = ChatModel("openai:gemma", url=model_url, seconds=2.0)
    with pytest.raises(WriterUnavailable, match="no complete answer in time"):
        list(model.stream("", ENDLESS, stop=Stop(), most_tokens=4000, on_usage=lambda _: None))
    assert holds(lambda: not generating(model_url))
    model.close()


@pytest.mark.parametrize(
    "prompt",
    [
        pytest.param("]]]] [[[ {{{ <think> <|im_start|> \x00 \u202e", id="symbols"),
        pytest.param("[1.1] [9.9] [1.1] [9.9] [1.1] [9.9]", id="ids"),
        pytest.param('{"answer": [{"text": "', id="JSON"),
        pytest.param("# Sources\n- http://example.org/[1.1]\n- **", id="markdown"),
    ],
)
def test_of_garbage_nothing_gets_through_but_sentences_with_known_ids(model: ChatModel, prompt: str) -> None:
    reader = DraftReader({"1.1", "1.2"}, 4)
    sentences = []
    for piece in model.stream("", prompt, stop=Stop(), most_tokens=60, on_usage=lambda _: None):
        sentences += list(reader.feed(piece.text))
    sentences += list(reader.end(cut=True))
    assert len(sentences) <= 4
    for sentence in sentences:
        assert sentence.ids
        assert set(sentence.ids) <= {"1.1", "1.2"}
        assert "http" not in sentence.text


def test_a_model_that_the_server_does_not_have_is_no_matter(model_settings: Settings, model_url: str) -> None:
    model = ChatModel("openai:another", url=model_url, seconds=60)
    pieces = list(model.stream("", "One, two,", stop=Stop(), most_tokens=4, on_usage=lambda _: None))
    assert pieces
    model.close()
