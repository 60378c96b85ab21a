"""A child process that a document has taken over can send anything: it is articles or a reason for the parent."""

from __future__ import annotations

import io
import json
import os
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.normalize import one_line
from ingest.worker import Limits, Worker
from retrieval.errors import ArticleError
from tests.ingest.fuzzing.damage import damaged
from tests.ingest.fuzzing.properties import demand_articles, demand_line

_FEW, _MANY = 60, 5_000
_PIPE = 60_000  # bytes; a pipe holds a little more


class Child:
    """A process that has sent some bytes and ended."""

    def __init__(self, sent: bytes) -> None:
        self.stdin = io.BytesIO()
        out, into = os.pipe()
        with os.fdopen(into, "wb") as answers:
            answers.write(sent[:_PIPE])
        self.stdout = os.fdopen(out, "rb")

    def poll(self) -> int | None:
        return None

    def kill(self) -> None:
        """It has ended already."""

    def wait(self, seconds: float | None = None) -> int:
        return 0


def message(value: object) -> bytes:
    data = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return b"%12d%s" % (len(data), data)


ARTICLE = {
    "name": "", "text": "The bridge.", "fields": {"title": "T", "published": "2026-03-01"},
    "metadata": {"tags": [0, 3]}, "notices": ["n"], "problem": "",
}  # fmt: skip
END = {"end": "", "last": False}
WHOLE = message(ARTICLE) + message({**ARTICLE, "name": "b", "problem": "is odd"}) + message(END)

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["end", "\x1b[2J\nok: new", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*ARTICLE, "end", "last", "a"]), inner, max_size=4)
    ),
    max_leaves=10,
)
_LIKE_ARTICLES = st.fixed_dictionaries({key: _VALUES | st.just(value) for key, value in ARTICLE.items()})
_MESSAGES = st.lists(_VALUES | _LIKE_ARTICLES, max_size=4).map(
    lambda values: b"".join(map(message, values)) + message(END)
)
SENT = (
    _MESSAGES
    | damaged(
        [WHOLE, message({"end": "is odd", "last": True})],
        (b"%12d" % -1, b"%12d" % 10**11, b"1_0", b"\xd9\xa1", b"NaN", b"[" * 5000),
    )
    | st.binary(max_size=60)
)


def demand_articles_or_a_reason(sent: bytes) -> None:
    worker = Worker(Limits(seconds=1))
    worker._process = cast(Any, Child(sent))
    try:
        parts = worker.read("html", b"<p>")
    except ArticleError as error:
        demand_line(str(error))
        return
    finally:
        worker.close()
    demand_articles(parts)
    for part in parts:
        assert one_line(part.name) == part.name


def test_what_a_child_says_in_order_is_taken() -> None:
    worker = Worker()
    worker._process = cast(Any, Child(WHOLE))
    assert [(part.name, part.problem) for part in worker.read("html", b"")] == [("", ""), ("b", "is odd")]
    worker.close()


@settings(max_examples=_FEW)
@given(SENT)
def test_whatever_a_child_sends_is_articles_or_a_reason(sent: bytes) -> None:
    demand_articles_or_a_reason(sent)


@pytest.mark.long
@pytest.mark.timeout(900)
@settings(max_examples=_MANY)
@given(SENT)
def test_very_much_that_a_child_sends_is_articles_or_a_reason(sent: bytes) -> None:
    demand_articles_or_a_reason(sent)
