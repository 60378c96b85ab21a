"""A page's bytes in the charset that its server declares, as far as they can be in it."""

from __future__ import annotations

import codecs
import re

# What a server may declare; as browsers do, the older name is taken for the wider encoding.
_KNOWN = re.compile(
    r"cp\d{3,4}|iso8859-\d+|koi8-[rut]|gb18030|big5hkscs|euc_jp|euc_kr|iso2022_jp|tis-620|mac-(?:roman|cyrillic)"
)
_WIDER = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030",
    "big5": "big5hkscs", "shift_jis": "cp932", "euc_kr": "cp949",
}  # fmt: skip
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MOST_LOST = 100  # characters of which one may be lost before a declaration is taken for wrong


def as_declared(body: bytes, charset: str | None) -> bytes:
    """Return a page as UTF-8 with a mark when its server declares an older encoding that it can be in, else as it is.

    The server's word goes before the page's own, as the standard has it, but not before a byte order mark or before bytes
    that are plainly UTF-8.
    """
    encoding = _encoding(charset)
    if encoding is None or body.startswith(_MARKS) or _is_utf8(body):
        return body
    text = body.decode(encoding, "replace")
    if text.count("\ufffd") * _MOST_LOST > len(text):
        return body
    return codecs.BOM_UTF8 + text.encode("utf-8", "replace")


def _encoding(charset: str | None) -> str | None:
    try:
        name = codecs.lookup(charset or "").name
    except (LookupError, ValueError):
        return None
    name = _WIDER.get(name, name)
    return name if _KNOWN.fullmatch(name) else None


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
