"""What concerns the person: greeting, links, help, language and other settings, privacy, and being forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from bot.stores.conversations import Conversations
from bot.stores.database import Database
from bot.views.start_links import question_payload
from tests.bot.running import OTHER_READER, READER, bot_running
from tests.bot.tapping import labels, opened, said, tap, turned
from tests.building import put
from tests.fakes import ARTICLES, FakeCitegram
from tests.telegram.double import BOT_NAME, TelegramDouble

GROUP = -1001
LINK = re.compile(rf"https://t\.me/{BOT_NAME}\?start=([A-Za-z0-9_-]{{1,64}})\b")
WELCOME = "I answer questions about articles with exact quotes from them, and say so when they hold no answer."
LAMPS = "where is A lamp shone?"
READERS = count(6000)


@pytest.fixture(scope="module")
def open_bot() -> Iterator[tuple[TelegramDouble, FakeCitegram]]:
    """A bot for tests that write as readers of their own, so that none waits for another."""
    with TelegramDouble() as server:
        with bot_running(server) as core:
            yield server, core
        assert server.violations == []


def holding(directory: Path, words: str) -> list[str]:
    """Return the names of the files in a directory, and in those below it, that hold words."""
    forms = (words.encode(), words.encode("utf-16-le"))
    files = [file for file in directory.rglob("*") if file.is_file()]
    return [file.name for file in files if any(form in file.read_bytes() for form in forms)]


# /start and links


def test_start_offers_examples_from_the_articles_that_ask_when_tapped(double: TelegramDouble) -> None:
    with bot_running(double) as core:
        welcome = said(double, "/start", READER)
        answer = opened(double, READER, welcome, "Museum")
    assert welcome.text == (
        f"{WELCOME}\n\nI know 3 articles from Harbour Post, Meadow Gazette. The articles cover 5 May 2024 to 10 April "
        "2026.\n\nAsk in your own words, or tap an example. /help says more."
    )
    assert labels(welcome) == [
        "What is “Museum buys a whale” about?",
        "What is “Harbour bridge closes for repairs” about?",
        "What is “The tower on the north pier” about?",
    ]
    assert core.asked == ["What is “Museum buys a whale” about?"]
    assert answer.text.startswith(core.asked[0])


def test_a_long_title_is_cut_on_its_button_and_none_makes_no_example(double: TelegramDouble) -> None:
    titles = ("Word " * 100, " ")
    articles = [replace(ARTICLES[0], id=f"odd-{n}", title=title) for n, title in enumerate(titles)]
    with bot_running(double, FakeCitegram(articles)):
        (example,) = labels(said(double, "/start", READER))
    assert example.startswith("What is “Word Word")
    assert example.endswith("…” about?")
    assert len(example) < 80


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        pytest.param("a2", "Museum buys a whale\nMeadow Gazette · 10 April 2026\nArticle 2\n", id="article"),
        pytest.param("a77", "There is no article 77. /sources lists them all.", id="article that is not there"),
        pytest.param(question_payload("Why now?"), "Why now?\n\n1. Harbour bridge", id="question"),
        pytest.param(
            question_payload("Почему закрыли мост в Вестмере на ремонт?"),
            "Почему закрыли мост в Вестмере на ремонт?\n\n1. Harbour bridge",
            id="question in Cyrillic letters",
        ),
        pytest.param(question_payload("/forget"), "/forget\n\n1. Harbour bridge", id="command as a question"),
        pytest.param("qzzzz", f"I could not make sense of that link.\n\n{WELCOME}", id="broken question"),
        pytest.param("a", f"I could not make sense of that link.\n\n{WELCOME}", id="broken article"),
        pytest.param("", WELCOME, id="nothing"),
    ],
)
def test_a_link_opens_what_it_was_made_for(
    open_bot: tuple[TelegramDouble, FakeCitegram], payload: str, expected: str
) -> None:
    double, _ = open_bot
    user = next(READERS)
    double.start(user, payload)
    (message,) = double.wait_for_messages(user, 1)
    assert message.text.startswith(expected)


def test_a_link_that_asks_a_question_is_made_on_demand(open_bot: tuple[TelegramDouble, FakeCitegram]) -> None:
    double, core = open_bot
    made = said(double, "/link  Why was the\nbridge closed?", next(READERS))
    link = LINK.search(made.text)
    assert link is not None
    double.start(OTHER_READER, link.group(1))
    double.wait_for_messages(OTHER_READER, 1)
    assert made.text == f"Whoever opens this link asks me that: {link.group()}"
    assert core.asked[-1] == "Why was the bridge closed?"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("/link", "Which question? Write it in the same message", id="nothing"),
        pytest.param(
            "/link " + "why? " * 10, "This is too long for a link, which holds some 46 letters.", id="too long"
        ),
    ],
)
def test_what_no_link_can_hold(open_bot: tuple[TelegramDouble, FakeCitegram], typed: str, expected: str) -> None:
    double, _ = open_bot
    assert said(double, typed, next(READERS)).text.startswith(expected)


# Help and commands


@pytest.mark.parametrize(
    ("privacy", "expected"),
    [
        (True, f"Mentions (@{BOT_NAME}) reach me only where I am an admin of the group."),
        (False, f"and messages that mention @{BOT_NAME}; nothing else."),
    ],
)
def test_help_says_what_reaches_the_bot_in_groups(double: TelegramDouble, privacy: bool, expected: str) -> None:
    double.set_privacy(privacy)
    with bot_running(double):
        alone, in_group = said(double, "/help", READER), said(double, "/help", READER, chat=GROUP)
        for asked in (f"@{BOT_NAME} Why?", "/ask the end"):
            double.send_text(READER, asked, chat=GROUP)
        answers = double.wait_for_messages(GROUP, 2 if privacy else 3)[1:]
    assert alone.text.startswith("Type a question in your own words.")
    assert expected in alone.text
    assert expected in in_group.text
    assert "/forget – delete all of your data" in alone.text
    assert "/forget" not in in_group.text
    assert "/invite" not in alone.text
    assert "language model" not in alone.text
    assert answers[0].quotes == ["You asked: the end" if privacy else "You asked: Why?"]


def test_menus_of_commands_fit_chat_language_and_role(double: TelegramDouble) -> None:
    with bot_running(double, admins=frozenset({READER})):
        said(double, "/new", READER)
        double.wait_for_requests("setMyCommands", 8)
    with bot_running(double, admins=frozenset({READER})):  # by now the admin has a chat with the bot
        double.wait_for_requests("setMyCommands", 16)
        admin, reader, group = double.menu(READER), double.menu(OTHER_READER), double.menu(OTHER_READER, GROUP)
        russian, german = double.menu(OTHER_READER, language="ru"), double.menu(OTHER_READER, language="de")
    assert list(admin) == [*list(reader)[:-1], "invite", "members", "help"]
    assert not {"start", "invite", "members"} & set(reader)
    assert {"forget", "settings", "privacy", "link"} == set(reader) - set(group)
    assert list(russian) == list(reader)
    assert (russian["ask"], reader["ask"]) == ("задать вопрос", "ask a question")
    assert german == reader


def test_a_misspelt_command_can_be_carried_out_as_it_was_meant(double: TelegramDouble) -> None:
    with bot_running(double):
        offer = said(double, "/qoute closed on monday", READER)
        found = opened(double, READER, offer, "/quote closed on monday")
        bare = said(double, "/foruget", OTHER_READER)
    assert offer.text == "I do not know that command. Did you mean /quote?"
    assert found.text.startswith("“closed on monday” stands in 1 place")
    assert (bare.text, bare.keyboard) == ("I do not know that command. Did you mean /forget?", ())


def test_an_admin_makes_no_invitations_where_others_could_take_them(double: TelegramDouble) -> None:
    with bot_running(double, admins=frozenset({READER})):
        refused = [said(double, command, READER, chat=GROUP).text for command in ("/invite", "/members")]
        helped = said(double, "/help", READER, chat=GROUP)
    assert refused == [f"Please send me /{name} in our private chat, not in a group." for name in ("invite", "members")]
    assert "/invite" not in helped.text


def test_new_begins_anew_in_its_own_topic_only(double: TelegramDouble) -> None:
    with bot_running(double) as core:
        for topic in (7, 8):
            said(double, "/ask Who closed the bridge?", READER, chat=GROUP, topic=topic)
        done = said(double, "/new", READER, chat=GROUP, topic=7)
        for topic in (7, 8):
            said(double, "/ask Why?", READER, chat=GROUP, topic=topic)
    assert done.text == "Done: your next question stands on its own."
    assert [len(question.history) for question in core.questions] == [0, 0, 0, 1]


# Settings


def test_the_number_of_quotes_takes_effect_at_once_and_after_a_restart(double: TelegramDouble) -> None:
    core = FakeCitegram()
    with bot_running(double, core):
        settings = said(double, "/settings", READER)
        usual = said(double, LAMPS, READER)
        changed = turned(double, READER, settings, "5")
        five = said(double, LAMPS, READER)
        others = said(double, LAMPS, OTHER_READER)
    with bot_running(double, core):
        later = said(double, LAMPS, READER)
    assert settings.text == "Settings\n\nLanguage, and how many quotes an answer has at most:"
    assert labels(settings) == ["✓ English", "Русский", "1", "2", "✓ 3", "5"]
    assert labels(changed) == ["✓ English", "Русский", "1", "2", "3", "✓ 5"]
    assert [len(answer.quotes) for answer in (usual, five, later, others)] == [3, 5, 5, 3]


def test_the_language_takes_effect_at_once_and_after_a_restart(double: TelegramDouble) -> None:
    core = FakeCitegram()
    with bot_running(double, core):
        settings = said(double, "/settings", READER)
        changed = turned(double, READER, settings, "Русский")
        refusal = said(double, "Is this unknown?", READER)
        in_group = said(double, "/latest", READER, chat=GROUP)
        others = said(double, "Is this unknown?", OTHER_READER)
    with bot_running(double, core):
        same = double.wait_for_press_answer(tap(double, READER, changed, "✓ 3"))
        back = turned(double, READER, changed, "English")
    assert changed.text == "Настройки\n\nЯзык и наибольшее число цитат в ответе:"
    assert labels(changed)[:2] == ["English", "✓ Русский"]
    assert refusal.text.startswith("В статьях нет ответа на этот вопрос.")
    assert in_group.text.startswith("Самые новые статьи")
    assert others.text.startswith("The articles do not say.")
    assert same.get("text", "") == ""
    assert back.text.startswith("Settings")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        pytest.param("ru", "Сейчас", id="Russian"),
        pytest.param("ru-RU", "Сейчас", id="Russian of a country"),
        pytest.param("de", "At this moment", id="a language that the bot does not speak"),
        pytest.param(None, "At this moment", id="none"),
    ],
)
def test_the_bot_speaks_the_language_of_the_readers_telegram(
    open_bot: tuple[TelegramDouble, FakeCitegram], language: str | None, expected: str
) -> None:
    double, _ = open_bot
    user = next(READERS)
    double.speaks(user, language)
    assert expected in said(double, "/privacy", user).text


def test_everything_around_an_answer_is_russian_for_a_russian_reader(
    open_bot: tuple[TelegramDouble, FakeCitegram],
) -> None:
    double, _ = open_bot
    user, other = next(READERS), next(READERS)
    for one in (user, other):
        double.speaks(one, "ru")
    answer = said(double, LAMPS, user)
    voted = turned(double, user, answer, "👎")
    focus = said(double, "/focus 1", other)
    refusal = said(double, "where is whale?", other)
    assert labels(answer) == ["Контекст 1", "Контекст 2", "Контекст 3", "Источники", "Ещё", "👍", "👎"]
    assert "Harbour Post · Tom Reed · 5 мая 2024" in answer.text
    assert labels(voted)[:4] == ["Не по вопросу", "Не хватает важного", "Устарело", "Другое"]
    assert focus.text == "Теперь я ищу только здесь: «Harbour bridge closes for repairs». Отменить: /unfocus."
    assert refusal.text == (
        "В статьях нет ответа на этот вопрос.\n\nБлиже всего по теме:\n• Harbour bridge closes for repairs (3 марта 2026)"
        "\n\nСтатьи охватывают период: 3 марта 2024 – 5 мая 2026.\n\n"
        "Ищу только здесь: «Harbour bridge closes for repairs»\n/unfocus — искать во всех статьях"
    )


# Privacy


def test_privacy_says_how_long_what_is_kept_and_how_much_it_is(double: TelegramDouble) -> None:
    with bot_running(double, keep_days=30):
        nothing = said(double, "/privacy", READER)
        answer = said(double, "where is rust?", READER)
        turned(double, READER, answer, "👍")
        said(double, "/quote rust", READER)
        something = said(double, "/privacy", READER)
        others = said(double, "/privacy", OTHER_READER)
    assert nothing.text.startswith("For 30 days I keep: your questions and which passages answered them")
    assert nothing.text.endswith("At this moment that is: nothing.\n\n/forget deletes all of it at once.")
    assert "At this moment that is: 1 question, 1 rating, 1 search.\n" in something.text
    assert "that is: nothing." in others.text


def test_forget_deletes_all_of_one_person_says_what_and_nothing_of_another(double: TelegramDouble) -> None:
    core = FakeCitegram()
    with bot_running(double, core):
        mine = said(double, "where is rust?", READER)
        turned(double, READER, mine, "👍")
        in_group = said(double, "/ask where is rust?", READER, chat=GROUP)
        said(double, "/focus 1", READER)
        theirs = said(double, "where is rust?", OTHER_READER)
        turned(double, OTHER_READER, said(double, "/settings", OTHER_READER), "Русский")
        done = said(double, "/forget", READER)
        notes = [double.wait_for_press_answer(tap(double, READER, message, "Context")) for message in (mine, in_group)]
        kept = opened(double, OTHER_READER, theirs, "Context")
    database = Database.in_directory(core.catalog.path.parent)
    conversations = Conversations(database)
    left, others, focus = (
        conversations.counts(READER), conversations.counts(OTHER_READER), conversations.focus((READER, None))
    )  # fmt: skip
    database.close()
    assert done.text == (
        "Deleted: 2 questions, 1 rating, your settings.\n\nWhat stays is your Telegram id in the list of who may use this "
        "bot, if you are in it, and the messages in this chat, which you can delete yourself."
    )
    assert {note["text"] for note in notes} == {"The details of this answer are not kept any more; please ask again."}
    assert theirs.quotes[0] in kept.parsed.slices("Bold")
    assert (left.answers, left.ratings, left.views, left.settings, focus.article_id) == (0, 0, 0, False, None)
    assert (others.answers, others.settings) == (1, True)


def test_after_forget_no_file_holds_the_words(double: TelegramDouble) -> None:
    core = FakeCitegram()
    directory = core.catalog.path.parent
    with bot_running(double, core):
        said(double, "Does the xylograph stand here?", READER)
        said(double, "/quote a xylograph", READER)
        said(double, "Does the quillwort grow here?", OTHER_READER)
        before = holding(directory, "xylograph")
        done = said(double, "/forget", READER)
        at_once, others = holding(directory, "xylograph"), holding(directory, "quillwort")
        again = said(double, "/forget", READER)
    assert before
    assert done.text.startswith("Deleted: 1 question, 1 search.")
    assert at_once == []
    assert others
    assert holding(directory, "xylograph") == []
    assert again.text.startswith("There was nothing of yours to delete.")


def test_what_was_asked_before_forget_is_no_context_for_what_is_asked_after_it(double: TelegramDouble) -> None:
    with bot_running(double) as core:
        first = said(double, "Who closed the bridge?", READER)
        said(double, "/forget", READER)
        double.send_text(READER, "Why?", reply_to=first.message_id)
        double.wait_for_messages(READER, 3)
    assert core.questions[-1].history == ()


def test_settings_forgotten_are_as_they_were_at_first(double: TelegramDouble) -> None:
    with bot_running(double) as core:
        turned(double, READER, said(double, "/settings", READER), "Русский")
        put(core.catalog, replace(ARTICLES[0], title="Мост"))
        gone = said(double, "/forget", READER)
        after = said(double, "/privacy", READER)
    assert gone.text.startswith("Удалено: ваши настройки.")
    assert after.text.startswith("For 365 days I keep")
