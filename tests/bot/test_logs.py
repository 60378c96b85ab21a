"""The log: one line an event, no token, nobody's words."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.ext import ApplicationBuilder

from bot import commands
from bot.logs import REDACTED, RedactingFormatter
from bot.transport.bot_api import connected_bot
from retrieval.models import Answer, Question, Turn
from retrieval.settings import Settings

TOKEN = "123456789:AAE-abcdefghijklmnopqrstuvwxyz12345"
SECRET = TOKEN.partition(":")[2]


@pytest.fixture
def written() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger with the bot's formatter, and what it writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RedactingFormatter(TOKEN))
    logger = logging.getLogger("tests.logs")
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, stream
    logger.removeHandler(handler)


def _fail(message: str) -> Exception:
    try:
        try:
            raise ValueError(message)
        except ValueError as error:
            raise RuntimeError(message) from error
    except RuntimeError as error:
        return error


@pytest.mark.parametrize(
    "log",
    [
        pytest.param(lambda logger: logger.warning("POST /bot%s/getMe", TOKEN), id="argument"),
        pytest.param(lambda logger: logger.warning(f"POST /bot{TOKEN}/getMe"), id="message"),
        pytest.param(lambda logger: logger.warning("POST /bot%s/getMe", quote(TOKEN, safe="")), id="percent-encoded"),
        pytest.param(lambda logger: logger.warning("%r", {"token": TOKEN}), id="repr"),
        pytest.param(lambda logger: logger.warning("secret %s", SECRET), id="only the secret half"),
        pytest.param(lambda logger: logger.warning("%s", TOKEN.lower()), id="other case"),
        pytest.param(lambda logger: logger.error("failed: %s", _fail(TOKEN)), id="error as text"),
        pytest.param(lambda logger: logger.error("failed", exc_info=_fail(TOKEN)), id="traceback"),
        pytest.param(lambda logger: logger.error("failed", stack_info=True, extra={"x": TOKEN}), id="stack"),
    ],
)
def test_the_token_is_never_written(
    written: tuple[logging.Logger, io.StringIO], log: Callable[[logging.Logger], None]
) -> None:
    logger, stream = written
    log(logger)
    assert stream.getvalue().count("\n") == 1
    assert SECRET.lower() not in stream.getvalue().lower()


def test_what_replaces_the_token_says_so(written: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = written
    logger.warning("POST /bot%s/getMe", TOKEN)
    assert stream.getvalue().endswith(f"WARNING tests.logs: POST /bot{REDACTED}/getMe\n")


def test_an_error_is_written_with_kind_and_place_but_without_its_words(
    written: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, stream = written
    logger.error("An update could not be handled.", exc_info=_fail("why does my neighbour snore"))
    line = stream.getvalue()
    assert "snore" not in line
    assert "[RuntimeError at bot/test_logs.py:" in line
    assert "; after ValueError at bot/test_logs.py:" in line


def test_an_error_that_nobody_awaited_keeps_its_words_to_itself(written: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = written
    record = logger.makeRecord(
        "asyncio", logging.ERROR, "x", 1, "Task exception was never retrieved\nfuture: <%s>", ("snore",), None
    )
    logger.handle(record)
    assert stream.getvalue().endswith("ERROR asyncio: Task exception was never retrieved\n")


@given(st.text(), st.text())
def test_every_event_is_one_line(before: str, after: str) -> None:
    record = logging.LogRecord("x", logging.INFO, "x", 1, "%s %s %s", (before, TOKEN, after), None)
    line = RedactingFormatter(TOKEN).format(record)
    assert SECRET not in line
    assert len(line.splitlines()) == 1


def test_a_short_secret_takes_no_common_word_with_it() -> None:
    record = logging.LogRecord("x", logging.INFO, "x", 1, "a bat with 1:a", None, None)
    assert RedactingFormatter("1:a").format(record).endswith(f"a bat with {REDACTED}")


def test_neither_token_nor_words_are_in_the_representation_of_what_holds_them() -> None:
    secret = "Why does my neighbour snore?"
    settings: dict[str, Any] = {"_env_file": None, "telegram_token": TOKEN}
    question = Question(secret, history=(Turn("user", secret),))
    holders = [
        connected_bot(TOKEN),
        ApplicationBuilder().bot(connected_bot(TOKEN)).build(),
        Settings(**settings),
        question,
        Answer("answered", "Because.", secret),
        commands.read(f"/ask {secret}"),
    ]
    for holder in holders:
        assert TOKEN.partition(":")[2] not in f"{holder} {holder!r}"
        assert secret not in f"{holder} {holder!r}"
