"""Buttons' data: what is written is read, within Telegram's limit, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views import buttons
from bot.views.buttons import Press

MOST = 2**53


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(buttons.context(7, 2), Press("c", (7, 2)), id="context"),
        pytest.param(buttons.turn_context(7, 2, -3), Press("e", (7, 2, -3)), id="a page before"),
        pytest.param(buttons.considered(7, 10), Press("p", (7, 10)), id="a passage considered"),
        pytest.param(buttons.turn_considered(7, 10, 1), Press("b", (7, 10, 1)), id="a page behind"),
        pytest.param(buttons.sources(7), Press("s", (7,)), id="sources"),
        pytest.param(buttons.turn_sources(7, 1), Press("n", (7, 1)), id="a page of the sources"),
        pytest.param(buttons.more(7, 4), Press("m", (7, 4)), id="more"),
        pytest.param(buttons.vote(7, "up", (4, 6)), Press("v", (7, 1, 4, 6)), id="up"),
        pytest.param(buttons.vote(7, "down"), Press("v", (7, 0, 0, 0)), id="down"),
        pytest.param(buttons.reason(7, 3, (4, 6)), Press("r", (7, 3, 4, 6)), id="reason"),
        pytest.param(buttons.full_text(7, 1), Press("f", (7, 1)), id="full text"),
        pytest.param(buttons.article(3), Press("a", (3,)), id="article"),
        pytest.param(buttons.read_article(3, -1), Press("t", (3, -1)), id="read"),
        pytest.param(buttons.whole_article(3), Press("w", (3,)), id="whole article"),
        pytest.param(buttons.focus_on(3), Press("o", (3,)), id="focus"),
        pytest.param(buttons.ask_about(3), Press("q", (3,)), id="ask about"),
        pytest.param(buttons.view(9, 16), Press("l", (9, 16)), id="list"),
        pytest.param(buttons.again(9), Press("g", (9,)), id="again"),
        pytest.param(buttons.setting(1, 5), Press("x", (1, 5)), id="setting"),
        pytest.param(buttons.remove_member(4001), Press("d", (4001,)), id="member"),
    ],
)
def test_every_button_is_read_as_it_was_written(data: str, expected: Press) -> None:
    assert buttons.read(data) == expected


@given(st.integers(0, MOST), st.integers(0, MOST), st.integers(-MOST, MOST))
def test_no_button_grows_beyond_what_telegram_takes(answer_id: int, n: int, page: int) -> None:
    turning, voting = buttons.turn_context(answer_id, n, page), buttons.vote(answer_id, "up", (n, n))
    assert max(len(turning.encode()), len(voting.encode())) <= buttons.MAX_DATA
    assert buttons.read(turning) == Press("e", (answer_id, n, page))
    assert buttons.read(voting) == Press("v", (answer_id, 1, n, n))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (buttons.ask_about(3), True),
        (buttons.more(3, 4), True),
        (buttons.again(3), False),
        (buttons.vote(3, "up"), False),
    ],
)
def test_buttons_that_do_the_same_for_everybody_are_known(data: str, expected: bool) -> None:
    assert buttons.is_for_all(data) is expected


@pytest.mark.parametrize(
    "data",
    [
        "",
        "c",
        "c:",
        "c:1",
        "c:1:2:3:4:5",
        "m:1:x",
        "z:1",
        "m:1:1\n",
        "m:1:１",
        "m:1:1.5",
        "e:--1:2:3",
        "m:1:" + "9" * 19,
    ],
)
def test_what_no_button_here_has_is_no_press(data: str) -> None:
    assert buttons.read(data) is None


@given(st.text(max_size=64))
def test_any_data_are_read_or_not_without_an_error(data: str) -> None:
    pressed = buttons.read(data)
    assert pressed is None or data.startswith(pressed.action)


@pytest.mark.parametrize(
    ("data", "expected"), [(buttons.again(3), True), (buttons.ask_about(3), False), ("g", False), ("g:3:4", False)]
)
def test_buttons_that_ask_what_was_offered_are_known(data: str, expected: bool) -> None:
    assert buttons.is_again(data) is expected
