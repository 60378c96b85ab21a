"""Folding: what counts as the same text, and the way back to the original for any string."""

from __future__ import annotations

import sys
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from retrieval.folding import find_all, fold, sought

TRICKY = (
    "aAeEßſİıЁёςΣﬁﬀĲ…‥½²Ａ '\"’“”«»„`´-‑–—−\u00a0\u2009\u3000 \t\n\r\x00\u00ad\u200b\u200d\ufeff\ufe0f\u0301\u0323"
    "éậ각가\u1100\u1161\u11a8東¨ﷺ\ud800😀"
)
TEXTS = st.one_of(st.text(st.sampled_from(TRICKY), max_size=30), st.text(max_size=60), st.text("ab '\"-.", max_size=30))


@st.composite
def texts_with_a_range(draw: st.DrawFn) -> tuple[str, int, int]:
    text = draw(TEXTS)
    start = draw(st.integers(0, len(text)))
    return text, start, draw(st.integers(start, len(text)))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param("It’s “late”", 'it\'s "late"', id="curly and straight quotes"),
        pytest.param("«spät» „früh“", '"spät" "früh"', id="guillemets and low quotes"),
        pytest.param("Post\u2011war\u2013peace\u2014now\u22121", "post-war-peace-now-1", id="dashes"),
        pytest.param("ten\u00a0thousand\u2009crowns\u3000 \n\t each", "ten thousand crowns each", id="white space"),
        pytest.param("wait…", "wait...", id="ellipsis"),
        pytest.param("ﬁnd the oﬃce", "find the office", id="ligatures"),
        pytest.param("ＡＢＣ　１２３", "abc 123", id="full-width forms"),
        pytest.param("re\u00adsu\u200bme\ufeff\u200f", "resume", id="invisible characters"),
        pytest.param("STRASSE", "straße", id="case"),
        pytest.param("İstanbul ΟΔΟΣ", "istanbul οδος", id="case of other languages"),
        pytest.param("cafe\u0301", "café", id="accents typed apart"),
        pytest.param("Ещё Ёлка", "еще елка", id="Russian without its dots"),
        pytest.param("½ 3⁄4", "1/2 3/4", id="fractions"),
    ],
)
def test_alike(a: str, b: str) -> None:
    assert fold(a).text == fold(b).text


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param("resume", "résumé", id="accents tell"),
        pytest.param("3.5", "3,5", id="separators of numbers tell"),
        pytest.param("'late'", '"late"', id="single and double quotes"),
        pytest.param("postwar", "post-war", id="with and without hyphen"),
        pytest.param("мои", "мой", id="short i"),
    ],
)
def test_not_alike(a: str, b: str) -> None:
    assert fold(a).text != fold(b).text


def test_every_character_folds_to_what_stays_as_it_is() -> None:
    characters = [chr(n) for n in range(sys.maxunicode + 1) if unicodedata.category(chr(n)) not in ("Cn", "Co")]
    folded = [fold(character).text for character in characters]
    assert [c for c, f in zip(characters, folded, strict=True) if fold(f).text != f] == []


@given(TEXTS)
def test_folding_twice_is_folding_once(text: str) -> None:
    folded = fold(text).text
    assert fold(folded).text == folded


@settings(max_examples=200)
@given(texts_with_a_range())
@example((" \u00a8", 0, 1))
def test_a_span_covers_what_was_folded(given_: tuple[str, int, int]) -> None:
    text, a, b = given_
    folded = fold(text)
    start, end = sorted((min(a, len(folded.text)), min(b, len(folded.text))))
    span = folded.span(start, end)
    assert 0 <= span.start <= span.end <= len(text)
    assert folded.text[start:end] in fold(text[span.start : span.end]).text
    assert (span.start == span.end) == (start == end)


@given(TEXTS)
def test_spans_of_single_characters_cover_the_text_in_order(text: str) -> None:
    folded = fold(text)
    spans = [folded.span(n, n + 1) for n in range(len(folded.text))]
    covered = [n for span in spans for n in range(span.start, span.end)]
    leading = len(text) - len(set(covered))
    assert fold(text[:leading]).text == "", "only what is dropped before anything else belongs to nothing"
    assert sorted(set(covered)) == list(range(leading, len(text)))
    assert [span.start for span in spans] == sorted(span.start for span in spans)


@settings(max_examples=200)
@given(texts_with_a_range())
@example(("İ", 0, 1))
def test_any_slice_of_a_text_is_found_in_it(given_: tuple[str, int, int]) -> None:
    text, start, end = given_
    wanted = sought(text[start:end])
    assume(wanted)
    spans = find_all(text, text[start:end])
    assert spans
    assert all(wanted in fold(text[span.start : span.end]).text for span in spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))


@given(TEXTS, TEXTS, TEXTS)
def test_what_is_found_is_alike(before: str, words: str, after: str) -> None:
    for span in find_all(before + words + after, words):
        found = (before + words + after)[span.start : span.end]
        forms = {sought(words), sought(unicodedata.normalize("NFC", words))}
        assert any(form in fold(found).text for form in forms)


def shown(text: str, words: str, *, whole: bool = False) -> list[str]:
    return [text[span.start : span.end] for span in find_all(text, words, whole=whole)]


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        pytest.param("He said: “It’s\u00a0late…”", "it's late...", ["It’s\u00a0late…"], id="curly quotes and ellipsis"),
        pytest.param("Bridge, bridges, BRIDGE", "bridge", ["Bridge", "bridge", "BRIDGE"], id="every place"),
        pytest.param("aaaa", "aa", ["aa", "aa"], id="without overlap"),
        pytest.param("to ﬁnd", "fin", ["ﬁn"], id="part of a word with a ligature"),
        pytest.param("to ﬁnd", "in", ["ﬁn"], id="half of a ligature is widened to the whole"),
        pytest.param("oﬀer", "f", ["ﬀ"], id="twice in a ligature"),
        pytest.param("a co\u00adoperation", "cooperation", ["co\u00adoperation"], id="soft hyphen inside"),
        pytest.param("two   \n words", "two words", ["two   \n words"], id="runs of white space"),
        pytest.param("two words", "  two words \n", ["two words"], id="white space around the words"),
        pytest.param("I ❤\ufe0f it", "❤", ["❤\ufe0f"], id="a variation selector belongs to its character"),
        pytest.param("the café", "cafe", [], id="no letter without its accent"),
        pytest.param("각", "가", [], id="no part of a syllable"),
        pytest.param("the café", "cafe\u0301", ["café"], id="accent typed apart"),
        pytest.param("ậ", "a\u0302\u0323", ["ậ"], id="accents in another order"),
        pytest.param("anything", "", [], id="nothing sought"),
        pytest.param("anything", " \u200b\n", [], id="nothing left of what is sought"),
        pytest.param("", "x", [], id="nothing to search"),
    ],
)
def test_finding(text: str, words: str, found: list[str]) -> None:
    assert shown(text, words) == found


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        pytest.param("abridged, the bridge's", "bridge", ["bridge"], id="not inside a word"),
        pytest.param("Cambridge bridge", "bridge", ["bridge"], id="inside one before, whole after"),
        pytest.param("(bridge)-bridge_1", "bridge", ["bridge"], id="punctuation parts words, an underscore does not"),
        pytest.param("東京都の橋", "京都", ["京都"], id="scripts without spaces have no words to part"),
        pytest.param("x\u0301y", "x", [], id="an accent belongs to the word"),
        pytest.param("-5 degrees, 15 degrees", "5 degrees", ["5 degrees"], id="numbers are words"),
        pytest.param("so: (a) or (b)", "(a)", ["(a)"], id="what begins with no letter"),
    ],
)
def test_finding_whole_words(text: str, words: str, found: list[str]) -> None:
    assert shown(text, words, whole=True) == found
