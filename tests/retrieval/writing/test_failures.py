"""What providers' errors are taken for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from retrieval.writing.failures import Failure, failure_of

SECRET = "what the reader asked"


class Answer:
    """A provider's answer, as the packages attach it to their errors."""

    def __init__(self, **headers: str) -> None:
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class StatusError(Exception):
    """An error with a status, as the packages of OpenAI and Anthropic have it."""

    def __init__(self, status: int, response: Answer | None = None, message: str = SECRET) -> None:
        super().__init__(message)
        self.status_code = status
        self.response = response or Answer()


class CodeError(Exception):
    """An error with a code, as Google's package and events in OpenAI's streams have it."""

    def __init__(self, code: int | str) -> None:
        super().__init__(SECRET)
        self.code = code


class ReadTimeout(Exception):
    """A time limit."""


class APIError(Exception):
    """An error in a stream."""


def behind(error: Exception) -> Exception:
    """Return an error that another led to, as packages wrap each other's."""
    wrapper = RuntimeError(SECRET)
    wrapper.__cause__ = error
    return wrapper


@pytest.mark.parametrize(
    ("error", "reason", "status", "passing", "unread"),
    [
        pytest.param(StatusError(401), "the provider answered 401 (StatusError)", 401, False, True, id="key"),
        pytest.param(StatusError(500), "the provider answered 500 (StatusError)", 500, True, True, id="status"),
        pytest.param(StatusError(529), "the provider answered 529 (StatusError)", 529, True, True, id="overload"),
        pytest.param(CodeError(503), "the provider answered 503 (CodeError)", 503, True, True, id="code"),
        pytest.param(CodeError("429"), "the provider answered 429 (CodeError)", 429, True, True, id="code in letters"),
        pytest.param(
            behind(StatusError(404)), "the provider answered 404 (RuntimeError)", 404, False, True, id="behind"
        ),
        pytest.param(CodeError("bad"), "an answer that cannot be read (CodeError)", None, False, False, id="word"),
        pytest.param(CodeError(7), "an answer that cannot be read (CodeError)", None, False, False, id="other code"),
        pytest.param(ReadTimeout(SECRET), "no answer in time (ReadTimeout)", None, False, False, id="time"),
        pytest.param(TimeoutError(SECRET), "no answer in time (TimeoutError)", None, False, False, id="Python's time"),
        pytest.param(
            behind(ConnectionRefusedError(SECRET)), "no connection (RuntimeError)", None, True, True, id="refused"
        ),
        pytest.param(
            ConnectionResetError(SECRET), "the connection broke (ConnectionResetError)", None, True, False, id="reset"
        ),
        pytest.param(APIError(SECRET), "the provider reported an error (APIError)", None, False, False, id="event"),
        pytest.param(
            ValueError(SECRET), "an answer that cannot be read (ValueError)", None, False, False, id="garbage"
        ),
    ],
)
def test_kinds(error: Exception, reason: str, status: int | None, passing: bool, unread: bool) -> None:
    failure = failure_of(error)
    assert failure == Failure(reason, status, passing=passing, unread=unread)
    assert SECRET not in repr(failure)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        pytest.param(Answer(), None, id="not said"),
        pytest.param(Answer(retry_after="7"), 7.0, id="seconds"),
        pytest.param(Answer(retry_after="0.5"), 0.5, id="part of a second"),
        pytest.param(Answer(retry_after="-3"), 0.0, id="in the past"),
        pytest.param(Answer(retry_after="1e9"), 86_400.0, id="beyond a day"),
        pytest.param(Answer(retry_after="soon"), None, id="a word"),
        pytest.param(Answer(retry_after="nan"), None, id="no number"),
        pytest.param(Answer(retry_after_ms="1500", retry_after="2"), 1.5, id="milliseconds"),
        pytest.param(Answer(retry_after_ms="x", retry_after="2"), 2.0, id="milliseconds that are none"),
        pytest.param(Answer(retry_after="Sun, 06 Nov 1994 08:49:37 GMT"), 0.0, id="a date gone by"),
    ],
)
def test_when_the_provider_wants_to_be_asked_again(answer: Answer, seconds: float | None) -> None:
    assert failure_of(StatusError(429, answer)).retry_after == seconds


def test_a_date_to_be_asked_again() -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    seconds = failure_of(StatusError(503, Answer(retry_after=moment))).retry_after
    assert seconds is not None
    assert 85 < seconds <= 90


@pytest.mark.parametrize(
    ("seconds", "passing"), [pytest.param("1", True, id="a moment"), pytest.param("30", False, id="a while")]
)
def test_an_answer_is_asked_for_again_only_where_the_wait_is_short(seconds: str, passing: bool) -> None:
    assert failure_of(StatusError(429, Answer(retry_after=seconds))).passing is passing


@pytest.mark.parametrize(
    ("status", "message", "refused"),
    [
        pytest.param(400, "'temperature' does not support 0", {"temperature"}, id="temperature"),
        pytest.param(422, "extra inputs: stream_options", {"stream_options"}, id="what tokens were used"),
        pytest.param(400, "too long", set(), id="something else"),
        pytest.param(500, "temperature", set(), id="of another status"),
    ],
)
def test_parameters_that_are_refused(status: int, message: str, refused: set[str]) -> None:
    assert failure_of(StatusError(status, message=message)).refused == refused


def test_errors_that_lead_to_each_other_come_to_an_end() -> None:
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    assert failure_of(first).reason == "an answer that cannot be read (ValueError)"
