"""Written answers, settings and questions asked back on a terminal and through a pipe."""

from __future__ import annotations

import asyncio

import pytest

from bot.terminal import Terminal, Typewriter
from bot.views import buttons
from bot.views.text import Button, run
from tests.bot.at_terminal import typed
from tests.fakes import CHOICES, LONG_CHOICES, FakeCitegram

LAMPS = "written where is A lamp shone?"
PROSE = "Sentence 1 rests on it. [1] Sentence 2 rests on it. [2] ⚠ Sentence 3 rests on it. [3]"
DOUBT = "⚠ The quotes may not bear this out; please compare."
LEFT_OUT = "Sentences that the quotes do not bear out were left out."
AWAY = "The writing model is unavailable at the moment, so these are the quotes alone."


def writing() -> FakeCitegram:
    return FakeCitegram(loading_seconds=0, writer="ollama")


# Written answers


def test_on_a_terminal_an_answer_grows_and_nothing_of_it_is_printed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = typed(monkeypatch, writing(), "left out " + LAMPS)
    at = [
        screen.index(part) for part in ("Writing from:\n• The tower", f"\n\n{PROSE}\n\n[1] The tower", DOUBT, LEFT_OUT)
    ]
    assert at == sorted(at)
    assert screen.count("Sentence 1") == screen.count("[1] The tower") == 1


def test_through_a_pipe_a_written_answer_comes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = typed(monkeypatch, writing(), LAMPS, on_terminal=False)
    assert screen.startswith(f"{PROSE}\n\n[1] The tower")
    assert screen.endswith(f"{DOUBT}\n\n")


def test_the_quotes_come_below_what_was_written_when_the_model_breaks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = typed(monkeypatch, writing(), "breaks " + LAMPS)
    assert "\n\nSentence 1 rests on it. [1]\n\nA lamp shone on red barges." in screen
    assert AWAY in screen


@pytest.mark.parametrize(
    ("button", "shown", "hidden"),
    [
        pytest.param("#8", "A lamp shone on red barges.", ("Writing from", "Sentence 1"), id="quotes only"),
        pytest.param("#10", PROSE, ("Writing from",), id="no preview"),
        pytest.param("#9", PROSE, (), id="as it is"),
    ],
)
def test_settings_say_how_answers_come(
    monkeypatch: pytest.MonkeyPatch, button: str, shown: str, hidden: tuple[str, ...]
) -> None:
    screen = typed(monkeypatch, writing(), "/settings", button, LAMPS)
    assert "[#7 ✓ Written answers]  [#8 Quotes only]" in screen
    assert shown in screen
    assert not [text for text in hidden if text in screen]


def test_without_a_model_there_is_nothing_to_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = typed(monkeypatch, FakeCitegram(loading_seconds=0), "/settings", "/privacy")
    assert "Quotes only" not in screen
    assert "Your words are in no log, and nothing leaves this server" in screen


# Typing out


def frames(*texts: str) -> Typewriter:
    typewriter = Typewriter()
    for text in texts:
        typewriter.show(run(text))
    return typewriter


@pytest.mark.parametrize(
    ("texts", "printed"),
    [
        pytest.param(("A.", "A. B.", "A. B."), "A. B.", id="growing"),
        pytest.param(("From: x", "A."), "From: x\n\nA.", id="another text"),
        pytest.param(
            ("Why?\n\nFrom: x", "Why?\n\nA.", "Why?\n\nA. B."), "Why?\n\nFrom: x\n\nA. B.", id="same beginning"
        ),
    ],
)
def test_of_a_frame_what_is_new_is_printed(
    capsys: pytest.CaptureFixture[str], texts: tuple[str, ...], printed: str
) -> None:
    frames(*texts)
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize(
    ("texts", "whole", "rest"),
    [
        pytest.param((), "A.\n\n[1] Q", "A.\n\n[1] Q", id="nothing shown"),
        pytest.param(("A. B.",), "A.\nB.\n\n[1] Q", "\n\n[1] Q", id="all of the prose"),
        pytest.param(("A.",), "A. B.\n\n[1] Q", " B.\n\n[1] Q", id="a part of it"),
        pytest.param(("A. (B)",), "The articles do not say.", "\n\nThe articles do not say.", id="another answer"),
    ],
)
def test_the_rest_is_what_the_whole_answer_has_beyond_the_last_frame(
    texts: tuple[str, ...], whole: str, rest: str
) -> None:
    assert frames(*texts).rest(whole) == rest


# Questions asked back


@pytest.mark.parametrize("on_terminal", [True, False])
@pytest.mark.parametrize("press", ["2", "#2"])
def test_a_choice_is_taken_by_its_number(monkeypatch: pytest.MonkeyPatch, press: str, *, on_terminal: bool) -> None:
    core = FakeCitegram(loading_seconds=0)
    screen = typed(monkeypatch, core, "clarify", press, "2", on_terminal=on_terminal)
    assert f"What do you mean?\n\n1. {CHOICES[0]}\n2. {CHOICES[1]}\n\n" in screen
    assert screen.count(CHOICES[1]) == 3  # listed, asked, quoted
    assert core.asked == ["clarify", CHOICES[1], "2"]


def test_a_long_choice_is_listed_and_asked_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    core = FakeCitegram(loading_seconds=0)
    screen = typed(monkeypatch, core, "clarify at length", "1")
    assert f"1. {LONG_CHOICES[0]}\n2. {LONG_CHOICES[1]}\n\n" in screen
    assert core.asked[-1] == LONG_CHOICES[0]


def test_a_number_that_no_choice_has_is_a_question(monkeypatch: pytest.MonkeyPatch) -> None:
    core = FakeCitegram(loading_seconds=0)
    typed(monkeypatch, core, "clarify", "3", on_terminal=False)
    assert core.asked == ["clarify", "3"]


def test_buttons_of_an_answer_need_their_sign() -> None:
    terminal = Terminal(interactive=True)
    asyncio.run(terminal.answer("Closed.", [run("Closed.")], ((Button("Context", buttons.context(1, 1)),),)))
    assert terminal.button("1") is None
    assert terminal.button("#1") == Button("Context", buttons.context(1, 1))
