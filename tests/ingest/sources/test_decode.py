import codecs
import contextlib
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sources.decode import Line, decode, decode_page, lines_of
from retrieval.errors import ArticleError

CURLY = "It’s “new” – and left… £5"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param(b"", "", id="nothing"),
        pytest.param("naïve ‘text’".encode(), "naïve ‘text’", id="UTF-8"),
        pytest.param(codecs.BOM_UTF8 + "naïve".encode(), "naïve", id="UTF-8 with mark"),
        pytest.param(codecs.BOM_UTF16_LE + "naïve 中".encode("utf-16-le"), "naïve 中", id="UTF-16 LE with mark"),
        pytest.param(codecs.BOM_UTF16_BE + "naïve 中".encode("utf-16-be"), "naïve 中", id="UTF-16 BE with mark"),
        pytest.param(codecs.BOM_UTF32_LE + "naïve 😀".encode("utf-32-le"), "naïve 😀", id="UTF-32 LE with mark"),
        pytest.param(codecs.BOM_UTF32_BE + "naïve 😀".encode("utf-32-be"), "naïve 😀", id="UTF-32 BE with mark"),
        pytest.param(b"NUL\x00 bytes\x00 in text", "NUL\x00 bytes\x00 in text", id="some NUL bytes"),
        pytest.param(b"text" + bytes(500), "text" + "\x00" * 500, id="NUL bytes at the end, as a crash leaves them"),
    ],
)
def test_unicode_is_read_without_a_notice(data: bytes, text: str) -> None:
    decoded = decode(data)
    assert (decoded.text, decoded.notices) == (text, ())


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["A plain text.", "Мэр открыл мост, а потом ушёл. И вот.", "Üben, üben – und so."])
def test_utf16_without_mark_is_recognised(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding))
    assert decoded.text == text
    assert decoded.notices == ("it has no byte order mark and was read as UTF-16",)


@pytest.mark.parametrize(
    ("data", "text", "notice"),
    [
        pytest.param(
            "naïve é".encode() + b"\xff.", "naïve é\ufffd.", "one place is not valid UTF-8", id="one bad byte"
        ),
        pytest.param("éé ".encode() * 9 + b"\xc3 \xff", "éé " * 9 + "\ufffd \ufffd", "2 places are", id="cut and bad"),
        pytest.param(
            "\ufffdé".encode() + b"\xff", "\ufffdé\ufffd", "one place is", id="U+FFFD that was there is not counted"
        ),
        pytest.param(codecs.BOM_UTF8 + b"a\xff", "a\ufffd", "one place is not valid UTF-8", id="after a mark"),
        pytest.param(
            codecs.BOM_UTF16_LE + b"a\0b", "a\ufffd", "one place is not valid UTF-16", id="half a UTF-16 unit"
        ),
    ],
)
def test_broken_unicode_is_read_with_a_notice(data: bytes, text: str, notice: str) -> None:
    decoded = decode(data)
    assert decoded.text == text
    assert notice in decoded.notices[0]


@pytest.mark.parametrize(
    ("text", "encoding", "label"),
    [
        pytest.param("It’s late.", "cp1252", "Windows-1252", id="one curly quote"),
        pytest.param("café", "cp1252", "Windows-1252", id="one word"),
        pytest.param("A £5 note\n" * 20, "cp1252", "Windows-1252", id="pounds"),
        pytest.param(CURLY, "cp1252", "Windows-1252", id="curly quotes"),
        pytest.param("word " * 100_000 + CURLY, "cp1252", "Windows-1252", id="curly quotes far behind"),
        pytest.param("L’été dernier, le maire a été élu à Besançon, ému.", "cp1252", "Windows-1252", id="French"),
        pytest.param(
            "A ponte não foi construída à pressa; o prefeito então falou.", "cp1252", "Windows-1252", id="Portuguese"
        ),
        pytest.param("Bron över ån öppnades på söndagen, sade borgmästaren.", "cp1252", "Windows-1252", id="Swedish"),
        pytest.param("Größe und Höhe der Brücke über den Fluß.", "cp1252", "Windows-1252", id="German"),
        pytest.param("Burmistrz powiedział, że most będzie służył mieszkańcom.", "cp1250", "Windows-1250", id="Polish"),
        pytest.param(
            "Belediye başkanı köprüyü pazar günü açtı, ışıklar söndü.", "cp1254", "Windows-1254", id="Turkish"
        ),
        pytest.param("Мэр открыл в воскресенье мост через реку.", "cp1251", "Windows-1251", id="Russian"),
        pytest.param("Мэр открыл в воскресенье мост через реку.", "koi8_r", "koi8-r", id="Russian in KOI8"),
        pytest.param("Ο δήμαρχος άνοιξε την Κυριακή τη γέφυρα.", "cp1253", "Windows-1253", id="Greek"),
        pytest.param("市長は日曜日に川にかかる橋を開通させました。", "cp932", "cp932", id="Japanese"),
        pytest.param("市长星期日为河上的大桥揭幕，这座桥花了三年时间建成。", "gb18030", "gb18030", id="Chinese"),
        pytest.param("시장은 일요일에 강 위의 다리를 개통했다.", "cp949", "cp949", id="Korean"),
    ],
)
def test_older_encodings_are_read_with_a_notice(text: str, encoding: str, label: str) -> None:
    decoded = decode(text.encode(encoding))
    assert decoded.text == text
    assert decoded.notices == (f"it is not UTF-8 and was read as {label}",)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(range(256)), id="picture"),
        pytest.param(b"PK\x03\x04" + b"a" * 100, id="archive"),
        pytest.param(b"%PDF-1.7\nplain so far", id="PDF, however plain it begins"),
        pytest.param(bytes(1000) + b"abc", id="mostly NUL bytes"),
        pytest.param(random.Random(1).randbytes(5000), id="random bytes"),
    ],
)
def test_what_is_not_text_is_refused(data: bytes) -> None:
    with pytest.raises(ArticleError, match="is not text"):
        decode(data)
    with pytest.raises(ArticleError, match="is not text"):
        decode_page(data)


@pytest.mark.parametrize(
    ("declaration", "encoding"),
    [
        pytest.param('<meta charset="iso-8859-1">', "cp1252", id="Latin 1 means Windows-1252"),
        pytest.param(
            "<meta http-equiv=Content-Type content='text/html; charset=windows-1251'>", "cp1251", id="old form"
        ),
        pytest.param('<?xml version="1.0" encoding="ISO-8859-2"?>', "iso8859_2", id="XML declaration"),
        pytest.param('<meta charset="Shift_JIS">', "cp932", id="Japanese"),
    ],
)
def test_a_declared_charset_counts_for_a_page(declaration: str, encoding: str) -> None:
    letters = {"cp1252": "naïve “é”", "cp1251": "мост", "iso8859_2": "Příliš žluť", "cp932": "橋"}[encoding]
    page = f"<html>{declaration}<p>{letters}"
    decoded = decode_page(page.encode(encoding))
    assert (decoded.text, decoded.notices) == (page, ())


@pytest.mark.parametrize(
    "declaration",
    [
        pytest.param('<meta charset="iso-8859-1">', id="wrong"),
        pytest.param('<meta charset="zip">', id="not of text"),
        pytest.param('<meta charset="no-such">', id="unknown"),
    ],
)
def test_a_declared_charset_does_not_overrule_utf8(declaration: str) -> None:
    page = f"<html>{declaration}<p>naïve “é”"
    assert decode_page(page.encode()).text == page


def test_a_page_with_a_declared_charset_that_cannot_be_is_guessed() -> None:
    page = f'<html><meta charset="no-such"><p>{CURLY}'
    assert decode_page(page.encode("cp1252")).text == page


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for reader in (decode, decode_page):
        with contextlib.suppress(ArticleError):
            assert isinstance(reader(data).text, str)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_marked_text_comes_back(text: str) -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        assert decode(text.encode(encoding)).text == text


def lines(data: bytes, longest: int = 10) -> list[Line]:
    return list(lines_of(io.BufferedReader(io.BytesIO(data)), longest))


def test_lines_are_counted_in_bytes_and_cut_when_too_long() -> None:
    assert lines("\ufeffé\r\n0123456789\n".encode() + b"x" * 25 + b"\nend") == [
        Line("é\r\n", 7),
        Line("0123456789\n", 11),
        Line("", 26, cut=True),
        Line("end", 3),
    ]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_lines_of_wide_encodings(encoding: str) -> None:
    data = "\ufeffé\n012\n{}\nend".format("x" * 25).encode(encoding)
    found = lines(data)
    assert [(line.text, line.cut) for line in found] == [("é\n", False), ("012\n", False), ("", True), ("end", False)]
    assert sum(line.size for line in found) == len(data)


@given(st.binary(max_size=100))
def test_the_lines_of_any_bytes_add_up(data: bytes) -> None:
    assert sum(line.size for line in lines(data)) == len(data) or data.startswith(
        (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    )
