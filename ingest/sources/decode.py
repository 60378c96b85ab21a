"""Bytes to text: byte order marks, UTF-8, UTF-16 without a mark, and the older encodings that files still come in."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from retrieval.errors import ArticleError

if TYPE_CHECKING:
    from charset_normalizer import CharsetMatch

_MARKS = (  # UTF-32 first, as its mark begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LATIN = ["cp1252", "cp1250", "iso8859_2", "cp1254", "cp1257"]
_OTHERS = [
    "cp1251", "koi8_r", "koi8_u", "cp866", "iso8859_5", "cp1253", "iso8859_7", "cp1255", "cp1256", "cp1258", "cp874",
    "gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "euc_kr",
]  # fmt: skip
# What a page declares, as browsers take it: the older name stands for the wider encoding.
_WIDER = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "tis-620": "cp874", "iso8859-11": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932", "euc_kr": "cp949",
}  # fmt: skip
_DECLARABLE = {*_LATIN, *_OTHERS, "iso8859_4", "iso8859_6", "iso8859_8", "iso8859_13", "iso8859_15", "mac_roman"}
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w:.-]+)""", re.IGNORECASE)
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_AROUND = 80  # bytes looked at on both sides of a run
_SAMPLED = 200_000  # bytes looked at to tell the encoding
_HEAD = 4096  # bytes of a page that are searched for its declaration, four times what the standard asks for

_BINARY = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"%PDF-", b"\x1f\x8b", b"\xd0\xcf\x11\xe0",
    b"SQLite format 3\x00", b"\x7fELF",
)  # fmt: skip
_CONTROLS = bytes([*range(0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20)])
_NOT_TEXT = "is not text; save it as plain text, Markdown, HTML or JSON Lines"


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and what a person should know of how it came about."""

    text: str
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Encoding:
    """The name of an encoding as Python has it, and what a person should know of how it was told."""

    encoding: str
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a stream with the bytes it took there; `cut` when it was too long to be read whole."""

    text: str
    size: int
    notices: tuple[str, ...] = ()
    cut: bool = False


def decode(data: bytes) -> Decoded:
    """Decode a file: by its mark, as UTF-8, as UTF-16 without a mark, else in the likeliest older encoding.

    Raises:
        ArticleError: these bytes are no text.
    """
    marked = _by_mark(data)
    if marked is not None:
        return marked
    if data.startswith(_BINARY):
        raise ArticleError(_NOT_TEXT)
    return _unmarked_utf16(data) or _utf8(data) or _older(data)


def decode_page(data: bytes) -> Decoded:
    """Decode an HTML page: as `decode` does, except that a declared charset counts where the bytes are not UTF-8."""
    if _by_mark(data) is None and not data.startswith(_BINARY) and not _is_utf8(data):
        declared = _declared(data)
        if declared:
            text = data.decode(declared, "replace")
            if text.count("\ufffd") * 100 <= len(text):
                return Decoded(text)
    return decode(data)


def encoding_of(sample: bytes) -> Encoding:
    """Tell the encoding of a file from its first bytes, as `decode` does from all of them; a mark is still to be read.

    Raises:
        ArticleError: these bytes are no text.
    """
    mark, encoding = _mark_of(sample)
    if mark:
        return Encoding("utf-8-sig" if encoding == "utf-8" else encoding)
    if sample.startswith(_BINARY):
        raise ArticleError(_NOT_TEXT)
    if unmarked := _unmarked_utf16(sample):
        zeros_behind = sample[1::2].count(0) > sample[0::2].count(0)
        return Encoding("utf-16-le" if zeros_behind else "utf-16-be", unmarked.notices)
    if _utf8(sample) is not None:
        return Encoding("utf-8")
    notices = _older(sample).notices
    return Encoding(_older_encoding(sample) or "cp1252", notices)


def lines_of(stream: io.BufferedReader, longest: int) -> Iterator[Line]:
    """Yield the lines of a stream in UTF-8, or UTF-16 or UTF-32 with a mark, each cut off after `longest` bytes."""
    mark, encoding = _mark_of(stream.peek(4))
    passed = len(stream.read(len(mark)))
    for line in _utf8_lines(stream, longest) if encoding == "utf-8" else _wide_lines(stream, longest // 2, encoding):
        yield replace(line, size=line.size + passed)
        passed = 0


def _utf8_lines(stream: io.BufferedReader, longest: int) -> Iterator[Line]:
    while data := stream.readline(longest + 1):
        size, cut = len(data), len(data) > longest and not data.endswith(b"\n")
        while cut and data and not data.endswith(b"\n"):
            data = stream.readline(longest)
            size += len(data)
        decoded = Decoded("") if cut else _utf8_replaced(data)
        yield Line(decoded.text, size, decoded.notices, cut)


def _wide_lines(stream: io.BufferedReader, longest: int, encoding: str) -> Iterator[Line]:
    lines = io.TextIOWrapper(stream, encoding, errors="replace", newline="\n")
    while text := lines.readline(longest + 1):
        size, cut = len(text.encode(encoding, "replace")), len(text) > longest and not text.endswith("\n")
        while cut and text and not text.endswith("\n"):
            text = lines.readline(longest)
            size += len(text.encode(encoding, "replace"))
        decoded = Decoded("") if cut else _with_losses(text, text.count("\ufffd"), encoding)
        yield Line(decoded.text, size, decoded.notices, cut)


def _mark_of(data: bytes) -> tuple[bytes, str]:
    return next(((mark, encoding) for mark, encoding in _MARKS if data.startswith(mark)), (b"", "utf-8"))


def _by_mark(data: bytes) -> Decoded | None:
    mark, encoding = _mark_of(data)
    if not mark:
        return None
    if encoding == "utf-8":
        return _utf8_replaced(data[len(mark) :])
    text = data[len(mark) :].decode(encoding, "replace")
    return _with_losses(text, text.count("\ufffd"), encoding)


def _unmarked_utf16(data: bytes) -> Decoded | None:
    """Decode UTF-16 without a mark: spaces and Latin letters leave zero bytes at every other place and nowhere else."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    most, least, encoding = (odd, even, "utf-16-le") if odd > even else (even, odd, "utf-16-be")
    if most * 10 < len(data) // 2 or least * 20 > most or most == 0:
        return None
    return Decoded(data.decode(encoding, "replace"), ("it has no byte order mark and was read as UTF-16",))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _utf8(data: bytes) -> Decoded | None:
    """Decode UTF-8 in which less is broken than whole, or None when these bytes are something else."""
    if _is_utf8(data):
        if data.rstrip(b"\0").count(0) * 3 > len(data):
            raise ArticleError(_NOT_TEXT)
        return Decoded(data.decode())
    text = data.decode("utf-8", "replace")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    return _utf8_replaced(data) if _broken(text, data) * 2 <= beyond_ascii else None


def _utf8_replaced(data: bytes) -> Decoded:
    text = data.decode("utf-8", "replace")
    return _with_losses(text, _broken(text, data), "utf-8")


def _broken(text: str, data: bytes) -> int:
    return text.count("\ufffd") - data.count("\ufffd".encode())


def _with_losses(text: str, lost: int, encoding: str) -> Decoded:
    places = "one place is" if lost == 1 else f"{lost} places are"
    return Decoded(text, (f"{places} not valid {_label(encoding)} and shown as \ufffd",) if lost else ())


def _declared(data: bytes) -> str | None:
    match = _DECLARED.search(data, 0, _HEAD)
    try:
        name = codecs.lookup(match[1].decode("ascii", "replace")).name if match else ""
    except LookupError:
        return None
    name = _WIDER.get(name, name)
    return name if name.replace("-", "_") in _DECLARABLE else None


def _older(data: bytes) -> Decoded:
    if len(data.translate(None, _CONTROLS)) < 0.98 * len(data):
        raise ArticleError(_NOT_TEXT)
    encoding = _older_encoding(data)
    if encoding is None:
        raise ArticleError("is in an encoding that was not recognised; save it as UTF-8")
    return Decoded(data.decode(encoding, "replace"), (f"it is not UTF-8 and was read as {_label(encoding)}",))


def _older_encoding(data: bytes) -> str | None:
    """Return the likeliest encoding of text that is not Unicode.

    Letters outside ASCII stand alone in the Latin encodings and in runs in all others. Of the Latin ones cp1252 is
    taken unless another reads clearly better: the detector alone takes one Swedish, Portuguese or Spanish sentence for
    cp1250, and English with curly quotes for Hungarian or Japanese. With this rule 164 English, 240 German and Spanish,
    379 Russian and 120 Chinese paragraphs came out right; short Romanian and ISO 8859-2 remain a guess.
    """
    from charset_normalizer import from_bytes

    sample = _around_high_bytes(data)
    runs = _HIGH_RUN.findall(sample)
    if sum(map(len, runs)) >= 2 * len(runs):
        best = from_bytes(sample, cp_isolation=_OTHERS).best()
        return best.encoding if best else None
    if not any(ch.isalpha() for run in runs for ch in run.decode("cp1252", "ignore")):
        return "cp1252"  # quotes, dashes, currency: nothing that a language could be told by
    matches = from_bytes(sample, cp_isolation=_LATIN)
    if matches and (matches[0].encoding, matches[0].language) == ("cp1254", "Turkish"):
        return "cp1254"
    for match in matches:
        if "cp1252" in (match.encoding, *match.could_be_from_charset) and _close(match, matches[0]):
            return "cp1252"
    return matches[0].encoding if matches else "cp1252"


def _around_high_bytes(data: bytes) -> bytes:
    """Return the pieces of `data` that tell its encoding: in a long English text only a few quotes do."""
    pieces: list[bytes] = []
    end = size = 0
    for run in _HIGH_RUN.finditer(data):
        start = max(end, run.start() - _AROUND)
        pieces.append((b"\n" if start > end else b"") + data[start : run.end() + _AROUND])
        end = max(end, run.end() + _AROUND)
        size += len(pieces[-1])
        if size > _SAMPLED:
            break
    return b"".join(pieces)


def _close(match: CharsetMatch, best: CharsetMatch) -> bool:
    return match.chaos <= best.chaos + 0.065 and match.coherence >= best.coherence - 0.05


def _label(encoding: str) -> str:
    return (
        encoding.replace("cp125", "Windows-125").replace("_", "-").replace("utf", "UTF").replace("iso8859", "ISO-8859")
    )
