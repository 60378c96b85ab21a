import gzip
import socket
import time

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.fetching.client import Fetcher
from ingest.fetching.failing import FetchError
from ingest.fetching.hops import Limits
from tests.ingest.fetching.networks import StillClock, trusting
from tests.web_server import head

BODY = gzip.compress(b"<!DOCTYPE html><p>The bridge is open.")
WHOLE = b"".join(
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nETag: W/1\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Encoding: gzip\r\n\r\n%x\r\n%b\r\n" % (20, BODY[:20]),
        b"%x;note=1\r\n%b\r\n0\r\nTrailer: 1\r\n\r\n" % (len(BODY) - 20, BODY[20:]),
    ]
)
LINES = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 200\r\n", b"HTTP/1.1 302 Found\r\n", b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\n", b"HTTP/9.9 000 \r\n", b"Content-Length: 7\r\n", b"Content-Length: 0x7\r\n",
        b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"Content-Encoding: gzip\r\n",
        b"Content-Type: text/html\r\n", b"Content-Type:\r\n", b"Location: /b\r\n", b"Location: \xff\r\n", b" folded\r\n",
        b"Retry-After: 1\r\n", b"no colon\r\n", b"\r\n", b"5\r\nhello\r\n", b"0\r\n\r\n", b"ffffffffffffffff\r\n", b"<p>",
    ]
)  # fmt: skip


def outcome_of(sent: bytes) -> str:
    """Fetch a page from a server without rules that sends these bytes, whatever it is asked, and hangs up."""
    answers = iter([head(404, {"Content-Length": "0"})])

    def connect(address: str, port: int, seconds: float) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            theirs.sendall(next(answers, sent))
            theirs.shutdown(socket.SHUT_WR)
        return ours

    fetcher = Fetcher(
        resolver=lambda host, port: ["93.184.216.34"],
        connect=connect,
        clock=StillClock(),
        limits=Limits(seconds=5, body=10_000),
        tls=trusting(),
    )
    try:
        return type(fetcher.fetch("http://news.example/a", etag='"1"')).__name__
    except FetchError as error:
        return str(error)


def is_one_line(outcome: str) -> bool:
    return 0 < len(outcome) < 300 and outcome.isascii() and outcome.isprintable()


def test_a_page_in_pieces_packed_and_with_trailers_is_read() -> None:
    assert outcome_of(WHOLE) == "Page"


@settings(max_examples=40)
@given(st.lists(st.one_of(LINES, st.binary(max_size=20)), max_size=12).map(b"".join))
@example(b"HTTP/1.1 304 Not Modified\r\n\r\n")
def test_whatever_a_server_sends_is_a_page_or_a_reason(sent: bytes) -> None:
    started = time.monotonic()
    for answer in (sent, b"HTTP/1.1 200 OK\r\n" + sent):
        assert is_one_line(outcome_of(answer))
    assert time.monotonic() - started < 5


@settings(max_examples=40)
@given(st.integers(0, len(WHOLE) - 1), st.binary(max_size=3), st.booleans())
def test_an_answer_damaged_or_cut_anywhere_is_a_page_or_a_reason(place: int, put: bytes, cut: bool) -> None:
    assert is_one_line(outcome_of(WHOLE[:place] + put + (b"" if cut else WHOLE[place + 1 :])))


@given(st.integers(0, len(WHOLE) - len(b"Trailer: 1\r\n\r\n") - 4))
def test_an_answer_that_is_cut_off_is_never_taken_for_whole(place: int) -> None:
    assert outcome_of(WHOLE[:place]) != "Page"
