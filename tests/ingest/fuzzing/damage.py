"""Strategies for input that was well-formed once, and for input made of pieces that parsers know."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from hypothesis import strategies as st

from tests.ingest.documents.building import zipped

_MOST_EDITS = 6
_LONGEST_CUT = 200  # bytes
_MOST_COPIES = 40

ANYWHERE = (
    b"\x00", b"\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\r", b"\n", b"\x1b[2J",
    b"\xe2\x80\xae", b"\xe2\x80\x8b", b"\xf3\xa0\x81\x81", b"\xcc\x81", b"'", b'"', b"\\", b"%", b"-1",
    b"99999999999999999999", b"1e999", b"{{", b"$(", b"../",
)  # fmt: skip
"""Pieces that mean something to some reader."""


@st.composite
def damaged(draw: st.DrawFn, seeds: Sequence[bytes], pieces: Sequence[bytes] = ()) -> bytes:
    """One of `seeds`, here and there cut, doubled, mixed with another, or with a piece put into it."""
    data = draw(st.sampled_from(seeds))
    put = st.sampled_from([*pieces, *ANYWHERE]) | st.binary(max_size=12)
    for _ in range(draw(st.integers(1, _MOST_EDITS))):
        at = draw(st.integers(0, len(data)))
        size = draw(st.integers(0, _LONGEST_CUT))
        edit = draw(st.sampled_from(("put", "put", "over", "cut", "copy", "mix", "end")))
        if edit == "put":
            data = data[:at] + draw(put) * draw(st.sampled_from((1, 1, 1, _MOST_COPIES))) + data[at:]
        elif edit == "over":
            piece = draw(put)
            data = data[:at] + piece + data[at + len(piece) :]
        elif edit == "cut":
            data = data[:at] + data[at + size :]
        elif edit == "copy":
            data = data[:at] + data[at : at + size] * draw(st.integers(1, _MOST_COPIES)) + data[at:]
        elif edit == "mix":
            other = draw(st.sampled_from(seeds))
            data = data[:at] + other[draw(st.integers(0, len(other))) :]
        else:
            data = data[:at]
    return data


def soup(pieces: Sequence[bytes], most: int = 60) -> st.SearchStrategy[bytes]:
    """Pieces in any order."""
    piece = st.sampled_from([*pieces, *ANYWHERE, b"The bridge was closed on Monday. "])
    return st.lists(piece, max_size=most).map(b"".join)


@st.composite
def rezipped(draw: st.DrawFn, document: bytes, pieces: Sequence[bytes]) -> bytes:
    """A document that is a ZIP archive inside, whole as such, with damage in one or two of its parts."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name in draw(st.lists(st.sampled_from(sorted(parts)), min_size=1, max_size=2, unique=True)):
        if draw(st.sampled_from((True, True, True, False))):
            parts[name] = draw(damaged([parts[name]], pieces))
        else:
            del parts[name]
    return zipped(parts, draw(st.sampled_from((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))))
