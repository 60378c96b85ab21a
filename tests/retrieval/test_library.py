"""Looking up articles, places in them and exact words in a real catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.catalog import Catalog
from retrieval.folding import find_all, fold, sought
from retrieval.library import Library
from retrieval.models import Article, Focus, Gone, Period, Place, Quote, SourceSummary, StoredArticle
from tests.building import BRIDGE, WHALE, article, put

FERRY = (
    "“It’s far too late,” said the captain — twice. The ferry’s cooks didn’t hear him… They had "
    "ﬁnished their work on the bridge.\n\nNobody reached Cambridge."
)
MOST = (
    "Мост закроют на девять недель. Ещё неделю продлится осмотр: инспекторы нашли ржавчину.\n\n"
    "Жители поедут через старый тоннель."
)
TOKYO = "東京都の橋は閉鎖された。検査官が錆を見つけた。"
HYPHENS = "Der Stadt\u00adrat hat die Brücken\u00adsperrung am Montag be\u00adschlossen. Sie gilt ab sofort."
ARTICLES = (
    article("bridge", BRIDGE, "Harbour bridge closed", source="Post", author="Ada Byron", published="2026-03-01"),
    article("whale", WHALE, "A whale for the museum", source="Gazette", published="2025-12-31T23:30:00+00:00"),
    article("ferry", FERRY, "Too late", source="Post", author="Bo O’Neill", published="2025-12"),
    article("most", MOST, "Мост закрыт", source="Вечерний листок", published="2026-02-28", language="ru"),
    article("tokyo", TOKYO, "橋", source="Café Zürich", published="2025", language="ja"),
    article("rat", HYPHENS, "Stadtrat", language="de"),
    article("undated", "The bridge of sighs. The bridge, again.", "No date", source="Harbour Post"),
)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    catalog = Catalog.in_directory(tmp_path_factory.mktemp("library"))
    for item in ARTICLES:
        put(catalog, item)
    yield catalog
    catalog.close()


@pytest.fixture(scope="module")
def library(catalog: Catalog) -> Library:
    return Library(catalog)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Catalog]:
    """A catalogue of the test's own, to change."""
    catalog = Catalog.in_directory(tmp_path)
    put(catalog, ARTICLES[0])
    yield catalog
    catalog.close()


def found(library: Library, words: str) -> set[str]:
    listing = library.find(words, limit=50)
    assert listing.total == len(listing.entries)
    return {entry.id for entry in listing.entries}


# Lists


def test_newest_first_and_those_without_a_date_last(library: Library) -> None:
    order = ["bridge", "most", "whale", "ferry", "tokyo", "undated", "rat"]
    assert [entry.id for entry in library.find(limit=50).entries] == order
    searched = [entry.id for entry in library.find("post", limit=50).entries]
    assert searched == ["bridge", "ferry", "undated"]


def test_lists_come_in_parts(library: Library) -> None:
    first, second = library.find(limit=3), library.find(offset=3, limit=3)
    assert (first.total, second.total, len(first.entries), len(second.entries)) == (7, 7, 3, 3)
    assert library.find(offset=6, limit=3).entries == library.find(limit=50).entries[6:]
    assert library.find(offset=7).entries == ()
    assert [entry.id for entry in library.find("post", offset=1, limit=1).entries] == ["ferry"]
    assert library.find("post", offset=1, limit=1).total == 3


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        pytest.param("POST", {"bridge", "ferry", "undated"}, id="source"),
        pytest.param("harb", {"bridge", "undated"}, id="part of a word, of title or source"),
        pytest.param("post harbour", {"bridge", "undated"}, id="every word"),
        pytest.param("post museum", set(), id="one word fits nothing"),
        pytest.param("o'neill", {"ferry"}, id="author, with a straight quote"),
        pytest.param("cafe\u0301 ZÜRICH", {"tokyo"}, id="accents typed apart, case"),
        pytest.param("橋", {"tokyo"}, id="another script"),
        pytest.param("2026", {"bridge", "most"}, id="year"),
        pytest.param("2026-03", {"bridge"}, id="month"),
        pytest.param("2025-12-31", {"whale", "ferry", "tokyo"}, id="day, as far as articles tell theirs"),
        pytest.param("2026\u201103", {"bridge"}, id="month with another hyphen"),
        pytest.param("2025-12-31..2026-02", {"whale", "ferry", "tokyo", "most"}, id="range"),
        pytest.param("2026-02..", {"bridge", "most"}, id="from a month on"),
        pytest.param("..2025-12-30", {"ferry", "tokyo"}, id="up to a day"),
        pytest.param("2026-02…", {"bridge", "most"}, id="dots made one character"),
        pytest.param("2026 post", {"bridge"}, id="date and word"),
        pytest.param("..", set(), id="a range without ends is no date"),
        pytest.param("rust", set(), id="the text is not searched"),
        pytest.param("%", set(), id="no wildcards"),
        pytest.param("", {item.id for item in ARTICLES}, id="no words"),
        pytest.param(" \n\u200b", {item.id for item in ARTICLES}, id="nothing that can be read"),
    ],
)
def test_finding_articles(library: Library, words: str, ids: set[str]) -> None:
    assert found(library, words) == ids


def test_sources_with_most_articles_first(library: Library) -> None:
    assert library.sources() == (
        SourceSummary("Post", 2, Period("2025-12", "2026-03-01")),
        SourceSummary("Café Zürich", 1, Period("2025", "2025")),
        SourceSummary("Gazette", 1, Period("2025-12-31", "2025-12-31")),
        SourceSummary("Harbour Post", 1, Period()),
        SourceSummary("Вечерний листок", 1, Period("2026-02-28", "2026-02-28")),
        SourceSummary(None, 1, Period()),
    )


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        pytest.param("post", ("Post",), id="the same, folded, alone"),
        pytest.param("pos", ("Post", "Harbour Post"), id="contained in"),
        pytest.param("Gazete", ("Gazette",), id="misspelt"),
        pytest.param("вечерний", ("Вечерний листок",), id="another script"),
        pytest.param("Cafe\u0301 zürich", ("Café Zürich",), id="accents typed apart"),
        pytest.param("Nothing like it", (), id="nothing like it"),
        pytest.param("", (), id="no name"),
        pytest.param("x" * 100_000, (), id="endless"),
    ],
)
def test_sources_that_a_name_may_mean(library: Library, name: str, sources: tuple[str, ...]) -> None:
    assert library.matching_sources(name) == sources


def test_of_sources_that_differ_in_case_the_one_typed_is_meant(own: Catalog) -> None:
    put(own, article("other", WHALE, source="POST"))
    assert Library(own).matching_sources("POST") == ("POST",)
    assert set(Library(own).matching_sources("pOST")) == {"Post", "POST"}


def test_at_most_five_sources(own: Catalog) -> None:
    for n in range(7):
        put(own, article(f"n{n}", WHALE, source=f"Daily {n}"))
    assert len(Library(own).matching_sources("daily")) == 5
    assert len(Library(own).matching_sources("dayly 3")) == 5


def test_an_empty_catalogue(tmp_path: Path) -> None:
    catalog = Catalog.in_directory(tmp_path)
    library = Library(catalog)
    assert (library.find().total, library.find("x").total, library.sources()) == (0, 0, ())
    assert library.occurrences("the bridge").total == 0
    assert library.matching_sources("post") == ()
    catalog.close()


# One article


def test_an_article_by_number_and_by_id(library: Library) -> None:
    entry = library.entry_of("bridge")
    assert entry is not None
    assert library.entry(entry.key) == entry
    assert (entry.title, entry.source, entry.author) == ("Harbour bridge closed", "Post", "Ada Byron")
    assert (entry.published, entry.version, entry.url, entry.language) == ("2026-03-01", 1, None, None)
    stored = library.article(entry.key)
    assert stored is not None
    assert (stored.article, stored.key) == (ARTICLES[0], entry.key)


def test_entries_say_that_a_date_is_guessed_and_an_article_gone(own: Catalog) -> None:
    remarks = {"published_guessed": True, "gone_since": "2026-05-20"}
    put(own, article("whale", WHALE, "A whale", published="2026-04-10", metadata=remarks))
    library = Library(own)
    whale = library.entry_of("whale")
    assert whale is not None
    assert (whale.published_guessed, whale.gone_since) == (True, "2026-05-20")
    assert library.entry(whale.key) == whale
    assert library.find("whale").entries == (whale,)
    newest = library.find()
    assert newest.entries[0] == whale
    assert (newest.entries[1].published_guessed, newest.entries[1].gone_since) == (False, None)


@pytest.mark.parametrize("key", [0, -1, 999, 1 << 43, 10**30, -(10**30)])
def test_a_number_that_is_no_article(library: Library, key: int) -> None:
    assert library.entry(key) is None
    assert library.article(key) is None
    assert library.key_sentences(key) == ()


@pytest.mark.parametrize("article_id", ["", "nothing", "\x00", "\ud800"])
def test_an_id_that_is_no_article(library: Library, article_id: str) -> None:
    assert library.entry_of(article_id) is None
    assert library.look_up(Place(article_id, 1, 0, 1)) == Gone("removed")


def test_key_sentences_are_quotes_in_reading_order(library: Library) -> None:
    entry = library.entry_of("bridge")
    assert entry is not None
    quotes = library.key_sentences(entry.key)
    assert [(quote.n, quote.text) for quote in quotes] == [
        (1, "The harbour bridge in Westmere was closed on Monday morning."),
        (2, "Inspectors had found rust in eleven of its hanger cables."),
    ]
    assert all(BRIDGE[quote.start : quote.end] == quote.text for quote in quotes)
    assert len(library.key_sentences(entry.key, 1)) == 1
    assert library.key_sentences(entry.key, 0) == ()


# Places that were kept


PLACE = Place("bridge", 1, 0, 55, 0.7)


def test_a_place_is_found_again(own: Catalog) -> None:
    library = Library(own)
    stored = library.look_up(PLACE)
    assert isinstance(stored, StoredArticle)
    assert stored.article == ARTICLES[0]
    (quote,) = library.quotes([PLACE])
    assert isinstance(quote, Quote)
    assert (quote.n, quote.text, quote.place) == (1, BRIDGE[:55], PLACE)


def test_metadata_alone_do_not_move_a_place(own: Catalog) -> None:
    put(own, replace(ARTICLES[0], author="Bo", source="Gazette"))
    (quote,) = Library(own).quotes([PLACE])
    assert isinstance(quote, Quote)
    assert (quote.text, quote.author, quote.source) == (BRIDGE[:55], "Bo", "Gazette")


@pytest.mark.parametrize("change", [{"text": BRIDGE + " More."}, {"title": "Another"}], ids=["text", "title"])
def test_a_place_in_an_article_that_changed_is_gone(own: Catalog, change: dict[str, Any]) -> None:
    put(own, replace(ARTICLES[0], **change))
    library = Library(own)
    gone = Gone("changed", library.entry_of("bridge"))
    assert gone.entry is not None
    assert library.look_up(PLACE) == gone
    assert library.quotes([PLACE]) == (gone,)


def test_a_place_in_an_article_that_was_removed_is_gone(own: Catalog) -> None:
    own.remove("bridge")
    library = Library(own)
    assert library.look_up(PLACE) == Gone("removed")
    assert library.quotes([PLACE]) == (Gone("removed"),)


@pytest.mark.parametrize("text", [pytest.param(WHALE, id="another text"), pytest.param(BRIDGE, id="the same text")])
def test_a_place_in_an_article_that_came_back_after_its_removal_has_changed(own: Catalog, text: str) -> None:
    own.remove("bridge")
    put(own, replace(ARTICLES[0], text=text))
    library = Library(own)
    gone = Gone("changed", library.entry_of("bridge"))
    assert gone.entry is not None
    assert library.look_up(PLACE) == gone
    assert library.quotes([PLACE]) == (gone,)
    assert isinstance(library.look_up(replace(PLACE, version=gone.entry.version)), StoredArticle)


def test_quotes_keep_their_order_and_their_numbers(library: Library) -> None:
    places = [
        Place("whale", 1, 0, 10),
        Place("nothing", 1, 0, 10),
        PLACE,
        Place("whale", 2, 0, 10),
        Place("whale", 1, 4, 9),
    ]
    cut = library.quotes(places, first=4)
    assert [(quote.n, quote.text) if isinstance(quote, Quote) else quote.reason for quote in cut] == [
        (4, WHALE[:10]), "removed", (6, BRIDGE[:55]), "changed", (8, WHALE[4:9])
    ]  # fmt: skip
    assert library.quotes([]) == ()


# Exact words


def places(library: Library, words: str, **asked: object) -> list[tuple[str, str]]:
    """Where words stand: article and the words as they are printed there."""
    texts = {item.id: item.text for item in ARTICLES}
    answer = library.occurrences(words, limit=50, **asked)  # type: ignore[arg-type]
    assert answer.total == len(answer.quotes) == len(answer.marks)
    return [
        (q.article_id, texts[q.article_id][m.start : m.end]) for q, m in zip(answer.quotes, answer.marks, strict=True)
    ]


@pytest.mark.parametrize(
    ("words", "stand"),
    [
        pytest.param("hanger cables", [("bridge", "hanger cables")], id="whole words"),
        pytest.param("It's far too late", [("ferry", "It’s far too late")], id="curly quotes"),
        pytest.param("captain - twice", [("ferry", "captain — twice")], id="dashes"),
        pytest.param("hear him... they", [("ferry", "hear him… They")], id="ellipsis and case"),
        pytest.param("finished their", [("ferry", "ﬁnished their")], id="ligature"),
        pytest.param("cables; buses are", [], id="not with other punctuation"),
        pytest.param("hanger cables.   Buses are", [("bridge", "hanger cables.\n\nBuses are")], id="across paragraphs"),
        pytest.param("museum has bought the skeleton of a sperm whale. It will", [
            ("whale", "museum has bought the skeleton of a sperm whale. It will")], id="across sentences"),
        pytest.param("еще неделю", [("most", "Ещё неделю")], id="Russian without its dots"),
        pytest.param("東京都", [("tokyo", "東京都")], id="a script without spaces"),
        pytest.param("京都の橋", [("tokyo", "京都の橋")], id="inside a run of a script without spaces"),
        pytest.param("橋", [("tokyo", "橋")], id="a single character"),
        pytest.param("Brückensperrung", [("rat", "Brücken\u00adsperrung")], id="soft hyphen"),
        pytest.param("die Brückensperrung am Montag", [("rat", "die Brücken\u00adsperrung am Montag")],
                     id="soft hyphen in an inner word"),
        pytest.param("errie", [], id="not what only sounds alike"),
        pytest.param("idge", [
            ("bridge", "idge"), ("ferry", "idge"), ("ferry", "idge"), ("undated", "idge"), ("undated", "idge")],
                     id="a part of a word, where it is nowhere whole"),
        pytest.param("amb", [("ferry", "amb")], id="the inside of a word"),
        pytest.param("ust in eleven of its han", [("bridge", "ust in eleven of its han")], id="first and last in part"),
        pytest.param("of the", [], id="function words that stand nowhere together"),
        pytest.param("—", [("ferry", "—")], id="no words at all"),
        pytest.param("far  \n too\u00a0late", [("ferry", "far too late")], id="white space"),
        pytest.param("", [], id="nothing"),
        pytest.param(" \u200b ", [], id="nothing that can be read"),
        pytest.param('bridge" OR "whale', [], id="the index's own language means nothing"),
        pytest.param("\ud800", [], id="half a character"),
        pytest.param("rust " * 1000, [], id="endless"),
    ],
)  # fmt: skip
def test_where_words_stand(library: Library, words: str, stand: list[tuple[str, str]]) -> None:
    assert places(library, words) == stand


def test_whole_words_are_not_looked_for_inside_longer_ones(library: Library) -> None:
    stand = [("bridge", "bridge"), ("ferry", "bridge"), ("undated", "bridge"), ("undated", "bridge")]
    assert places(library, "bridge") == stand, "and not in Cambridge"


def test_a_place_is_shown_with_its_sentences(library: Library) -> None:
    (quote,) = library.occurrences("rust in eleven").quotes
    assert quote.text == "Inspectors had found rust in eleven of its hanger cables."
    (quote,) = library.occurrences("sperm whale. It will hang").quotes
    assert quote.text == WHALE, "all the sentences that it touches"
    (quote,) = library.occurrences("late,” said the captain").quotes
    assert quote.text == FERRY[: FERRY.index(" The ferry")]
    assert (quote.title, quote.author, quote.published) == ("Too late", "Bo O’Neill", "2025-12")


def test_occurrences_come_in_parts(library: Library) -> None:
    whole = library.occurrences("bridge", limit=50)
    parts = [library.occurrences("bridge", offset=n, limit=1) for n in range(whole.total)]
    assert tuple(part.quotes[0] for part in parts) == whole.quotes
    assert tuple(part.marks[0] for part in parts) == whole.marks
    assert {part.total for part in parts} == {whole.total}
    assert [quote.n for quote in whole.quotes] == [1, 2, 3, 4]
    assert library.occurrences("bridge", offset=9).quotes == ()
    assert library.occurrences("bridge", limit=0).total == 4


@pytest.mark.parametrize(
    ("focus", "ids"),
    [
        pytest.param(Focus(source="Post"), ["bridge", "ferry"], id="source"),
        pytest.param(Focus(article_id="undated"), ["undated", "undated"], id="article"),
        pytest.param(Focus(from_="2026-01-01"), ["bridge"], id="period"),
        pytest.param(Focus(source="Gazette"), [], id="nothing there"),
    ],
)
def test_words_in_a_focus(library: Library, focus: Focus, ids: list[str]) -> None:
    assert [article_id for article_id, _ in places(library, "bridge", focus=focus)] == ids


def test_inside_a_focus_words_count_as_whole_by_that_focus(library: Library) -> None:
    assert places(library, "late", focus=Focus(source="Gazette")) == []
    assert places(library, "bridges", focus=Focus(source="Post")) == []


def test_a_removed_article_is_not_found(own: Catalog) -> None:
    library = Library(own)
    assert library.occurrences("hanger").total == 1
    own.remove("bridge")
    assert library.occurrences("hanger").total == 0


@settings(max_examples=60)
@given(st.sampled_from(ARTICLES), st.data())
def test_any_words_of_an_article_are_found_in_it(library: Library, item: Article, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(item.text) - 1))
    end = data.draw(st.integers(start + 1, min(len(item.text), start + 80)))
    words = item.text[start:end]
    answer = library.occurrences(words, limit=200, focus=Focus(article_id=item.id))
    assert bool(answer.quotes) == bool(sought(words))
    for quote, mark in zip(answer.quotes, answer.marks, strict=True):
        assert quote.text == item.text[quote.start : quote.end]
        assert quote.start <= mark.start < mark.end <= quote.end
        assert sought(words) in fold(item.text[mark.start : mark.end]).text


@settings(max_examples=100)
@given(st.sampled_from(ARTICLES), st.data())
def test_the_index_leaves_no_place_out(library: Library, item: Article, data: st.DataObject) -> None:
    """The same is found as by reading every article."""
    start = data.draw(st.integers(0, len(item.text) - 1))
    words = item.text[start : data.draw(st.integers(start + 1, start + 12))]
    whole = sum(len(find_all(each.text, words, whole=True)) for each in ARTICLES)
    anywhere = sum(len(find_all(each.text, words)) for each in ARTICLES)
    assert library.occurrences(words).total == (whole or anywhere)


@settings(max_examples=60)
@given(st.text(max_size=40))
def test_nothing_that_is_typed_breaks_a_look_up(library: Library, typed: str) -> None:
    assert library.find(typed).total <= len(ARTICLES)
    assert len(library.occurrences(typed).quotes) <= 5
    assert len(library.matching_sources(typed)) <= 5
