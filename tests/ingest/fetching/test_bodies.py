import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.fetching.bodies import beginning_of, charset, checked_type, media_type, read_body, unpack_gzip
from ingest.fetching.failing import FetchError

LIMIT = 100_000
GZIP = {"content-encoding": "gzip"}


def in_pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(st.binary(max_size=3000), st.integers(1, 900), st.integers(1, 4))
def test_what_was_packed_comes_out_whole_however_it_was_cut(data: bytes, size: int, parts: int) -> None:
    packed = b"".join(gzip.compress(data) for _ in range(parts))
    assert read_body(in_pieces(packed, size), GZIP, LIMIT) == data * parts
    assert unpack_gzip(packed + b"\0" * 5, LIMIT) == data * parts
    assert read_body(in_pieces(data, size), {}, LIMIT) == data


@given(st.binary(max_size=300), st.integers(0, 300))
def test_a_damaged_body_is_refused_or_read(data: bytes, place: int) -> None:
    packed = bytearray(gzip.compress(data))
    packed[place % len(packed)] ^= 0x55
    for damaged in (bytes(packed), data, bytes(packed[: place % len(packed)])):
        try:
            size = len(read_body([damaged], GZIP, LIMIT))
        except FetchError as error:
            size = -1
            reason = str(error)
        assert size <= LIMIT if size >= 0 else "pack" in reason


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537, 131_072, 99_999])
def test_a_body_that_fills_a_piece_exactly_is_whole(size: int) -> None:
    assert read_body([gzip.compress(bytes(size))], GZIP, 200_000) == bytes(size)


@pytest.mark.parametrize(
    ("body", "headers", "reason"),
    [
        pytest.param(bytes(LIMIT + 1), {}, "is larger than 0.1 MB", id="large"),
        pytest.param(b"", {"content-length": "100001"}, "is larger than 0.1 MB", id="declared as large"),
        pytest.param(gzip.compress(bytes(LIMIT + 1)), GZIP, "unpacks to more than 0.1 MB", id="bomb"),
        pytest.param(gzip.compress(bytes(99)) * 2000, GZIP, "in more than 1000 parts", id="many parts"),
        pytest.param(gzip.compress(b"text")[:-9], GZIP, "ends before it is whole", id="cut off"),
        pytest.param(b"plain text", GZIP, "damaged", id="not packed at all"),
        pytest.param(b"", {"content-encoding": "br"}, "not asked for", id="brotli"),
        pytest.param(b"", {"content-encoding": "gzip, gzip"}, "not asked for", id="packed twice"),
        pytest.param(zlib.compress(b"text"), {"content-encoding": "deflate"}, "not asked for", id="deflate"),
    ],
)
def test_a_body_beyond_the_limits_is_refused(body: bytes, headers: dict[str, str], reason: str) -> None:
    with pytest.raises(FetchError, match=reason):
        read_body([body], headers, LIMIT)


def test_a_body_in_too_many_pieces_is_refused() -> None:
    with pytest.raises(FetchError, match="comes in more than 100000 pieces"):
        read_body([b"x"] * 100_001, {}, 1_000_000)


def test_no_more_than_the_limit_is_ever_unpacked() -> None:
    pieces = iter(in_pieces(gzip.compress(bytes(50_000_000)), 1000))
    with pytest.raises(FetchError, match="unpacks to more"):
        read_body(pieces, GZIP, LIMIT)
    assert len(list(pieces)) == 48  # of 49: the first packed kilobyte holds more than the limit already


def test_the_beginning_of_a_large_body_is_enough_where_its_rest_is_of_no_use() -> None:
    assert beginning_of([b"abc", b"def", b"ghi"], {}, 4) == b"abcd"
    assert beginning_of([gzip.compress(b"abcdef")], GZIP, 99) == b"abcdef"


@pytest.mark.parametrize(
    ("header", "kind", "name"),
    [
        pytest.param("Text/HTML; Charset=UTF-8", "text/html", "utf-8", id="capitals"),
        pytest.param('text/html;a=b; charset="koi8-r"', "text/html", "koi8-r", id="quoted"),
        pytest.param("text/html", "text/html", None, id="none"),
        pytest.param("text/html; charset=<b>", "text/html", None, id="no name"),
        pytest.param("", "", None, id="nothing"),
        pytest.param("text/html\x9b31m", "", None, id="no type"),
        pytest.param("page", "", None, id="half a type"),
    ],
)
def test_the_declared_type_and_charset(header: str, kind: str, name: str | None) -> None:
    assert media_type({"content-type": header}) == kind
    assert charset({"content-type": header}) == name


@pytest.mark.parametrize(
    ("declared", "body", "kind"),
    [
        pytest.param("text/html", b"<p>text", "text/html", id="as declared"),
        pytest.param("", b"\n <p>text", "text/html", id="looks like a page"),
        pytest.param("", b"text", "text/plain", id="looks like text"),
        pytest.param("", b"%PDF-1.7", "application/pdf", id="looks like PDF"),
        pytest.param("application/pdf", b"%PDF-1.7", "application/pdf", id="PDF as declared"),
    ],
)
def test_a_type_that_is_asked_for_is_taken(declared: str, body: bytes, kind: str) -> None:
    assert checked_type(declared, body, ("text/html", "text/plain", "application/pdf")) == kind


@pytest.mark.parametrize(
    ("declared", "body", "reason"),
    [
        pytest.param(
            "text/html", b"\x89PNG\r\n\x1a\n", "is declared as text/html but is image/png", id="image as page"
        ),
        pytest.param("application/rss+xml", b"\x1f\x8b\x08\0", "but is application/gzip", id="packed feed"),
        pytest.param("image/png", b"\x89PNG\r\n", "is image/png; what is read is text/html", id="image"),
        pytest.param("", b"\xff\xd8\xff\xe0", "is image/jpeg", id="image without a type"),
    ],
)
def test_another_type_is_refused(declared: str, body: bytes, reason: str) -> None:
    with pytest.raises(FetchError, match=reason):
        checked_type(declared, body, ("text/html",))
