"""A provider that fails, over the wire: the reader gets quotes within the time limit, the log a line without words."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from retrieval import wording
from retrieval.catalog import Catalog
from retrieval.chain import AnswerChain
from retrieval.encoder import Encoder
from retrieval.models import Answer, Progress, Question
from retrieval.search import ExactSearch, PassageRetriever
from retrieval.writing.chat_model import ChatModel
from retrieval.writing.ledger import Budget, Ledger
from retrieval.writing.support import Support
from retrieval.writing.written import Writer
from tests.openai_server import Asked, OpenAiServer, Reply, refuses, says, sends
from tests.poisoning import violations
from tests.retrieval.test_chain import BRIDGE_QUESTION, Away

_SECONDS = 1.5
"""For a whole answer of the model."""
_MORE = 6.0
"""For all else, on a busy machine."""
_BEGUN = ("St. Aldric's Bridge ", "was closed ")


@pytest.fixture(scope="module")
def catalog(sample_data_dir: Path) -> Iterator[Catalog]:
    with closing(Catalog.in_directory(sample_data_dir)) as catalog:
        yield catalog


class Desk:
    """A chain whose model is asked over HTTP, and what was shown of its answers."""

    def __init__(self, catalog: Catalog, encoder: Encoder, data_dir: Path, url: str) -> None:
        encode = encoder.encode_question
        self.shown: list[Progress] = []
        model = ChatModel("openai:any", url=url, key=SecretStr("any"), seconds=_SECONDS)
        ledger = Ledger.in_directory(data_dir)
        self.writer = Writer(model, Support(encode), ledger, Budget(ledger, None, None), context=4000)
        retriever = PassageRetriever(catalog=catalog, index=Away(), encode=encode, exact=ExactSearch())
        self._chain = AnswerChain(catalog, retriever, encoder, encode, writer=self.writer)

    def ask(self) -> Answer:
        return self._chain.answer_now(Question(BRIDGE_QUESTION), self.shown.append)


def quoted_back(asked: Asked) -> Reply:
    """Write the first sentence of the prompt word for word, with its id."""
    found = re.search(r"^\[(\d+\.\d+)\] (.+?)[.!?]*$", asked.text("user"), re.MULTILINE)
    assert found is not None
    return says(*re.findall(r"\S+\s*", f"{found[2]} [{found[1]}]."))


@pytest.mark.parametrize(
    ("reply", "notice"),
    [
        pytest.param(refuses(401, "no such key"), wording.WRITER_AWAY, id="refused key"),
        pytest.param(refuses(429, retry_after="30"), wording.WRITER_AWAY, id="too many requests"),
        pytest.param(refuses(500), wording.WRITER_AWAY, id="server error"),
        pytest.param(sends(b"<html>Sign in</html>"), wording.WRITER_AWAY, id="HTML"),
        pytest.param(sends(b"{}", "application/json"), wording.WRITER_AWAY, id="empty JSON"),
        pytest.param(sends(b"x" * 1_000_000, "text/event-stream"), wording.WRITER_AWAY, id="1 MB of nothing"),
        pytest.param(Reply(fault="silence"), wording.WRITER_AWAY, id="no byte"),
        pytest.param(Reply(_BEGUN, fault="stall"), wording.WRITER_AWAY, id="stall half way"),
        pytest.param(Reply(_BEGUN, fault="break"), wording.WRITER_AWAY, id="connection broken half way"),
        pytest.param(Reply(_BEGUN, fault="malformed"), wording.WRITER_AWAY, id="a line that is no JSON"),
        pytest.param(Reply(_BEGUN, fault="odd"), wording.WRITER_AWAY, id="JSON of another shape"),
        pytest.param(Reply(_BEGUN, fault="error"), wording.WRITER_AWAY, id="error half way"),
        pytest.param(Reply(_BEGUN * 2000, between=0.02), wording.WRITER_AWAY, id="drip"),
        pytest.param(says("word " * 200_000), wording.UNSUPPORTED, id="1 MB of words"),
        pytest.param(says(""), wording.UNSUPPORTED, id="empty answer"),
        pytest.param(says("It was closed [7.9]."), wording.UNSUPPORTED, id="invented ids"),
        pytest.param(says("It was closed [1.", finish="length"), wording.UNSUPPORTED, id="cut off"),
    ],
)
def test_whatever_the_provider_does_the_quotes_come_in_time(
    catalog: Catalog,
    encoder: Encoder,
    tmp_path: Path,
    reply: Reply,
    notice: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with OpenAiServer(reply) as server, closing((at := Desk(catalog, encoder, tmp_path, server.url)).writer):
        at.writer.model.load()
        started = time.monotonic()
        with caplog.at_level(logging.INFO):
            answer = at.ask()
        assert time.monotonic() - started < 2 * _SECONDS + _MORE
        assert (answer.status, answer.mode, answer.notices) == ("answered", "quotes", (notice,))
        assert violations(answer, at.shown, catalog) == []
    said = [message for message in caplog.messages if "chat model" in message]
    assert len(said) == (notice == wording.WRITER_AWAY)
    assert "Pellworth" not in " ".join(caplog.messages)


def test_nobody_listens_and_the_quotes_come_at_once(catalog: Catalog, encoder: Encoder, tmp_path: Path) -> None:
    with OpenAiServer(says("NONE")) as server:
        url = server.url
    with closing((at := Desk(catalog, encoder, tmp_path, url)).writer):
        assert at.ask().notices == (wording.WRITER_AWAY,)


def test_a_dead_provider_is_left_alone_and_asked_again_later(
    catalog: Catalog, encoder: Encoder, tmp_path: Path
) -> None:
    with OpenAiServer(refuses(401)) as server, closing((at := Desk(catalog, encoder, tmp_path, server.url)).writer):
        assert [at.ask().notices for _ in range(3)] == [(wording.WRITER_AWAY,)] * 3
        assert len(server.asked) == 1


def test_what_came_over_the_wire_is_written(catalog: Catalog, encoder: Encoder, tmp_path: Path) -> None:
    with (
        OpenAiServer(answer=quoted_back) as server,
        closing((at := Desk(catalog, encoder, tmp_path, server.url)).writer),
    ):
        answer = at.ask()
        assert (answer.mode, len(answer.claims), answer.notices) == ("written", 1, ())
        assert violations(answer, at.shown, catalog) == []
        body = json.dumps(server.asked[0].body)
        assert '"temperature": 0' in body
        assert BRIDGE_QUESTION in body
