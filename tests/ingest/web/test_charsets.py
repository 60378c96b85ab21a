"""The charset that a server declares, and what it is worth."""

from __future__ import annotations

import codecs

import pytest

from ingest.web.charsets import as_declared

RUSSIAN = "Мост через гавань закрыт на девять недель. " * 5


@pytest.mark.parametrize(
    ("encoding", "charset"),
    [("cp1251", "Windows-1251"), ("koi8_r", "koi8-r"), ("cp866", "ibm866"), ("iso8859_5", "iso-8859-5")],
)
def test_the_server_is_believed(encoding: str, charset: str) -> None:
    assert as_declared(RUSSIAN.encode(encoding), charset).decode("utf-8-sig") == RUSSIAN


def test_latin_1_is_taken_for_what_browsers_take_it_for() -> None:
    assert as_declared("“Brücke”".encode("cp1252"), "iso-8859-1").decode("utf-8-sig") == "“Brücke”"


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        pytest.param(RUSSIAN.encode(), "windows-1251", id="UTF-8 called something else"),
        pytest.param(codecs.BOM_UTF16_LE + RUSSIAN.encode("utf-16-le"), "windows-1251", id="a mark goes first"),
        pytest.param(RUSSIAN.encode("cp1251"), "utf-8", id="called UTF-8, which it cannot be"),
        pytest.param(RUSSIAN.encode("cp1251"), "gb2312", id="called Chinese, which it cannot be"),
        pytest.param(RUSSIAN.encode("cp1251"), None, id="called nothing"),
        pytest.param(RUSSIAN.encode("cp1251"), "x-mac-klingon", id="called by a name that is none"),
        pytest.param(RUSSIAN.encode("cp1251"), "punycode", id="an encoding that is for names"),
        pytest.param(b"\xff", "unicode_escape", id="an encoding that is for programs"),
        pytest.param(b"\xff", "base64", id="an encoding that is for bytes"),
        pytest.param(b"\xff", "a\0b", id="a name with a NUL"),
    ],
)
def test_the_server_is_not_believed(body: bytes, charset: str | None) -> None:
    assert as_declared(body, charset) == body
