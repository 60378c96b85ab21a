"""The body of an answer: how much of it is taken, before and after unpacking, and whether it is what it is said to be."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping

from ingest.fetching.failing import FetchError

_GZIP = 31  # zlib's window bits for the gzip format alone
_PIECE = 65_536  # bytes unpacked at a time
_MOST_PIECES = 100_000  # in which a body comes in: a letter each, 10 MB of them kept a processor busy for 20 s
_MOST_PARTS = 1000  # of a packed body: 64 KB each in the common tools; a million empty ones would take minutes
_PLAIN = ("", "identity")
_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?([\w:.-]{1,40})""", re.IGNORECASE | re.ASCII)
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,80}")  # RFC 6838; also safe to show
_TEXTUAL = re.compile(r"text/.*|.*[/+](?:xml|json)")
_SIGNATURES = (
    (b"\x89PNG\r\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"), (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"), (b"\x1f\x8b\x08", "application/gzip"), (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"), (b"\x00\x00\x01\x00", "image/x-icon"),
)  # fmt: skip


def read_body(pieces: Iterable[bytes], headers: Mapping[str, str], limit: int) -> bytes:
    """Read a body and unpack it, as far as its headers say that it is packed; at most `limit` bytes each way.

    Raises:
        FetchError: it is larger, cut off, or packed in a way that was not asked for.
    """
    if _length(headers) > limit:
        raise _too_large(limit)
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding in _PLAIN:
        body = bytearray()
        for piece in _at_most(pieces, limit):
            body += piece
        return bytes(body)
    if encoding not in ("gzip", "x-gzip"):
        raise FetchError("the site sends it packed in a way that was not asked for")
    return _unpacked(_at_most(pieces, limit), limit)


def unpack_gzip(data: bytes, limit: int) -> bytes:
    """Unpack a gzip file, such as a sitemap that comes as one, to at most `limit` bytes.

    Raises:
        FetchError: it unpacks to more, or is damaged.
    """
    return _unpacked((data[start : start + _PIECE] for start in range(0, len(data), _PIECE)), limit)


def beginning_of(pieces: Iterable[bytes], headers: Mapping[str, str], limit: int) -> bytes:
    """Read the first `limit` bytes of a body that is of use without its rest.

    Raises:
        FetchError: it is packed, and too large or damaged.
    """
    if headers.get("content-encoding", "").strip().lower() not in _PLAIN:
        return read_body(pieces, headers, limit)
    data = bytearray()
    for piece in pieces:
        data += piece
        if len(data) >= limit:
            break
    return bytes(data[:limit])


def media_type(headers: Mapping[str, str]) -> str:
    """Return the declared type in lower case without its parameters, empty when none that can be one is declared."""
    declared = headers.get("content-type", "").partition(";")[0].strip().lower()
    return declared if _TYPE.fullmatch(declared) else ""


def charset(headers: Mapping[str, str]) -> str | None:
    """Return the declared charset's name as it stands: nobody has checked that it is one, or the right one."""
    found = _CHARSET.search(headers.get("content-type", ""))
    return found[1].lower() if found else None


def checked_type(declared: str, body: bytes, accept: tuple[str, ...]) -> str:
    """Return the type of a body: the declared one, or what it looks like when none is declared.

    Raises:
        FetchError: it is not among `accept`, or declared as text while its first bytes are those of something else.
    """
    looks = next((kind for signature, kind in _SIGNATURES if body.startswith(signature)), "")
    if looks and declared and _TEXTUAL.fullmatch(declared):
        raise FetchError(f"is declared as {declared} but is {looks}")
    kind = declared or looks or ("text/html" if body.lstrip()[:1] == b"<" else "text/plain")
    demand_accepted(kind, accept)
    return kind


def demand_accepted(kind: str, accept: tuple[str, ...]) -> None:
    """Check a type that is known.

    Raises:
        FetchError: it is not among `accept`.
    """
    if kind and kind not in accept:
        raise FetchError(f"is {kind}; what is read is {', '.join(accept)}")


def _length(headers: Mapping[str, str]) -> int:
    given = headers.get("content-length", "").strip()
    return int(given) if given.isascii() and given.isdigit() and len(given) < 20 else 0


def _too_large(limit: int) -> FetchError:
    return FetchError(f"is larger than {limit / 1_000_000:g} MB")


def _at_most(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    taken = 0
    for count, piece in enumerate(pieces, 1):
        taken += len(piece)
        if taken > limit:
            raise _too_large(limit)
        if count > _MOST_PIECES:
            raise FetchError(f"comes in more than {_MOST_PIECES} pieces")
        yield piece


def _unpacked(pieces: Iterable[bytes], limit: int) -> bytes:
    """Unpack gzip, of one or more parts, piece by piece: one packed piece can hold a thousand times its size."""
    unpacking = _Unpacking(limit)
    try:
        for piece in pieces:
            unpacking.take(piece)
    except zlib.error as error:
        raise FetchError("is packed and damaged, so that it cannot be unpacked") from error
    return unpacking.whole()


class _Unpacking:
    """Gzip while it comes in; what follows the last part is padding."""

    def __init__(self, limit: int) -> None:
        self._data = bytearray()
        self._limit = limit
        self._part = zlib.decompressobj(_GZIP)
        self._parts = 0
        self._begun = self._padding = False

    def take(self, piece: bytes) -> None:
        while piece and not self._padding:
            if self._part.eof:
                self._next_part(piece)
            else:
                piece = self._unpack(piece)

    def whole(self) -> bytes:
        if self._begun and not self._part.eof:
            raise FetchError("is packed and ends before it is whole")
        return bytes(self._data)

    def _unpack(self, piece: bytes) -> bytes:
        self._begun = True
        while piece:
            self._data += self._part.decompress(piece, _PIECE)
            if len(self._data) > self._limit:
                raise FetchError(f"unpacks to more than {self._limit / 1_000_000:g} MB")
            if self._part.eof:
                return self._part.unused_data
            piece = self._part.unconsumed_tail
        return b""

    def _next_part(self, piece: bytes) -> None:
        self._padding = not piece.startswith(b"\x1f")
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise FetchError(f"is packed in more than {_MOST_PARTS} parts")
        self._part = self._part if self._padding else zlib.decompressobj(_GZIP)
