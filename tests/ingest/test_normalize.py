import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.normalize import canonical_text, is_blank, one_line, without_surrogates

ANY_TEXT = st.text(
    st.characters(categories=None) | st.sampled_from("\r\n\t\v\f\x85\u2028\u200b\u200d\ufeff\u0301e\ud83d\ude00")
)


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        pytest.param("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour", id="mixed line ends become line feeds"),
        pytest.param("a\x85b\u2028c\u2029d\ve\ff", "a\nb\nc\nd\ne\nf", id="rare line ends become line feeds"),
        pytest.param("a\r\x00\nb", "a\nb", id="a removed character between CR and LF leaves one line end"),
        pytest.param("a\x00b\x1bc\x7fd\x80e\x9ff", "abcdef", id="NUL, C0, DEL and C1 controls go"),
        pytest.param("\ufeffa\u200bb\u2060c\ufeff", "abc", id="invisible marks go, wherever they stand"),
        pytest.param("\u200ea\u200fb\u061cc\u202ad\u202ee\u2066f\u2069", "abcdef", id="bidi controls go"),
        pytest.param("می\u200cروم 👩\u200d🚀", "می\u200cروم 👩\u200d🚀", id="joiners stay"),
        pytest.param("cafe\u0301", "café", id="decomposed letters are composed"),
        pytest.param("cafe\u200b\u0301", "café", id="also over a removed character"),
        pytest.param("\u212b \u2126", "Å Ω", id="singletons are replaced"),
        pytest.param("a\ud800b\udc00", "a\ufffdb\ufffd", id="lone surrogates become U+FFFD"),
        pytest.param("\ud83d\ude00", "😀", id="a pair of surrogates becomes its character"),
        pytest.param("a\tb  c \n\n\n d ", "a\tb  c \n\n\n d ", id="tabs, spaces and blank lines stay"),
        pytest.param("“ISIS*” – it’s ﬁne…", "“ISIS*” – it’s ﬁne…", id="quotes, asterisks, dashes, ligatures stay"),
        pytest.param("\u00ad\u2061\U000e0041", "\u00ad\u2061\U000e0041", id="what the list does not name stays"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_canonical_text(raw: str, canonical: str) -> None:
    assert canonical_text(raw) == canonical


@given(ANY_TEXT)
def test_canonical_text_is_stable_clean_and_storable(raw: str) -> None:
    text = canonical_text(raw)
    assert canonical_text(text) == text
    assert unicodedata.is_normalized("NFC", text)
    assert not any(unicodedata.category(ch) == "Cc" for ch in text if ch not in "\n\t")
    assert not set(text) & set("\ufeff\u200b\u2060\u200e\u200f\u061c\u2028\u2029\u202e\u2066")
    assert text.encode().decode() == text


@given(ANY_TEXT)
def test_one_line_is_stable_and_one_line(raw: str) -> None:
    line = one_line(raw)
    assert one_line(line) == line
    assert line == line.strip()
    assert "\n" not in line
    assert "  " not in line


@given(ANY_TEXT)
def test_text_without_surrogates_can_be_stored_and_is_otherwise_unchanged(raw: str) -> None:
    text = without_surrogates(raw)
    assert text.encode().decode() == text
    assert text == raw or any("\ud800" <= ch <= "\udfff" for ch in raw)


@pytest.mark.parametrize(
    ("text", "blank"),
    [
        pytest.param("", True, id="empty"),
        pytest.param(" \n\t\u00a0\u3000", True, id="white space"),
        pytest.param("\u200c\u200d\u00ad\ufe0f", True, id="joiners and soft hyphens"),
        pytest.param("x", False, id="one letter"),
        pytest.param("\n\n。", False, id="one full stop"),
    ],
)
def test_is_blank(text: str, blank: bool) -> None:
    assert is_blank(text) is blank
