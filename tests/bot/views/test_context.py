"""Reading around a quote, and an article from its beginning."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.views import buttons
from bot.views.context import context_page
from bot.views.pages import Page
from bot.views.reading import AROUND, PAGE, QUOTE_PAGE, pages_of
from bot.views.text import clean, units
from bot.views.words import Words, words_for
from retrieval.models import Article, Place, Span, StoredArticle
from tests.bot.views.untrusted import checked, pressed, speakers, stored_articles, texts

EN, RU = words_for("en"), words_for("ru")
QUOTE = "Inspectors found rust in eleven cables."
PARAGRAPHS = [
    *(f"Before {n}. " + "The bridge was built in 1931 and has been painted four times. " * 9 for n in range(1, 6)),
    f"On Monday the harbour bridge was closed. {QUOTE} Buses are diverted through the old tunnel.",
    *(f"Behind {n}. " + "The city expects the repairs to take nine weeks. " * 9 for n in range(1, 6)),
]
TEXT = "\n\n".join(paragraph.strip() for paragraph in PARAGRAPHS)
STORED = StoredArticle(
    Article("a", TEXT, "The bridge", "https://news.example/bridge", "2026-03-03", "Ada Brook", "Harbour Post"),
    key=17, version=1, hash="", passages=9,
)  # fmt: skip
PLACE = Place("a", 1, TEXT.index(QUOTE), TEXT.index(QUOTE) + len(QUOTE))


def shown(at: int, place: Place = PLACE, stored: StoredArticle = STORED) -> Page:
    return context_page(stored, place, at, EN, button=lambda page: buttons.turn_context(5, 1, page))


def with_text(text: str) -> StoredArticle:
    return replace(STORED, article=replace(STORED.article, text=text))


spans = st.tuples(st.integers(0, 13_000), st.integers(0, 3_000)).map(lambda pair: Span(pair[0], sum(pair)))


@settings(max_examples=100)
@given(texts, spans)
@example("\n" * 6000 + "The end.", Span(6000, 6004))
@example("\n" * 6000 + "The end.", Span(0, 0))
@example(" " * 3000 + "One." + " " * 3000 + "Two." + "\n" * 3000, Span(6004, 6008))
@example("x" * 9000, Span(100, 8000))
@example("👍" * 9000, Span(3000, 3600))
@example("e" + "\u0301" * 9000, Span(3000, 3001))
@example("x" * (QUOTE_PAGE - 1), Span(0, QUOTE_PAGE - 1))
def test_the_pages_are_the_article_without_gap_or_overlap(text: str, span: Span) -> None:
    pages, home = pages_of(text, span)
    assert "".join(text[page.start : page.end] for page in pages) == text
    quoted = text[span.start : span.end].strip()
    for n, page in enumerate(pages):
        part = text[page.start : page.end].strip()
        assert part or not text.strip()
        assert units(part) <= (QUOTE_PAGE if quoted and n == home else PAGE)
    if quoted:
        part = text[pages[home].start : pages[home].end]
        assert quoted in part if units(quoted) < QUOTE_PAGE - 1 else part.strip() in quoted


SENTENCES = (
    "Short. ",
    "A sentence of eleven words that says nothing much of note. ",
    "And so on, " * 30 + "and so on.\n\n",
)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=60), st.floats(0, 1))
def test_a_quote_is_shown_with_its_surroundings(sentences: list[str], where: float) -> None:
    text = "".join(sentences).strip()
    start = int(where * (len(text) - 1))
    quote = Span(start, min(start + 200, len(text)))
    pages, home = pages_of(text, quote)
    around = pages[home].end - pages[home].start - (quote.end - quote.start)
    assert around >= min(AROUND, len(text) - (quote.end - quote.start))


@settings(max_examples=60)
@given(stored_articles, spans, st.integers(-20, 20), speakers)
def test_no_article_makes_a_page_that_telegram_refuses(
    stored: StoredArticle, span: Span, at: int, words: Words
) -> None:
    place = Place("a", 1, span.start, span.end)
    checked(context_page(stored, place, at, words, button=lambda page: buttons.turn_context(10**17, 99, page)))


def test_the_first_page_holds_the_paragraph_with_the_quote_in_bold() -> None:
    parsed = checked(shown(0))
    assert parsed.text.startswith(
        "The bridge\nHarbour Post · Ada Brook · 3 March 2026\n\nBefore 5. The bridge was built"
    )
    assert PARAGRAPHS[5] in parsed.text
    assert parsed.slices("Bold") == ["The bridge", QUOTE]
    assert parsed.links() == [
        ("The bridge", "https://news.example/bridge#:~:text=Inspectors%20found%20rust%20in%20eleven%20cables.")
    ]


@pytest.mark.parametrize(
    ("at", "place", "line", "link"),
    [
        pytest.param(0, PLACE, "p. 2", "#page=2", id="with the quote: the page that it stands on"),
        pytest.param(1, PLACE, "p. 3", "#page=3", id="behind it: the page that is shown"),
        pytest.param(-1, PLACE, "p. 1", "#page=1", id="before it"),
        pytest.param(0, Place("a", 1, 0, 0), "p. 1", "#page=1", id="read from the beginning"),
    ],
)
def test_a_document_says_on_which_of_its_pages_one_is(at: int, place: Place, line: str, link: str) -> None:
    metadata = {"pages": [0, TEXT.index("On Monday"), TEXT.index("Behind 1.")]}
    paged = replace(STORED, article=replace(STORED.article, metadata=metadata))
    parsed = checked(shown(at, place, paged))
    assert parsed.text.splitlines()[1] == f"Harbour Post · Ada Brook · 3 March 2026 · {line}"
    assert parsed.links() == [("The bridge", f"https://news.example/bridge{link}")]
    assert parsed.text.splitlines()[-1].startswith("Part ")


def test_pages_lead_on_through_the_article_both_ways() -> None:
    parsed = [checked(shown(at)).text.split("\n\n", 1)[1].rsplit("\n\n", 1) for at in range(-2, 3)]
    assert "\n\n".join(body for body, _ in parsed) == TEXT
    assert [footer for _, footer in parsed] == [f"Page {n} of 5" for n in range(1, 6)]


def test_other_pages_are_whole_paragraphs() -> None:
    for at in (-2, -1, 1, 2):
        body = checked(shown(at)).text.split("\n\n", 1)[1].rsplit("\n\n", 1)[0]
        assert all(paragraph + "\n" in TEXT + "\n" for paragraph in body.split("\n\n"))
        assert body.startswith(("Before", "Behind"))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(0, {"◀ Back": "e:5:1:-1", "Next ▶": "e:5:1:1"}, id="at the quote"),
        pytest.param(1, {"◀ Back": "e:5:1:0", "Next ▶": "e:5:1:2"}, id="a page behind it"),
        pytest.param(2, {"◀ Back": "e:5:1:1", "To the quote": "e:5:1:0"}, id="the last page"),
        pytest.param(-2, {"To the quote": "e:5:1:0", "Next ▶": "e:5:1:-1"}, id="the first page"),
        pytest.param(900, {"◀ Back": "e:5:1:1", "To the quote": "e:5:1:0"}, id="beyond the end"),
        pytest.param(-900, {"To the quote": "e:5:1:0", "Next ▶": "e:5:1:-1"}, id="before the beginning"),
    ],
)
def test_buttons_turn_pages_where_there_are_more(at: int, expected: dict[str, str]) -> None:
    assert pressed(shown(at)) == expected


def test_the_quote_is_in_bold_on_its_own_page_only() -> None:
    assert checked(shown(1)).slices("Bold") == ["The bridge"]


def test_a_quote_over_a_page_break_goes_on_in_bold() -> None:
    text = "One sentence after another. " * 200
    place = Place("a", 1, 0, 5000)
    bold = [checked(shown(at, place, with_text(text))).slices("Bold")[1:] for at in range(4)]
    assert "".join("".join(part).replace(" ", "") for part in bold) == text[:5000].replace(" ", "")


def test_an_article_is_read_from_its_beginning() -> None:
    beginning = Place("a", 1, 0, 0)
    page = shown(0, beginning)
    assert "\n\nBefore 1. " in checked(page).text
    assert checked(page).slices("Bold") == ["The bridge"]
    assert pressed(page) == {"Next ▶": "e:5:1:1"}
    assert "To the start" in pressed(shown(3, beginning))


def test_a_short_article_is_one_page_without_buttons() -> None:
    page = shown(0, Place("a", 1, 0, 4), with_text("Rust was found."))
    assert checked(page).text == "The bridge\nHarbour Post · Ada Brook · 3 March 2026\n\nRust was found."
    assert page.keyboard == ()


def test_a_paragraph_too_long_for_a_page_is_cut_at_the_end_of_a_sentence() -> None:
    text = " ".join(f"Sentence {n} of Dr. Brook goes on e.g. for a while, as sentences do." for n in range(200))
    pages, _ = pages_of(text, Span(0, 0))
    assert len(pages) > 5
    assert all(text[page.start : page.end].startswith("Sentence ") for page in pages)


def test_lines_broken_where_the_page_was_full_are_no_paragraphs() -> None:
    text = "The bridge was closed\non Monday morning.\nBuses are\ndiverted.\n" * 60
    pages, _ = pages_of(text, Span(0, 0))
    assert all(text[page.start : page.end].endswith(".\n") for page in pages)


def test_what_an_article_lacks_is_left_out() -> None:
    bare = replace(STORED, article=Article("a", "Rust.", " "))
    assert checked(shown(0, Place("a", 1, 0, 0), bare)).text == "Untitled\n\nRust."


def test_a_place_beyond_the_text_shows_its_end() -> None:
    assert "nine weeks." in checked(shown(0, Place("a", 1, 10**6, 10**6 + 5))).text


def test_pages_speak_russian() -> None:
    page = context_page(STORED, PLACE, 2, RU, button=lambda at: buttons.turn_context(5, 1, at))
    assert checked(page).text.endswith("\n\nСтраница 5 из 5")
    assert list(pressed(page)) == ["◀ Назад", "К цитате"]


@settings(max_examples=30)
@given(texts)
def test_every_word_of_an_article_is_on_one_of_its_pages(text: str) -> None:
    stored, beginning = with_text(text), Place("a", 1, 0, 0)
    pages, _ = pages_of(text, Span(0, 0))
    head = checked(shown(0, beginning, with_text(""))).text
    bodies = (checked(shown(at, beginning, stored)).text.removeprefix(head) for at in range(len(pages)))
    footers = (f"Page {n:,} of {len(pages):,}" if len(pages) > 1 else "" for n in range(1, len(pages) + 1))
    read = "".join(body.strip().removesuffix(footer) for body, footer in zip(bodies, footers, strict=True))
    assert "".join(read.split()) == "".join(clean(text).split())
