"""Lists of articles, sources, considered passages and places of words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.views import buttons
from bot.views.listings import considered_page, listing_page, occurrences_page, sources_page
from bot.views.pages import Page
from bot.views.text import Message, run, tagged
from bot.views.words import Words, words_for
from retrieval.models import ArticleEntry, Gone, Listing, Occurrences, Period, Place, Quote, SourceSummary, Span
from tests.bot.views.untrusted import checked, dates, entries, gone, names, pressed, quotes, speakers, texts
from tests.fakes import quote

EN, RU = words_for("en"), words_for("ru")
ENTRY = ArticleEntry(
    17, "a", 1, "Harbour bridge closes", "https://news.example/bridge", "Harbour Post", "Ada Brook", "2026-03-03", "en"
)
ENTRIES = tuple(replace(ENTRY, key=key, title=f"Title {key}") for key in range(40, 14, -1))
QUOTE = quote("Inspectors had found rust in eleven cables, and more rust below.")
ABSURD = replace(
    ENTRY, key=10**17, title="👍" * 900, source="👍" * 900, published="👍" * 900, url="https://a.example/" + "&" * 980
)
counts = st.integers(0, 10**6)
summaries = st.builds(SourceSummary, name=names, articles=counts, period=st.builds(Period, dates, dates))
places = st.builds(
    Place, article_id=st.just("a"), version=st.just(1), start=st.just(0), end=st.just(1), score=st.floats(-99, 9)
)


def view(offset: int) -> str:
    return buttons.view(3, offset)


def listed(offset: int, words: Words = EN, limit: int = 8) -> Page:
    part = Listing(ENTRIES[offset : offset + limit], len(ENTRIES))
    return listing_page(part, offset, limit, words, heading=tagged("b", "Latest"), button=view)


def considered(passages: list[tuple[Place, Quote | Gone]], page: int = 0, words: Words = EN) -> Page:
    return considered_page(
        passages,
        page,
        words,
        button=lambda at: buttons.turn_sources(5, at),
        open_button=lambda n: buttons.considered(5, n),
    )


def scored(*scores: float) -> list[tuple[Place, Quote | Gone]]:
    return [(Place("a", 1, 0, 9, score), quote(f"Passage {n}.", n)) for n, score in enumerate(scores, 1)]


def occurrences(
    total: int, *found: tuple[Quote, Span], offset: int = 0, query: str = "rust", words: Words = EN
) -> Page:
    part = Occurrences(tuple(one for one, _ in found), tuple(mark for _, mark in found), total)
    return occurrences_page(part, offset, 4, words, query=query, button=view)


@settings(max_examples=60)
@given(st.lists(entries, max_size=20), counts, texts, speakers)
@example([ABSURD] * 20, 20, "👍" * 9000, RU)
@example([ABSURD] * 8, 8, "", EN)
def test_no_list_of_articles_is_refused(found: list[ArticleEntry], more: int, heading: str, words: Words) -> None:
    part = Listing(tuple(found), len(found) + more)
    page = listing_page(part, 8, 8, words, heading=run(heading), button=view)
    assert [line for line in checked(page).text.split() if line.startswith("/article_")][-len(found) :] == [
        f"/article_{entry.key}" for entry in found
    ]


@settings(max_examples=40)
@given(st.lists(summaries, max_size=12), speakers)
@example([SourceSummary("👍" * 900, 10**6, Period("👍" * 900, "&" * 900))] * 12, RU)
def test_no_list_of_sources_is_refused(sources: list[SourceSummary], words: Words) -> None:
    checked(Page(sources_page(sources, words)))


@settings(max_examples=60)
@given(st.lists(st.tuples(places, quotes | gone), max_size=12), st.integers(-3, 5), speakers)
@example([(Place("a", 1, 0, 1), Gone("changed", ABSURD))] * 12, 0, RU)
def test_no_list_of_passages_is_refused(passages: list[tuple[Place, Quote | Gone]], page: int, words: Words) -> None:
    checked(considered(passages, page, words))


@settings(max_examples=60)
@given(
    st.lists(st.tuples(quotes, st.tuples(st.integers(0, 9000), st.integers(0, 9000)).map(sorted)), max_size=5),
    counts, texts, speakers,
)  # fmt: skip
@example([(quote("👍" * 9000), [100, 8000])] * 5, 5, "👍" * 900, RU)
def test_no_place_of_words_is_refused(
    found: list[tuple[Quote, list[int]]], more: int, query: str, words: Words
) -> None:
    marked = [(one, Span(*mark)) for one, mark in found]
    checked(occurrences(len(found) + more, *marked, query=query, words=words))


def test_articles_are_listed_by_number_with_a_command_to_tap() -> None:
    parsed = checked(listed(0, limit=2))
    assert parsed.text == (
        "Latest\n\nTitle 40\nHarbour Post · 3 March 2026 · /article_40\n\n"
        "Title 39\nHarbour Post · 3 March 2026 · /article_39\n\n1–2 of 26"
    )
    assert parsed.links() == [("Title 40", ENTRY.url), ("Title 39", ENTRY.url)]


def test_a_list_says_what_is_doubtful_of_its_articles() -> None:
    doubtful = replace(ENTRY, published_guessed=True, gone_since="2026-05-20")
    page = listing_page(Listing((doubtful,), 1), 0, 8, EN, heading=Message("", ""), button=view)
    assert checked(page).text.splitlines()[1] == (
        "Harbour Post · about 3 March 2026 · gone from its source since 20 May 2026 · /article_17"
    )


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        pytest.param(0, {"Next ▶": "l:3:8"}, id="the first page"),
        pytest.param(8, {"◀ Back": "l:3:0", "Next ▶": "l:3:16"}, id="in the middle"),
        pytest.param(24, {"◀ Back": "l:3:16"}, id="the last page"),
        pytest.param(5, {"◀ Back": "l:3:0", "Next ▶": "l:3:13"}, id="between pages"),
        pytest.param(80, {"◀ Back": "l:3:24"}, id="beyond the end, as when articles were removed"),
    ],
)
def test_buttons_turn_pages_of_a_list(offset: int, expected: dict[str, str]) -> None:
    page = listed(offset)
    checked(page)
    assert pressed(page) == expected


def test_a_list_on_one_page_has_no_buttons_and_does_not_count_itself() -> None:
    page = listing_page(Listing((ENTRY,), 1), 0, 8, EN, heading=Message("", ""), button=view)
    assert checked(page).text == "Harbour bridge closes\nHarbour Post · 3 March 2026 · /article_17"
    assert page.keyboard == ()


def test_a_heading_stays_as_it_is_where_there_is_room() -> None:
    page = listing_page(Listing((ENTRY,), 1), 0, 8, EN, heading=run("Sources\n\nMore"), button=view)
    assert checked(page).text.startswith("Sources\n\nMore\n\nHarbour")


def test_titles_and_links_are_shortened_before_anything_else_is_given_up() -> None:
    part = Listing((ABSURD,) * 20, 20)
    parsed = checked(listing_page(part, 0, 20, EN, heading=tagged("b", "Latest"), button=view))
    assert parsed.slices("Bold") == ["Latest", *["👍" * 23 + "…"] * 20]
    assert parsed.links() == []


def test_an_empty_list_says_so() -> None:
    page = listing_page(Listing((), 0), 0, 8, EN, heading=tagged("b", "Latest"), button=view)
    assert checked(page).text == "Latest\n\nNo articles found."
    assert page.keyboard == ()


def test_sources_are_counted_with_their_articles_and_their_time() -> None:
    sources = (
        SourceSummary("Harbour Post", 1200, Period("2024-03-03", "2026-05-05")),
        SourceSummary("Meadow Gazette", 1, Period("2025-10-18", "2025-10-18")),
        SourceSummary(None, 3, Period()),
    )
    assert checked(Page(sources_page(sources, EN))).text == (
        "2 sources, 1,204 articles\n\n"
        "• Harbour Post · 1,200 articles\n3 March 2024 – 5 May 2026\n"
        "• Meadow Gazette · 1 article\n18 October 2025\n"
        "• no source given · 3 articles"
    )
    assert checked(Page(sources_page(sources, EN, most=1))).text.endswith("5 May 2026\n… and 2 more")
    assert checked(Page(sources_page(sources[2:], EN))).text.startswith("3 articles\n\n")
    assert checked(Page(sources_page((), EN))).text.startswith("There are no articles yet.")


@pytest.mark.parametrize(
    ("sources", "articles", "said"),
    [
        pytest.param(1, 1, "1 источник, 1 статья", id="one"),
        pytest.param(3, 6, "3 источника, 6 статей", id="few and many"),
        pytest.param(11, 22, "11 источников, 22 статьи", id="eleven"),
        pytest.param(21, 21, "21 источник, 21 статья", id="twenty-one"),
    ],
)
def test_russian_plurals(sources: int, articles: int, said: str) -> None:
    counted = [SourceSummary(f"S{n}", 1 if n else articles - sources + 1, Period()) for n in range(sources)]
    assert checked(Page(sources_page(counted, RU))).text.startswith(said + "\n")


def test_considered_passages_show_where_they_are_from_and_how_near_they_are() -> None:
    parsed = checked(considered([(Place("a", 1, 0, 9, 1.0), quote("The bridge is closed. " * 20))]))
    assert parsed.text == (
        "1 passage considered\n\n1. Harbour bridge closes for repairs\nHarbour Post · 3 March 2026 · very close\n"
        + ("The bridge is closed. " * 20)[:119]
        + "…"
    )
    assert len(parsed.slices("ExpandableBlockQuote")[0]) == 120


def test_considered_passages_say_on_which_pages_they_stand() -> None:
    paged = replace(quote("The bridge is closed."), page=4, last_page=5, published_guessed=True)
    parsed = checked(considered([(Place("a", 1, 0, 9, 1.0), paged)], words=RU))
    assert parsed.text.splitlines()[3] == "Harbour Post · предположительно 3 марта 2026 · с. 4–5 · очень близко"
    assert parsed.links() == [("Harbour bridge closes for repairs", "https://news.example/articles/1#page=4")]


@pytest.mark.parametrize(
    ("scores", "nearness"),
    [
        pytest.param((3, 0, -1, -3, -9), ["very close", "very close", "close", "loosely related", "hardly related"],
                     id="beside a good one"),
        pytest.param((-3, -3.1, -5), ["loosely related", "loosely related", "hardly related"], id="none is good"),
    ],
)  # fmt: skip
def test_nearness_goes_by_the_odds_that_a_passage_holds_the_answer(
    scores: tuple[float, ...], nearness: list[str]
) -> None:
    lines = checked(considered(scored(*scores))).text.splitlines()
    assert [line.rsplit(" · ", 1)[1] for line in lines if line.startswith("Harbour Post")] == nearness


def test_considered_passages_open_by_their_number_and_turn_pages() -> None:
    page = considered(scored(*range(0, -7, -1)), 1)
    assert checked(page).text.startswith("7 passages considered, the closest first\n\n6. ")
    assert checked(page).text.endswith("\n\n6–7 of 7")
    assert pressed(page) == {"6": "p:5:6", "7": "p:5:7", "◀ Back": "n:5:0"}
    assert pressed(considered(scored(*range(0, -7, -1)), 900)) == pressed(page)
    assert pressed(considered(scored(*range(0, -7, -1)), -900))["Next ▶"] == "n:5:1"


def test_a_passage_that_is_gone_has_no_button() -> None:
    page = considered(
        [*scored(0), (Place("b", 1, 0, 9), Gone("removed")), (Place("c", 1, 0, 9), Gone("changed", ENTRY))]
    )
    assert "\n\n2. This article has been removed.\n\n3. This article has changed since." in checked(page).text
    assert "/article_17" in checked(page).text
    assert pressed(page) == {"1": "p:5:1"}


def test_nothing_considered_is_said() -> None:
    page = considered([])
    assert checked(page).text == "No passage came near the question"
    assert page.keyboard == ()


def test_places_of_words_say_who_where_and_when_with_the_words_in_bold() -> None:
    start = QUOTE.start + QUOTE.text.index("rust")
    page = occurrences(7, (QUOTE, Span(start, start + 4)))
    parsed = checked(page)
    assert parsed.text == (
        "“rust” stands in 7 places\n\n1. Harbour bridge closes for repairs\nHarbour Post · Ada Brook · 3 March 2026\n"
        "Inspectors had found rust in eleven cables, and more rust below.\n\n1 of 7"
    )
    assert parsed.slices("ExpandableBlockQuote") == [QUOTE.text]
    assert parsed.slices("Bold")[-1] == "rust"
    assert pressed(page) == {"Next ▶": "l:3:4"}


def test_places_of_words_say_on_which_page_they_stand() -> None:
    paged = replace(QUOTE, page=4, last_page=4)
    parsed = checked(occurrences(1, (paged, Span(QUOTE.start, QUOTE.start + 4))))
    assert parsed.text.splitlines()[3] == "Harbour Post · Ada Brook · 3 March 2026 · p. 4"
    assert parsed.links()[0][1] == "https://news.example/articles/1#page=4"


def test_of_a_sentence_that_is_too_long_the_part_with_the_words_is_shown() -> None:
    text = "before " * 300 + "rust" + " behind" * 300
    long = quote(text)
    start = long.start + text.index("rust")
    parsed = checked(occurrences(4, *[(long, Span(start, start + 4))] * 4))
    assert parsed.slices("Bold").count("rust") == 4
    for sentence in parsed.slices("ExpandableBlockQuote"):
        assert sentence.startswith("…")
        assert sentence.endswith("…")
        assert "before rust behind" in sentence


def test_of_words_that_are_too_long_the_first_are_shown() -> None:
    long = quote("rust " * 600)
    parsed = checked(occurrences(1, (long, Span(long.start, long.end))))
    assert parsed.slices("ExpandableBlockQuote") == [("rust " * 140) + "…"]


def test_words_that_stand_nowhere_are_said_to() -> None:
    page = occurrences(0, query="<b>" + "rust " * 50)
    assert checked(page).text.startswith("“<b>rust rust")
    assert " r…” stands nowhere in the articles\n\nThese very words" in checked(page).text
    assert page.keyboard == ()
