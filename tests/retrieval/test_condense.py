"""Follow-ups made to stand alone, and questions that already do left as they are."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from retrieval.condense import stand_alone
from retrieval.models import Turn

BRIDGE = "Why was Pellworth Bridge closed?"
HAFEN = "Warum wurde die Hafenbrücke geschlossen?"
MOST = "Почему закрыли мост?"


def asked(*questions: str) -> tuple[Turn, ...]:
    """A conversation: each question with an answer that speaks of something else."""
    return tuple(
        turn for text in questions for turn in (Turn("user", text), Turn("assistant", "Elvin Rook bought a zeppelin."))
    )


@pytest.mark.parametrize(
    ("before", "follow_up", "expected"),
    [
        pytest.param(BRIDGE, "Why?", f"{BRIDGE} Why?", id="no word of its own"),
        pytest.param(BRIDGE, "Tell me more", f"{BRIDGE} Tell me more", id="a wish for more"),
        pytest.param(BRIDGE, "what about the cost?", f"{BRIDGE} what about the cost?", id="what about"),
        pytest.param(BRIDGE, "And the ferries?", f"{BRIDGE} And the ferries?", id="and"),
        pytest.param(BRIDGE, "ok, and lorries", f"{BRIDGE} ok, and lorries", id="several joining words"),
        pytest.param(BRIDGE, "No, I meant the old one", f"{BRIDGE} No, I meant the old one", id="a correction"),
        pytest.param(BRIDGE, "Who designed it?", "Pellworth Bridge: Who designed it?", id="it"),
        pytest.param(BRIDGE, "who decided that", "Pellworth Bridge: who decided that", id="that at the end"),
        pytest.param(BRIDGE, "any alternatives?", "Pellworth Bridge: any alternatives?", id="half a question"),
        pytest.param(BRIDGE, "Which one is older?", "Pellworth Bridge: Which one is older?", id="which one"),
        pytest.param(
            BRIDGE, "And who paid the workers?", "Pellworth Bridge: And who paid the workers?", id="and, no name"
        ),
        pytest.param(BRIDGE, "And when will it open?", "Pellworth Bridge: And when will it open?", id="and, it"),
        pytest.param(
            BRIDGE,
            "When is it going to open to buses?",
            "Pellworth Bridge: When is it going to open to buses?",
            id="it that is about to do something",
        ),
        pytest.param(
            BRIDGE,
            "How long did the repairs take?",
            "Pellworth Bridge: How long did the repairs take?",
            id="one telling word",
        ),
        pytest.param(
            "why was the bridge closed",
            "why did the government close it",
            "bridge closed: why did the government close it",
            id="an object at the end, whatever is named before",
        ),
        pytest.param(
            "Who is the mayor of Westmere?", "Why did he do that?", "mayor Westmere: Why did he do that?", id="he"
        ),
        pytest.param(
            "How many people live in France?", "and in Germany?", "How many people live in Germany?", id="place"
        ),
        pytest.param(
            "How many people in France speak Breton?",
            "And in the Netherlands?",
            "How many people in the Netherlands speak Breton?",
            id="place in the middle",
        ),
        pytest.param("How many ferries sank in 2024?", "in 2023?", "How many ferries sank in 2023?", id="year"),
        pytest.param(
            "Who is the mayor of Westmere?", "What about Eastmere?", "Who is the mayor of Eastmere?", id="the only name"
        ),
        pytest.param(
            "How many ferries sank in 2024?",
            "and in Norway?",
            "How many ferries sank in 2024? and in Norway?",
            id="a place is no year",
        ),
        pytest.param(
            "Why did Anna Brook leave Westmere?",
            "What about Eastmere?",
            "Why did Anna Brook leave Westmere? What about Eastmere?",
            id="two names",
        ),
        pytest.param(HAFEN, "Wie teuer ist das?", "Hafenbrücke geschlossen: Wie teuer ist das?", id="das"),
        pytest.param(HAFEN, "Wer hat dafür bezahlt?", "Hafenbrücke geschlossen: Wer hat dafür bezahlt?", id="dafür"),
        pytest.param(HAFEN, "Was ist mit den Kosten?", f"{HAFEN} Was ist mit den Kosten?", id="was ist mit"),
        pytest.param(
            HAFEN,
            "und wann öffnet sie wieder?",
            "Hafenbrücke geschlossen: und wann öffnet sie wieder?",
            id="und, sie",
        ),
        pytest.param(
            "Wie viele Menschen leben in Frankreich?",
            "und in Deutschland?",
            "Wie viele Menschen leben in Deutschland?",
            id="German place",
        ),
        pytest.param(MOST, "подробнее", f"{MOST} подробнее", id="Russian wish for more"),
        pytest.param(MOST, "сколько это стоит?", "закрыли мост: сколько это стоит?", id="это"),
        pytest.param(MOST, "а когда его откроют?", "закрыли мост: а когда его откроют?", id="а, его"),
        pytest.param(MOST, "а как насчёт паромов?", f"{MOST} а как насчёт паромов?", id="как насчёт"),
        pytest.param(
            "Сколько людей живёт в Италии?", "а в Германии?", "Сколько людей живёт в Германии?", id="Russian place"
        ),
    ],
)
def test_a_follow_up_takes_what_it_lacks(before: str, follow_up: str, expected: str) -> None:
    assert stand_alone(follow_up, asked(before)) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Who bought the whale skeleton?", id="another matter"),
        pytest.param("And who paid for the whale skeleton?", id="another matter after and"),
        pytest.param("whale", id="a single word to search for"),
        pytest.param("sperm whale museum", id="words to search for"),
        pytest.param("What is osmosis?", id="the meaning of a word"),
        pytest.param("Who was Napoleon?", id="a person"),
        pytest.param("Did the museum say when it will open?", id="it is the museum"),
        pytest.param("What did NASA say about its rover?", id="its is NASA's"),
        pytest.param("Where does the mayor live and is he married?", id="he is the mayor"),
        pytest.param("Is it legal to fish in the harbour?", id="it is nothing"),
        pytest.param("Are there any ferries to Ennoway?", id="there is nothing"),
        pytest.param("Will it rain in Westmere?", id="it rains"),
        pytest.param("What happened this week?", id="this week"),
        pytest.param("The bridge that fell in Westmere", id="that joins"),
        pytest.param("Wer hat das Museum gebaut?", id="das before a noun"),
        pytest.param("Können Sie mir sagen, wer das Museum gebaut hat?", id="polite Sie"),
        pytest.param("Gibt es eine Fähre nach Norderney?", id="gibt es"),
        pytest.param("Кто построил музей в Москве?", id="Russian"),
        pytest.param("Что изменилось в этом году в школах?", id="в этом году"),
        pytest.param("¿y en Alemania?", id="a language that is not known here"),
        pytest.param("桥为什么关闭？", id="Chinese"),
        pytest.param("?!", id="no words"),
        pytest.param("", id="nothing"),
    ],
)
@pytest.mark.parametrize("before", [BRIDGE, HAFEN, MOST], ids=["English", "German", "Russian"])
def test_what_stands_alone_stays_as_it_is(before: str, text: str) -> None:
    assert stand_alone(text, asked(before)) == text


@pytest.mark.parametrize(
    "history",
    [
        pytest.param((), id="nothing"),
        pytest.param((Turn("assistant", BRIDGE),), id="an answer alone"),
        pytest.param(asked("Hello!", "thanks"), id="small talk"),
        pytest.param(asked("why?", "and then?", "?"), id="nothing that says what it is about"),
    ],
)
def test_where_nothing_was_asked_before_a_follow_up_stays_as_it_is(history: tuple[Turn, ...]) -> None:
    assert stand_alone("Who designed it?", history) == "Who designed it?"


def test_small_talk_between_is_passed_over() -> None:
    assert stand_alone("Who designed it?", asked(BRIDGE, "Thanks!")) == "Pellworth Bridge: Who designed it?"


def test_a_new_matter_ends_the_old_one() -> None:
    assert stand_alone("Who sold it?", asked(BRIDGE, "Who bought the whale skeleton?")) == (
        "bought whale: Who sold it?"
    )
    assert stand_alone("Who sold it?", asked(BRIDGE, "whale")) == "whale: Who sold it?"


def test_the_matter_is_kept_over_several_follow_ups() -> None:
    conversation = asked(BRIDGE, "Who designed it?", "what about the cost?")
    assert stand_alone("Why so much?", conversation) == "Pellworth Bridge cost: Why so much?"
    many = asked(BRIDGE, *["Who designed it?"] * 5)
    assert stand_alone("Where is it?", many) == "Pellworth Bridge designed: Where is it?"


def test_what_follow_ups_said_is_taken_only_where_nothing_else_tells() -> None:
    """More words of the conversation would outweigh the question's own and find the same quotes again."""
    conversation = asked(BRIDGE, "what about the cost?")
    assert stand_alone("Who paid it?", conversation) == "Pellworth Bridge: Who paid it?"


def test_fragments_do_not_pile_up() -> None:
    conversation = asked("How many people live in France?", "and in Germany?", "and in Spain?")
    assert stand_alone("and in Italy?", conversation) == "How many people live in Italy?"


OCTOBER = "Who won the Westmere regatta in October 2021?"


@pytest.mark.parametrize(
    ("before", "follow_up", "expected"),
    [
        pytest.param(
            OCTOBER, "And who came second?", "Westmere regatta in October 2021: And who came second?", id="a follow-up"
        ),
        pytest.param(
            OCTOBER, "Who won it in 2020?", "Westmere regatta: Who won it in 2020?", id="one that names another date"
        ),
        pytest.param(
            OCTOBER,
            "And who paid for the whale skeleton?",
            "in October 2021: And who paid for the whale skeleton?",
            id="another matter that goes on",
        ),
        pytest.param(
            OCTOBER,
            "Who paid for the whale skeleton?",
            "Who paid for the whale skeleton?",
            id="another matter",
        ),
        pytest.param(
            OCTOBER,
            "And who paid for the whale skeleton in 2019?",
            "And who paid for the whale skeleton in 2019?",
            id="another matter of another date",
        ),
        pytest.param(
            "Why did Pellworth Bridge close on 3 October 2021?",
            "and on 7 May 2022?",
            "Why did Pellworth Bridge close? and on 7 May 2022?",
            id="a date for a date",
        ),
        pytest.param(
            "What happened yesterday?", "And why?", "What happened yesterday? And why?", id="a day from today"
        ),
        pytest.param("What happened in May 2021?", "Who did it?", "in May 2021: Who did it?", id="nothing but a date"),
        pytest.param(
            "Was geschah im März 2020 in Bremen?",
            "und wer hat das bezahlt?",
            "Bremen im März 2020: und wer hat das bezahlt?",
            id="German",
        ),
        pytest.param(
            "Кто открыл музей в мае 2020 года?",
            "а кто его закрыл?",
            "открыл музей в мае 2020: а кто его закрыл?",
            id="Russian",
        ),
    ],
)
def test_a_date_stays_until_another_one_is_named(before: str, follow_up: str, expected: str) -> None:
    assert stand_alone(follow_up, asked(before)) == expected


def test_a_date_stays_over_several_follow_ups() -> None:
    conversation = asked(OCTOBER, "And who came second?", "what about the cost?")
    assert stand_alone("Why so much?", conversation) == "Westmere regatta cost in October 2021: Why so much?"
    later = asked(OCTOBER, "and in June 2022?", "And who came second?")
    assert stand_alone("Who paid it?", later) == "Westmere regatta in June 2022: Who paid it?"


def test_names_come_first_when_a_question_is_long() -> None:
    long = "How many of the people who work for the state railways were at the opening ceremony of Pellworth Bridge?"
    subject = stand_alone("Who designed it?", asked(long)).partition(":")[0]
    assert subject == "Pellworth Bridge"


def test_what_is_put_before_a_follow_up_is_never_long() -> None:
    long = "Why was the bridge closed? " + "It is a long story about lorries and rust. " * 80
    assert len(stand_alone("and why?", asked(long))) < 250


VOCABULARY = (
    "and what about the cost of it in Germany France 2024 why did he that close bridge Westmere whale they museum is there "
    "in October 2021 2019 since yesterday und wann das Brücke sie а когда его мост в Германии ? , tell me more no I mean "
    "one same : …"
)
WORDS = st.sampled_from(VOCABULARY.split())
QUESTIONS = st.lists(WORDS, max_size=8).map(" ".join)


@settings(max_examples=120)
@example(["Germany", "and cost"], "and")
@example(["und", "one"], "what")
@given(st.lists(QUESTIONS, max_size=5), QUESTIONS)
def test_earlier_turns_may_be_given_in_their_stand_alone_form(earlier: list[str], question: str) -> None:
    resolved: list[str] = []
    for text in earlier:
        resolved.append(stand_alone(text, asked(*resolved)))
    once = stand_alone(question, asked(*earlier))
    assert stand_alone(question, asked(*resolved)) == once
    assert stand_alone(once, asked(*earlier)) == once


@settings(max_examples=100)
@given(st.lists(st.text() | QUESTIONS, max_size=4), st.text() | QUESTIONS)
def test_a_question_is_never_lost(earlier: list[str], question: str) -> None:
    form = stand_alone(question, asked(*earlier))
    last_word = question.split()[-1:] or [""]
    assert last_word[0].rstrip(" \n?!.…") in form
    assert len(form) <= max(len(question) + 250, 250 + max(map(len, earlier), default=0))


def test_it_is_light_to_import() -> None:
    code = (
        "import retrieval.condense, sys; print([m for m in ('numpy', 'langchain_core', 'regex') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
