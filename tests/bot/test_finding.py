"""Finding articles by lists, searches, numbers and exact words, and asking of a part of them only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

import pytest

from retrieval.models import Article, Focus
from tests.bot.running import OTHER_READER, READER, bot_running
from tests.bot.tapping import labels, now, opened, said, tap, turned
from tests.building import BRIDGE, article, put
from tests.fakes import ARTICLES, LONG, FakeCitegram
from tests.telegram.double import Sent, TelegramDouble

GROUP = -1001
TITLES = {1: "Harbour bridge closes for repairs", 2: "Museum buys a whale", 3: "The tower on the north pier"}
NOTES = tuple(
    article(f"note-{n}", f"Note {n} is short.", f"Note {n}", source="Harbour Post", published=f"2025-03-{n:02}")
    for n in range(1, 21)
)
"""Articles for lists of several pages; the newest is the last."""


@dataclass
class Reader:
    """A bot over three articles to look things up in: every message is a new reader's, so that none waits for another."""

    double: TelegramDouble
    core: FakeCitegram

    def __post_init__(self) -> None:
        self._people = count(6000)

    def gets(self, text: str) -> Sent:
        """Return the reply to a message."""
        return said(self.double, text, next(self._people))


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with TelegramDouble() as double:
        with bot_running(double) as core:
            yield Reader(double, core)
        assert double.violations == []


def listed(message: Sent) -> list[int]:
    """Return the numbers of the articles in a list, by the commands that open them."""
    return [int(word.removeprefix("/article_")) for word in message.text.split() if word.startswith("/article_")]


def press_data(double: TelegramDouble, user: int, data: str, message_id: int = 5) -> None:
    """Send what a button says for a message that has no such button (any more)."""
    message = {"message_id": message_id, "date": 1, "chat": {"id": user, "type": "private"}, "text": "x"}
    person = {"id": user, "is_bot": False, "first_name": "R"}
    double.push(callback_query={"id": "77", "chat_instance": "1", "from": person, "message": message, "data": data})


# Lists


def test_sources_lists_all_articles_newest_first_with_what_there_is_of_each_source(reader: Reader) -> None:
    message = reader.gets("/sources")
    assert message.text == (
        "2 sources, 3 articles\n\n"
        "• Harbour Post · 2 articles\n5 May 2024 – 3 March 2026\n• Meadow Gazette · 1 article\n10 April 2026\n\n"
        "Search by title, source, author or date: /sources harbour, /sources March 2025\n\n"
        "Museum buys a whale\nMeadow Gazette · 10 April 2026 · /article_2\n\n"
        "Harbour bridge closes for repairs\nHarbour Post · 3 March 2026 · /article_1\n\n"
        "The tower on the north pier\nHarbour Post · 5 May 2024 · /article_3"
    )
    assert message.keyboard == ()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("WHALE", [2], id="title"),
        pytest.param("harbour post", [1, 3], id="source"),
        pytest.param("ada", [1], id="author"),
        pytest.param("tower brook", [], id="words of different articles"),
        pytest.param("harbour 2024", [3], id="source and year"),
        pytest.param("2026-03", [1], id="month"),
        pytest.param("2026-03-03..2026-04", [2, 1], id="period"),
        pytest.param("March 2026", [1], id="month by its name"),
        pytest.param("10 апреля 2026", [2], id="day in Russian"),
        pytest.param("2024 to 2025", [3], id="years in words"),
    ],
)
def test_sources_are_searched_by_title_source_author_and_date(reader: Reader, query: str, expected: list[int]) -> None:
    message = reader.gets(f"/sources {query}")
    assert listed(message) == expected
    assert f"“{query}”" in message.text.splitlines()[0]


def test_a_search_that_finds_no_article_says_what_was_searched_and_what_else_to_do(reader: Reader) -> None:
    assert reader.gets("/sources zebra").text == (
        "No articles for “zebra”\n\nThis searches titles, sources, authors and dates. For what stands in the articles, "
        "send /quote and the words, or just ask."
    )


def test_a_list_is_turned_both_ways_in_its_own_message(double: TelegramDouble) -> None:
    with bot_running(double, FakeCitegram(NOTES)):
        first = said(double, "/latest", READER)
        second = turned(double, READER, first, "Next")
        third = turned(double, READER, second, "Next")
        back = turned(double, READER, third, "Back")
    assert [listed(page) for page in (first, second, third)] == [
        [*range(20, 12, -1)],
        [*range(12, 4, -1)],
        [4, 3, 2, 1],
    ]
    assert [page.text.splitlines()[-1] for page in (first, second, third)] == ["1–8 of 20", "9–16 of 20", "17–20 of 20"]
    assert [labels(page) for page in (first, second, third)] == [["Next ▶"], ["◀ Back", "Next ▶"], ["◀ Back"]]
    assert back.text == second.text
    assert len(double.messages(READER)) == 1


def test_what_there_is_of_each_source_stands_on_the_first_page_only(double: TelegramDouble) -> None:
    with bot_running(double, FakeCitegram(NOTES)):
        first = said(double, "/sources", READER)
        second = turned(double, READER, first, "Next")
    assert first.text.startswith("1 source, 20 articles\n\n• Harbour Post · 20 articles\n1 March 2025 – 20 March 2025")
    assert second.text.startswith("20 articles\n\nNote 12\n")


def test_a_lists_buttons_work_after_a_restart(double: TelegramDouble) -> None:
    core = FakeCitegram(NOTES)
    with bot_running(double, core):
        search = said(double, "/sources March 2025", READER)
    with bot_running(double, core):
        second = turned(double, READER, search, "Next")
    assert second.text.startswith("20 articles for “March 2025”")
    assert listed(second) == [*range(12, 4, -1)]


def test_a_list_that_has_become_shorter_shows_its_last_page(double: TelegramDouble) -> None:
    core = FakeCitegram(NOTES)
    with bot_running(double, core):
        articles, places = said(double, "/sources", READER), said(double, "/quote is short", READER)
        further = articles.data("Next")
        for one in NOTES[3:]:
            core.catalog.remove(one.id)
        articles = turned(double, READER, articles, "Next")
        places = turned(double, READER, places, "Next")
        for one in NOTES[:3]:
            core.catalog.remove(one.id)
        press_data(double, READER, further, articles.message_id)
        nothing = double.wait_for_edit(READER, articles.message_id, 2)
    assert listed(articles) == [3, 2, 1]
    assert places.text.startswith("“is short” stands in 3 places")
    assert [quote.split()[1] for quote in places.quotes] == ["3", "2", "1"]
    assert labels(articles) == labels(places) == []
    assert "no articles yet" in nothing.text


def test_nobody_turns_the_pages_of_another_chats_list(double: TelegramDouble) -> None:
    with bot_running(double, FakeCitegram(NOTES)):
        mine = said(double, "/sources note", READER)
        press_data(double, OTHER_READER, mine.data("Next"))
        (refused,) = double.wait_for_requests("answerCallbackQuery")
    assert refused.fields["text"] == "This list is not kept any more; please send the command again."
    assert double.messages(OTHER_READER) == []


def test_an_empty_catalogue_says_how_to_fill_it_whatever_is_looked_for(double: TelegramDouble) -> None:
    with bot_running(double, FakeCitegram(())):
        for command in ("/sources", "/latest"):
            assert "There are no articles yet" in said(double, command, READER).text


def test_in_a_group_a_list_replies_to_the_command(double: TelegramDouble) -> None:
    with bot_running(double):
        message = said(double, "/latest@citegram_test_bot", READER, chat=GROUP)
        opened_article = said(double, "/article_2@citegram_test_bot", READER, chat=GROUP)
    assert message.reply_to is not None
    assert message.text.startswith("The newest articles\n\nMuseum buys a whale")
    assert opened_article.text.startswith(TITLES[2])


# One article


def test_an_article_is_shown_in_its_own_words_with_all_that_can_be_done_with_it(reader: Reader) -> None:
    message = reader.gets("/article 1")
    assert message.text == (
        "Harbour bridge closes for repairs\nHarbour Post · Ada Brook · 3 March 2026\nArticle 1\n\n"
        "In its own words:\nThe harbour bridge in Westmere was closed on Monday morning.\n"
        "Inspectors had found rust in eleven of its hanger cables.\n\nLink to share"
    )
    assert all(sentence in BRIDGE for sentence in message.quotes)
    assert message.parsed.links() == [
        (TITLES[1], "https://news.example/articles/1"),
        ("Link to share", "https://t.me/citegram_test_bot?start=a1"),
    ]
    assert labels(message) == ["Read here", "Full text", "Ask about it", "Ask only this one", "Share"]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        pytest.param("/article 3", TITLES[3], id="number"),
        pytest.param("/article_3", TITLES[3], id="tapped in a list"),
        pytest.param("/article #3", TITLES[3], id="number sign"),
        pytest.param("/article museum", TITLES[2], id="words of one article's title"),
        pytest.param("/article harbour", "2 articles for “harbour”", id="words of several"),
        pytest.param("/article zebra", "No articles for “zebra”", id="words of none"),
        pytest.param("/article 17", "There is no article 17. /sources lists them all.", id="no such number"),
        pytest.param("/article 999999999999999999", "There is no article 999999999999999999.", id="absurd number"),
        pytest.param("/article", "Which article? Write its number or words of its title", id="nothing"),
    ],
)
def test_an_article_is_found_by_its_number_or_by_words(reader: Reader, command: str, expected: str) -> None:
    assert reader.gets(command).text.startswith(expected)


def test_reading_an_article_turns_its_pages_beside_its_card(double: TelegramDouble) -> None:
    with bot_running(double):
        card = said(double, "/article 3", READER)
        first = opened(double, READER, card, "Read here")
        second = turned(double, READER, first, "Next")
        third = turned(double, READER, second, "Next")
        start = turned(double, READER, third, "To the start")
    read = [part.strip() for page in (first, second, third) for part in page.text.split("\n\n")[1:-1]]
    assert read == [part.strip() for part in LONG.split("\n\n")[: len(read)]]
    assert [page.text.splitlines()[-1] for page in (first, second, third)] == [f"Page {n} of 6" for n in (1, 2, 3)]
    assert start.text == first.text
    assert now(double, card).edits == 0
    assert len(double.messages(READER)) == 2


def test_the_full_text_of_an_article_comes_as_a_file(double: TelegramDouble) -> None:
    with bot_running(double):
        sent = opened(double, READER, said(double, "/article 2", READER), "Full text")
    assert sent.document is not None
    assert sent.document.name == "Museum-buys-a-whale-2.html"
    assert ARTICLES[1].text in sent.document.text
    assert sent.text == TITLES[2]


def test_asking_about_an_article_asks_and_shows_the_question(double: TelegramDouble) -> None:
    with bot_running(double) as core:
        answer = opened(double, READER, said(double, "/article 2", READER), "Ask about it")
    assert core.asked == ["What is “Museum buys a whale” about?"]
    assert answer.text.startswith(f"{core.asked[0]}\n\n1. ")
    assert answer.parsed.slices("Italic")[0] == core.asked[0]


@pytest.mark.parametrize("label", ["Read here", "Full text", "Ask about it", "Ask only this one"])
def test_a_removed_articles_buttons_say_that_it_is_removed(double: TelegramDouble, label: str) -> None:
    with bot_running(double) as core:
        card = said(double, "/article 2", READER)
        core.catalog.remove("whale")
        told = double.wait_for_press_answer(tap(double, READER, card, label))
    assert (told["text"], told["show_alert"]) == ("This article has been removed.", True)
    assert len(double.messages(READER)) == 1
    assert core.asked == []


# Exact words


@pytest.mark.parametrize(
    ("words", "marked"),
    [
        pytest.param("closed on Monday", "closed on Monday", id="as they stand"),
        pytest.param("CLOSED  on\nmonday", "closed on Monday", id="in other case and spacing"),
        pytest.param("“closed on Monday”", "closed on Monday", id="in quotation marks"),
        pytest.param("'closed on Monday'", "closed on Monday", id="in single quotation marks"),
        pytest.param("nspect", "nspect", id="inside a word"),
        pytest.param("morning. Inspectors", "morning. Inspectors", id="over the end of a sentence"),
    ],
)
def test_exact_words_are_found_folded_and_shown_in_bold(reader: Reader, words: str, marked: str) -> None:
    message = reader.gets(f"/quote {words}")
    assert "stands in 1 place\n\n1. Harbour bridge closes for repairs\nHarbour Post · Ada Brook" in message.text
    assert marked in message.parsed.slices("Bold")
    assert message.quotes[0] in BRIDGE
    assert [link.partition("#:~:text=")[0] for _, link in message.parsed.links()] == ["https://news.example/articles/1"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param(
            "/quote zebra crossing",
            "“zebra crossing” stands nowhere in the articles\n\n"
            "These very words, in this order, are in none of them. Try fewer words, or ask a question.",
            id="nowhere",
        ),
        pytest.param(
            "/quote",
            "Which words? Write them behind the command, as in: /quote closed on Monday morning",
            id="no words",
        ),
        pytest.param("/quote ...", "“...” stands nowhere in the articles", id="no letters"),
    ],
)
def test_words_that_stand_nowhere(reader: Reader, typed: str, expected: str) -> None:
    message = reader.gets(typed)
    assert message.text.startswith(expected)
    assert message.keyboard == ()


def test_all_places_of_words_are_paged_in_reading_order(double: TelegramDouble) -> None:
    with bot_running(double):
        page = said(double, "/quote a lamp shone on", READER)
        places = list(page.quotes)
        while "Next ▶" in labels(page):
            page = turned(double, READER, page, "Next")
            places += page.quotes
    assert page.text.startswith("“a lamp shone on” stands in 12 places")
    assert page.text.endswith("9–12 of 12")
    assert len(places) == 12
    assert sorted(places, key=LONG.index) == places


# Focus


@pytest.mark.parametrize(
    ("typed", "expected", "shown"),
    [
        pytest.param("1", Focus(article_id="bridge"), "“Harbour bridge closes for repairs”", id="article"),
        pytest.param("whale", Focus(article_id="whale"), "“Museum buys a whale”", id="words of one article's title"),
        pytest.param("Harbour Post", Focus(source="Harbour Post"), "Harbour Post", id="source"),
        pytest.param("harbor pst", Focus(source="Harbour Post"), "Harbour Post", id="misspelt source"),
        pytest.param("gazette", Focus(source="Meadow Gazette"), "Meadow Gazette", id="part of a source"),
        pytest.param("2026", Focus(from_="2026-01-01", to="2026-12-31"), "2026", id="year"),
        pytest.param("March 2026", Focus(from_="2026-03-01", to="2026-03-31"), "March 2026", id="month"),
        pytest.param(
            "2024-05..2026-03", Focus(from_="2024-05-01", to="2026-03-31"), "1 May 2024 – 31 March 2026", id="period"
        ),
    ],
)
def test_a_focus_on_an_article_a_source_or_a_period(reader: Reader, typed: str, expected: Focus, shown: str) -> None:
    confirmed = reader.gets(f"/focus {typed}")
    answer = said(reader.double, "Why?", confirmed.chat_id)
    assert confirmed.text.startswith(f"From now on I answer only from: {shown}")
    assert confirmed.text.endswith(". /unfocus ends it.")
    assert reader.core.questions[-1].focus == expected
    assert answer.text.endswith(f"\n\nOnly in: {shown}\n/unfocus – ask all articles")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param(
            "2023", "There are no articles from 2023, so nothing has changed. The articles cover 5", id="period"
        ),
        pytest.param("17", "There is no article 17.", id="article"),
        pytest.param("Zebra Times", "“Zebra Times” is neither a source nor a single article.", id="source"),
        pytest.param("re", "“re” is neither a source nor a single article.", id="letters of several articles"),
        pytest.param("", "I answer from all articles.\n\nTo narrow that down, name an article", id="nothing"),
    ],
)
def test_a_focus_on_what_is_not_there_changes_nothing(reader: Reader, typed: str, expected: str) -> None:
    refused = reader.gets(f"/focus {typed}")
    said(reader.double, "Why?", refused.chat_id)
    assert refused.text.startswith(expected)
    assert reader.core.questions[-1].focus == Focus()


def test_what_is_asked_of_now_is_said_when_asked_for(reader: Reader) -> None:
    chat = reader.gets("/focus harbour post").chat_id
    assert said(reader.double, "/focus", chat).text.startswith(
        "I answer only from: Harbour Post\n\nTo narrow that down"
    )
    assert reader.gets("/unfocus").text == "I answer from all articles already."


def test_how_many_articles_are_asked_is_said(reader: Reader) -> None:
    assert "Harbour Post (2 articles)." in reader.gets("/focus harbour post").text
    assert "2026 (2 articles)." in reader.gets("/focus 2026").text
    assert "article)" not in reader.gets("/focus 1").text


def test_the_focus_stands_under_answers_more_quotes_and_refusals_until_unfocus(double: TelegramDouble) -> None:
    line = "Only in: Harbour Post\n/unfocus – ask all articles"
    with bot_running(double) as core:
        for user in (READER, OTHER_READER):
            said(double, "/focus harbour post", user)
        answer = said(double, "where is A lamp shone?", READER)
        more = opened(double, READER, answer, "More")
        refusal = said(double, "where is sperm whale?", OTHER_READER)
        ended = said(double, "/unfocus", OTHER_READER)
        free = said(double, "where is sperm whale?", OTHER_READER)
    for message in (answer, more, refusal):
        assert message.text.endswith(line)
    assert refusal.text.startswith("The articles do not say.")
    assert ended.text == "I answer from all articles again."
    assert "sperm whale" in free.quotes[0]
    assert "Only in" not in free.text
    assert core.questions[-1].focus == Focus()


def test_a_focus_holds_in_its_own_conversation_and_topic_only(double: TelegramDouble) -> None:
    with bot_running(double) as core:
        said(double, "/focus 2", READER, chat=GROUP, topic=7)
        asked_in = [(GROUP, 7), (GROUP, 8), (GROUP, None), (READER, None)]
        answers = [said(double, "/ask Why?", READER, chat=chat, topic=topic) for chat, topic in asked_in]
    assert [question.focus.article_id for question in core.questions] == ["whale", None, None, None]
    assert ["Only in: “Museum buys a whale”" in answer.text for answer in answers] == [True, False, False, False]


def test_a_focus_survives_a_restart_and_says_when_its_article_is_gone(double: TelegramDouble) -> None:
    core = FakeCitegram()
    with bot_running(double, core):
        said(double, "/focus 2", READER)
    core.catalog.remove("whale")
    with bot_running(double, core):
        answer = said(double, "Why?", READER)
    assert answer.text.endswith("Only in: an article that has been removed\n/unfocus – ask all articles")
    assert core.questions[-1].focus == Focus(article_id="whale")


def test_of_several_sources_one_is_chosen_by_a_button(double: TelegramDouble) -> None:
    core = FakeCitegram([*ARTICLES, article("tide", "The tide was high.", "Tides", source="Harbour Times")])
    with bot_running(double, core):
        choice = said(double, "/focus harbour", READER)
        chosen = opened(double, READER, choice, "Harbour Times")
    assert choice.text == "Which source do you mean?"
    assert labels(choice) == ["Harbour Post", "Harbour Times"]
    assert chosen.text == "From now on I answer only from: Harbour Times (1 article). /unfocus ends it."


def test_an_articles_button_asks_only_of_it(double: TelegramDouble) -> None:
    with bot_running(double) as core:
        set_on = opened(double, READER, said(double, "/article 1", READER), "Ask only this one")
        put(core.catalog, replace(ARTICLES[0], title="Bridge open again"))
        answer = said(double, "Why?", READER)
    assert set_on.text == f"From now on I answer only from: “{TITLES[1]}”. /unfocus ends it."
    assert "Only in: “Bridge open again”" in answer.text


def test_titles_and_names_of_any_kind_break_no_list(double: TelegramDouble) -> None:
    odd = [
        Article(f"odd-{n}", "Some text stands here.", name, source=name, author=name, published=name)
        for n, name in enumerate(("<b>&amp;</b>" * 90, "\u202e\U0001f9ea" * 200, "{ $query }", "*_[x](y)`"))
    ]
    with bot_running(double, FakeCitegram(odd)):
        for text in ("/sources", "/article 1", "/quote text", "/focus 2"):
            assert said(double, text, READER).text
