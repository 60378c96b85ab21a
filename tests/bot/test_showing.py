"""An answer shown while it is being written: what another thread reports reaches the chat as frames."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.showing import shown_meanwhile
from bot.views.text import MAX_UNITS, Message
from bot.views.words import words_for
from retrieval.models import Claim, NearArticle, Progress

EN = words_for("en")
ARTICLES = (NearArticle("a", "Bridge closes", "2026-03-03"),)
FIRST = Progress(ARTICLES)
SECOND = Progress(ARTICLES, (Claim("It is closed.", (1,), True),))


class Screen:
    """Shows frames in a list."""

    def __init__(self) -> None:
        self.frames: list[str] = []

    def show(self, message: Message) -> None:
        """Add a frame."""
        self.frames.append(message.plain)


async def reported(screen: Screen | None, *notices: str, late: tuple[Progress, ...] = ()) -> Callable[[Progress], None]:
    """Report in a thread, as the core does; return what shows progress."""
    with shown_meanwhile(screen, EN, notices) as show:
        for progress in (FIRST, SECOND):
            await asyncio.to_thread(show, progress)
        await asyncio.sleep(0)
        for progress in late:
            show(progress)
    await asyncio.sleep(0.01)
    return show


def test_what_a_thread_reports_is_shown_in_order() -> None:
    screen = Screen()
    asyncio.run(reported(screen))
    first, second = screen.frames
    assert "Bridge closes (3 March 2026)" in first
    assert second == "It is closed. [1]"


def test_what_comes_before_the_answer_comes_before_its_preview() -> None:
    screen = Screen()
    asyncio.run(reported(screen, "Why now?", "Sorry."))
    assert screen.frames[-1] == "Why now?\n\nSorry.\n\nIt is closed. [1]"


def test_a_frame_fits_into_one_message_whatever_comes_before_it() -> None:
    screen = Screen()
    asyncio.run(reported(screen, "x" * MAX_UNITS))
    assert screen.frames[-1] == "It is closed. [1]"


def test_nothing_is_shown_once_the_answer_is_there() -> None:
    screen = Screen()
    show = asyncio.run(reported(screen, late=(FIRST, FIRST)))
    show(FIRST)  # from a thread that goes on when the loop is closed
    assert len(screen.frames) == 2


def test_without_a_preview_reports_go_nowhere() -> None:
    asyncio.run(reported(None))(FIRST)
