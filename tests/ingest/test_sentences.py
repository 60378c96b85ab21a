"""Where sentences stand: in order, none too long, nothing lost, in many languages and in no layout at all."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.normalize import canonical_text
from ingest.sentences import LONGEST, best_cut, paragraph_starts, sentences, trimmed
from retrieval.models import Span

LANGUAGES = [None, "en", "de", "ru", "ja", "zh", "hi", "ar", "fa", "th", "xx", ""]
PIECES = [
    "The bridge is closed.", "Mr. Smith paid $3.50.", "“Why?” she asked.", "橋が閉鎖。", "यह पुल है।", "هل؟",
    "- item", "1. one",
    "\n", "\n\n", "\n \n", " ", "\t", "\u3000", "\u00a0", "e.g. this", "…", "!?", "😀", "👨\u200d👩\u200d👧", "a\u0301",
    "A" * 700,
    "word " * 200, "x,y;" * 200, "（", "”", "\u200c", "U.S.", "3.5", "www.e.example/a?b", "ﷺ", "\u00ad",
]  # fmt: skip
layouts = st.lists(st.sampled_from(PIECES), max_size=30).flatmap(
    lambda parts: st.sampled_from(["", " ", "\n"]).map(lambda between: between.join(parts))
)
canonical_texts = (st.text() | layouts).map(canonical_text)


def cut(text: str, language: str | None = "en") -> list[str]:
    return [text[span.start : span.end] for span in sentences(text, language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("One. Two! Three?", ["One.", "Two!", "Three?"], id="three"),
        pytest.param("  One.  Two.  ", ["One.", "Two."], id="spaces around"),
        pytest.param("Mr. Smith and Dr. Jones met.", ["Mr. Smith and Dr. Jones met."], id="titles"),
        pytest.param("It cost 3.5 million. Yes.", ["It cost 3.5 million.", "Yes."], id="decimal point"),
        pytest.param(
            "It opens at 6:30 a.m. on Mondays.", ["It opens at 6:30 a.m. on Mondays."], id="goes on in lower case"
        ),
        pytest.param("“It is closed.” She left.", ["“It is closed.”", "She left."], id="closing quote"),
        pytest.param("A title\n\nA text.", ["A title", "A text."], id="a paragraph ends a sentence"),
        pytest.param("- One thing\n- Another thing", ["- One thing", "- Another thing"], id="list"),
        pytest.param("The end.\nAnother one", ["The end.", "Another one"], id="a line that ends a sentence"),
        pytest.param("One.\n \t \nTwo.", ["One.", "Two."], id="blank line with spaces"),
        pytest.param("Word\n   ", ["Word"], id="last line of spaces"),
        pytest.param("", [], id="empty"),
        pytest.param(" \n\t ", [], id="white space"),
        pytest.param("word", ["word"], id="one word"),
        pytest.param("😀", ["😀"], id="no word"),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


def test_lines_broken_where_the_page_was_full_are_one_paragraph() -> None:
    text = (
        "The harbour bridge in Westmere was closed on Monday morning after\n"
        "inspectors had found rust in eleven of its hanger cables, and it\n"
        "will stay closed. Buses take the tunnel."
    )
    assert cut(text) == [text[: text.index(" Buses")], "Buses take the tunnel."]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("橋が閉鎖された。博物館は鯨を買った。", "ja", ["橋が閉鎖された。", "博物館は鯨を買った。"]),
        ("桥梁关闭。博物馆买了鲸鱼！", "zh", ["桥梁关闭。", "博物馆买了鲸鱼！"]),
        ("Die Brücke ist z. B. gesperrt. Sie rostet.", "de", ["Die Brücke ist z. B. gesperrt.", "Sie rostet."]),
        ("Мост закрыт. Он ржавеет.", "ru", ["Мост закрыт.", "Он ржавеет."]),
        ("पुल बंद है। वह जंग खा रहा है।", "hi", ["पुल बंद है।", "वह जंग खा रहा है।"]),
        ("الجسر مغلق. لماذا؟ بسبب الصدأ.", "ar", ["الجسر مغلق.", "لماذا؟", "بسبب الصدأ."]),
        ("One. Two.", "xx", ["One.", "Two."]),
        ("One. Two.", None, ["One.", "Two."]),
    ],
)
def test_languages(text: str, language: str | None, expected: list[str]) -> None:
    assert cut(text, language) == expected


@settings(max_examples=400)
@given(canonical_texts, st.sampled_from(LANGUAGES))
def test_nothing_is_lost_doubled_or_out_of_order(text: str, language: str | None) -> None:
    spans = sentences(text, language)
    for span in spans:
        assert 0 <= span.start < span.end <= len(text)
        assert span.end - span.start <= LONGEST
        sentence = text[span.start : span.end]
        assert sentence == sentence.strip()
    assert all(before.end <= after.start for before, after in pairwise(spans))
    between = [text[before.end : after.start] for before, after in pairwise([Span(0, 0), *spans, Span(len(text), 0)])]
    assert not "".join(between).strip(), "all that is not white space is in a sentence"


@given(canonical_texts)
def test_a_sentence_never_crosses_a_blank_line(text: str) -> None:
    for span in sentences(text, "en"):
        lines = text[span.start : span.end].split("\n")
        assert all(line.strip() for line in lines)


@given(canonical_texts)
def test_paragraphs_start_where_sentences_start(text: str) -> None:
    starts = {span.start for span in sentences(text, None)}
    for start in paragraph_starts(text):
        rest = text[start:]
        assert start + len(rest) - len(rest.lstrip()) in starts or not rest.split("\n")[0].strip()


@given(st.text(min_size=2, max_size=300), st.data())
def test_a_cut_leaves_something_on_both_sides(text: str, data: st.DataObject) -> None:
    end = data.draw(st.integers(1, len(text) - 1))
    start = data.draw(st.integers(0, end - 1))
    assert start < best_cut(text, start, end) <= end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a" * 60 + ", " + "b" * 60, "a" * 60 + ", ", id="after a clause"),
        pytest.param("a" * 60 + " " + "b" * 60, "a" * 60 + " ", id="after a word"),
        pytest.param("a" * 130, "a" * 100, id="anywhere"),
        pytest.param("a" * 99 + "e\u0301" * 20, "a" * 99, id="not between a letter and its accent"),
        pytest.param("a" * 98 + "👨\u200d👩\u200d👧", "a" * 98, id="not within an emoji"),
    ],
)
def test_best_cut(text: str, expected: str) -> None:
    assert text[: best_cut(text, 0, 100)] == expected


def test_trimmed() -> None:
    assert trimmed("  ab  ", 0, 6) == Span(2, 4)
    assert trimmed("  ab  ", 4, 6) is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("word " * 100_000, id="100,000 words without a full stop"),
        pytest.param("a" * 1_000_000, id="one word of a million letters"),
        pytest.param("A sentence. " * 50_000, id="one paragraph"),
        pytest.param("a line\n" * 50_000, id="50,000 lines"),
        pytest.param("\n" * 500_000 + "a" + " " * 500_000, id="white space"),
        pytest.param("👨\u200d" * 100_000, id="nowhere to cut"),
    ],
)
def test_long_texts_take_no_time(text: str) -> None:
    started = time.process_time()
    spans = sentences(text, "en")
    assert time.process_time() - started < 5
    assert spans
