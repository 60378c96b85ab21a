"""One after the other within a conversation, side by side between conversations; buttons and /stop go first."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Bot, CallbackQuery, Chat, Message, Update, User
from telegram.ext import Application, ApplicationBuilder, ContextTypes, TypeHandler

from bot.transport.bot_api import BotApiRequest, PollingRequest
from bot.transport.order import MAX_OF_ONE_CHAT, ConversationOrder, conversation_key, goes_first
from tests.bot.transport.virtual_time import now
from tests.bot.transport.virtual_time import run as run_virtually
from tests.telegram.double import BOT_NAME, TOKEN, TelegramDouble

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HERE, THERE, GROUP = 5, 6, -7
ADA, BEN, CY = 7, 8, 9


def update(number: int, chat: int = HERE, topic: int | None = None, text: str = "?") -> Update:
    message = Message(
        number, NOW, Chat(chat, "private"), text=text, message_thread_id=topic, is_topic_message=topic is not None
    )
    return Update(number, message=message)


def press(number: int, chat: int = HERE, data: str = "c:1:1:0", user: int = ADA) -> Update:
    message = Message(1, NOW, Chat(chat, "private"), text="!")
    return Update(number, callback_query=CallbackQuery("1", User(user, "Ada", False), "i", message=message, data=data))


def said(number: int, text: str = "?", user: int = ADA) -> Update:
    """Return what somebody says in a group."""
    return Update(number, message=Message(number, NOW, Chat(GROUP, "group"), User(user, "Ada", False), text=text))


class Handled:
    """An order at work: what began, ended and was reported as done, in that order."""

    def __init__(self, **predicates: Callable[[Update], bool]) -> None:
        self.events: list[str] = []
        self.order = ConversationOrder(self._done, **predicates)
        self.tasks: list[asyncio.Task[None]] = []

    def take(self, one: Update, seconds: float = 1.0, work: Callable[[], Awaitable[Any]] | None = None) -> None:
        """Let an update arrive that takes some time to deal with."""
        self.tasks.append(asyncio.create_task(self.order.process_update(one, self._work(one, seconds, work))))

    async def finish(self) -> None:
        """Wait for everything, and see that nothing is left behind."""
        await asyncio.gather(*self.tasks, return_exceptions=True)
        assert self.order.conversations == 0
        assert self.order.current_concurrent_updates == 0

    async def _work(self, one: Update, seconds: float, work: Callable[[], Awaitable[Any]] | None) -> None:
        self.events.append(f"begin {one.update_id}")
        if work is not None:
            await work()
        await asyncio.sleep(seconds)
        self.events.append(f"end {one.update_id}")

    async def _done(self, one: object) -> None:
        assert isinstance(one, Update)
        task = asyncio.current_task()
        self.events.append(f"done {one.update_id}" if task and not task.cancelling() else "still cancelled")


def test_topics_of_one_chat_are_conversations_of_their_own() -> None:
    assert conversation_key(update(1, 5)) == (5, None)
    assert conversation_key(update(1, 5, 7)) == (5, 7)
    assert conversation_key(object()) is None


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from([None, 7]), st.integers(0, 3)), max_size=20))
def test_order_holds_within_every_conversation(arrivals: list[tuple[int, int | None, int]]) -> None:
    done: list[int] = []
    running: set[tuple[int, int | None]] = set()

    async def work(number: int, key: tuple[int, int | None], pauses: int) -> None:
        assert key not in running
        running.add(key)
        for _ in range(pauses):
            await asyncio.sleep(0)
        running.remove(key)
        done.append(number)

    async def everything() -> None:
        order = ConversationOrder()
        tasks = [
            asyncio.create_task(order.process_update(update(number, chat, topic), work(number, (chat, topic), pauses)))
            for number, (chat, topic, pauses) in enumerate(arrivals)
        ]
        await asyncio.gather(*tasks)
        assert order.conversations == 0

    asyncio.run(everything())
    for key in {arrival[:2] for arrival in arrivals}:
        expected = [number for number, arrival in enumerate(arrivals) if arrival[:2] == key]
        assert [number for number in done if number in expected] == expected


def test_conversations_go_side_by_side() -> None:
    async def everything() -> list[str]:
        handled = Handled()
        for number, chat in enumerate((HERE, HERE, THERE), 1):
            handled.take(update(number, chat))
        await handled.finish()
        assert now() == pytest.approx(2, abs=0.1)
        return handled.events

    events = run_virtually(everything())
    assert events[:2] == ["begin 1", "begin 3"]
    assert events[-3:] == ["begin 2", "end 2", "done 2"]


def test_an_update_is_done_before_the_next_begins() -> None:
    async def everything() -> list[str]:
        handled = Handled()
        handled.take(update(1))
        handled.take(update(2))
        await handled.finish()
        return handled.events

    assert run_virtually(everything()) == ["begin 1", "end 1", "done 1", "begin 2", "end 2", "done 2"]


def test_an_update_that_fails_is_done_and_holds_up_no_later_one() -> None:
    async def fail() -> None:
        raise ValueError

    async def everything() -> list[str]:
        handled = Handled()
        handled.take(update(1), work=fail)
        handled.take(update(2))
        await handled.finish()
        assert isinstance(handled.tasks[0].exception(), ValueError)
        return handled.events

    assert run_virtually(everything()) == ["begin 1", "done 1", "begin 2", "end 2", "done 2"]


def test_a_handler_that_waits_for_something_cancelled_has_failed_too() -> None:
    async def wait_for_cancelled() -> None:
        future = asyncio.get_running_loop().create_future()
        future.cancel()
        await future

    async def everything() -> list[str]:
        handled = Handled()
        handled.take(update(1), work=wait_for_cancelled)
        await handled.finish()
        return handled.events

    assert run_virtually(everything()) == ["begin 1", "done 1"]


def test_what_cannot_be_written_down_as_done_holds_up_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(one: object) -> None:
        raise OSError("disk full")

    async def nothing() -> None:
        pass

    async def everything() -> None:
        order = ConversationOrder(fail)
        await asyncio.gather(order.process_update(update(1), nothing()), order.process_update(update(2), nothing()))
        assert order.conversations == 0

    run_virtually(everything())
    assert len(caplog.records) == 2


@pytest.mark.filterwarnings("error")
def test_what_the_stop_of_the_bot_cuts_off_leaves_nothing_behind_and_is_not_done() -> None:
    async def everything() -> list[str]:
        handled = Handled()
        for number in range(3):
            handled.take(update(number), 10)
        handled.take(press(3), 10)
        await asyncio.sleep(1)
        for task in handled.tasks:
            task.cancel()
        await handled.finish()
        assert all(task.cancelled() for task in handled.tasks)
        return handled.events

    assert run_virtually(everything()) == ["begin 0", "begin 3"]


@pytest.mark.filterwarnings("error")
def test_one_that_is_cancelled_while_waiting_keeps_the_others_in_order() -> None:
    async def everything() -> list[str]:
        handled = Handled()
        for number in range(4):
            handled.take(update(number))
        await asyncio.sleep(0.5)
        handled.tasks[1].cancel()
        await handled.finish()
        return [event for event in handled.events if event.startswith("begin")]

    assert run_virtually(everything()) == ["begin 0", "begin 2", "begin 3"]


# What goes first


def addressed(text: str) -> Update:
    """Return a message to a bot that knows its own name."""
    bot = Bot(TOKEN)
    bot._bot_user = User(123456, "Citegram", True, username=BOT_NAME)
    one = update(1, text=text)
    one.set_bot(bot)
    assert one.message is not None
    one.message.set_bot(bot)
    return one


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("/stop", True, id="bare"),
        pytest.param("/STOP now", True, id="in capitals, with words behind it"),
        pytest.param(f"/stop@{BOT_NAME}", True, id="with our name"),
        pytest.param(f"/Stop@{BOT_NAME.upper()} please", True, id="with our name in capitals"),
        pytest.param("/stop@another_bot", False, id="with another's name"),
        pytest.param("/stopped", False, id="another command"),
        pytest.param("please /stop", False, id="not at the beginning"),
        pytest.param("stop", False, id="no command"),
        pytest.param("", False, id="no text"),
    ],
)
def test_stop_waits_for_nothing(text: str, expected: bool) -> None:
    assert goes_first(addressed(text)) == expected


def test_buttons_and_stop_go_first_and_are_done_too() -> None:
    async def everything() -> list[str]:
        handled = Handled()
        handled.take(update(1), 10)
        handled.take(update(2), 10)
        handled.take(press(3), 1)
        handled.take(press(4), 1)
        handled.take(update(5, text="/stop"), 1)
        await handled.finish()
        return handled.events

    events = run_virtually(everything())
    assert events[:4] == ["begin 1", "begin 3", "begin 4", "begin 5"]
    assert events.index("done 5") < events.index("end 1")
    assert events[-1] == "done 2"


# What follows


def test_the_later_updates_of_the_same_conversation_are_seen_while_they_wait() -> None:
    async def everything() -> None:
        handled = Handled()
        updates = [update(number) for number in range(4)]
        for one in (*updates, update(4, THERE), update(5, HERE, 7), press(6)):
            handled.take(one)
        await asyncio.sleep(0.5)
        assert handled.order.waiting(updates[0]) == updates[1:]
        assert handled.order.waiting(updates[2]) == updates[3:]
        await asyncio.sleep(1)
        assert handled.order.waiting(updates[1]) == updates[2:]
        await handled.finish()
        assert handled.order.waiting(updates[0]) == []

    run_virtually(everything())


@pytest.mark.parametrize(
    ("arrives", "expected", "at"),
    [
        pytest.param(0.0, 2, 0.0, id="it waits already"),
        pytest.param(0.5, 2, 0.5, id="it comes in time"),
        pytest.param(2.0, None, 1.2, id="it comes too late"),
    ],
)
def test_what_follows_is_waited_for(arrives: float, expected: int | None, at: float) -> None:
    found: list[tuple[int | None, float]] = []

    async def everything() -> None:
        handled = Handled()
        first = update(1)

        async def look() -> None:
            following = await handled.order.follows(first, 1.2)
            found.append((following.update_id if following is not None else None, round(now(), 1)))

        handled.take(first, 5, look)
        if arrives:
            await asyncio.sleep(0.1)
            handled.take(update(9, THERE))
            handled.take(press(8))
            await asyncio.sleep(arrives - 0.1)
        handled.take(update(2))
        await handled.finish()

    run_virtually(everything())
    assert found == [(expected, at)]


# /stop


def test_stop_cuts_off_the_answer_in_hand_and_drops_those_waiting_all_as_done() -> None:
    async def everything() -> list[str]:
        handled = Handled()
        for number in range(1, 4):
            handled.take(update(number), 100)
        handled.take(update(4, THERE), 3)
        await asyncio.sleep(1)
        assert handled.order.stop((HERE, None)) == 3
        assert handled.order.stop((HERE, None)) == 0
        handled.take(update(5))
        await handled.finish()
        assert not any(task.cancelled() for task in handled.tasks)
        assert now() < 4
        return handled.events

    events = run_virtually(everything())
    assert [event for event in events if event.startswith("begin")] == ["begin 1", "begin 4", "begin 5"]
    assert {event for event in events if event.startswith("done")} == {f"done {number}" for number in range(1, 6)}
    assert "end 1" not in events
    assert events.index("done 1") < events.index("begin 5")


def test_nothing_to_stop_is_nothing_stopped() -> None:
    assert ConversationOrder().stop((HERE, None)) == 0


def test_a_conversation_goes_on_after_a_stop_only_when_the_handlers_have_let_go() -> None:
    async def everything() -> list[str]:
        handled = Handled()

        async def slow_to_let_go() -> None:
            try:
                await asyncio.sleep(100)
            finally:
                await asyncio.sleep(2)
                handled.events.append("let go")

        handled.take(update(1), work=slow_to_let_go)
        await asyncio.sleep(1)
        handled.order.stop((HERE, None))
        handled.take(update(2))
        await handled.finish()
        return handled.events

    assert run_virtually(everything()) == ["begin 1", "let go", "done 1", "begin 2", "end 2", "done 2"]


def test_one_that_is_about_to_begin_is_stopped_as_well() -> None:
    begun: list[int] = []
    stopped: list[int] = []

    async def work(number: int) -> None:
        begun.append(number)
        await asyncio.sleep(0.1)

    async def everything() -> None:
        async def stop_next(one: object) -> None:
            # Runs after the next one has got its turn and before it has taken it.
            asyncio.get_running_loop().call_soon(lambda: stopped.append(order.stop((HERE, None))))

        order = ConversationOrder(stop_next)
        await asyncio.gather(*(order.process_update(update(number), work(number)) for number in (1, 2)))
        await asyncio.sleep(1)

    run_virtually(everything())
    assert begun == [1]
    assert stopped == [1, 0]


def test_one_that_has_ended_is_not_counted_as_stopped() -> None:
    async def everything() -> None:
        saving = asyncio.Event()

        async def save(one: object) -> None:
            await saving.wait()

        async def nothing() -> None:
            pass

        order = ConversationOrder(save)
        task = asyncio.create_task(order.process_update(update(1), nothing()))
        await asyncio.sleep(1)
        assert order.stop((HERE, None)) == 0
        saving.set()
        await task

    run_virtually(everything())


def test_a_handler_that_swallows_the_stop_leaves_no_trace_of_it() -> None:
    async def everything() -> list[str]:
        handled = Handled()

        async def stubborn() -> None:
            try:
                await asyncio.sleep(100)
            except asyncio.CancelledError:
                handled.events.append("swallowed")

        handled.take(update(1), 1, stubborn)
        await asyncio.sleep(1)
        handled.order.stop((HERE, None))
        await handled.finish()
        return handled.events

    assert run_virtually(everything()) == ["begin 1", "swallowed", "end 1", "done 1"]


def test_a_stop_of_the_bot_right_after_stop_is_still_a_stop_of_the_bot() -> None:
    async def everything() -> list[str]:
        handled = Handled()
        handled.take(update(1), 100)
        await asyncio.sleep(1)
        handled.order.stop((HERE, None))
        handled.tasks[0].cancel()
        await handled.finish()
        assert handled.tasks[0].cancelled()
        return handled.events

    assert run_virtually(everything()) == ["begin 1"]


def is_question(one: Update) -> bool:
    return one.message is not None and (one.message.text or "").endswith("?")


def test_stop_ends_only_what_its_sender_asked_and_counts_only_questions() -> None:
    async def everything() -> list[str]:
        handled = Handled(counts=is_question)
        for number, (text, user) in enumerate([("a?", ADA), ("b?", BEN), ("Hello.", ADA), ("c?", ADA), ("d?", CY)], 1):
            handled.take(said(number, text, user), 10)
        await asyncio.sleep(1)
        assert handled.order.stop((GROUP, None), ADA) == 2
        assert handled.order.stop((GROUP, None), ADA) == 0
        await asyncio.sleep(0)
        assert handled.order.stop((GROUP, None), 12345) == 0
        await asyncio.sleep(1)
        assert handled.order.stop((GROUP, None)) == 2, "of all"
        await handled.finish()
        return handled.events

    events = run_virtually(everything())
    assert [event for event in events if not event.startswith("done")] == ["begin 1", "begin 2"]
    assert {event for event in events if event.startswith("done")} == {f"done {number}" for number in range(1, 6)}


@pytest.mark.parametrize("data", ["q:17", "g:4"])
def test_a_button_that_asks_waits_its_turn_and_can_be_stopped(data: str) -> None:
    async def everything() -> list[str]:
        handled = Handled(counts=lambda one: False, meant=lambda one: False)
        handled.take(press(1, data=data), 10)
        handled.take(press(2, data=data), 10)
        handled.take(press(3, data=data, user=BEN), 10)
        handled.take(press(4), 1)
        await asyncio.sleep(2)
        assert handled.events == ["begin 1", "begin 4", "end 4", "done 4"]
        assert handled.order.stop((HERE, None), ADA) == 2
        await handled.finish()
        return handled.events

    events = run_virtually(everything())
    assert "end 1" not in events
    assert "begin 2" not in events
    assert events[-1] == "done 3"


def test_talk_that_is_not_for_the_bot_waits_only_behind_what_the_same_person_asked() -> None:
    async def everything() -> list[str]:
        handled = Handled(meant=is_question)
        handled.take(said(1, "a?", ADA), 10)
        handled.take(said(2, "and", ADA), 1)
        handled.take(said(3, "Hello.", BEN), 1)
        handled.take(said(4, "b?", BEN), 1)
        await asyncio.sleep(5)
        first = handled.order._lines[GROUP, None].places[0].update
        assert [one.update_id for one in handled.order.waiting(first)] == [2, 4]
        await handled.finish()
        return [event for event in handled.events if not event.startswith("done")]

    assert run_virtually(everything()) == [
        "begin 1",
        "begin 3",
        "end 3",
        "end 1",
        "begin 2",
        "end 2",
        "begin 4",
        "end 4",
    ]


def test_a_question_that_comes_right_after_stop_is_answered() -> None:
    async def everything() -> list[str]:
        handled = Handled()

        async def stop() -> None:
            await asyncio.sleep(0.2)  # looking up who it is from
            assert handled.order.stop((GROUP, None), ADA) == 2

        for number in (1, 2):
            handled.take(said(number, "a?"), 100)
        await asyncio.sleep(1)
        handled.take(said(3, "/stop"), 0, stop)
        handled.take(said(4, "b?"))
        await handled.finish()
        return handled.events

    assert run_virtually(everything())[-2:] == ["end 4", "done 4"]


def test_further_stops_end_work_too_but_never_pile_up() -> None:
    replied: list[int] = []

    async def everything() -> None:
        handled = Handled()

        def take_stop(number: int, user: int) -> None:
            async def reply() -> None:
                handled.order.stop((GROUP, None), user)
                await asyncio.sleep(5)  # its turn to be sent
                replied.append(number)

            handled.take(said(number, "/stop", user), 0, reply)

        handled.take(said(1, "a?", BEN), 100)
        take_stop(2, ADA)
        for number in range(3, 70):
            take_stop(number, ADA)
        await asyncio.sleep(1)
        assert handled.order.current_concurrent_updates == 2
        take_stop(70, BEN)
        await asyncio.sleep(1)
        assert "done 1" in handled.events
        await asyncio.sleep(5)
        take_stop(71, ADA)
        await handled.finish()
        assert sum(event.startswith("done") for event in handled.events) == 71

    run_virtually(everything())
    assert replied == [2, 71]


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda number: update(number), id="messages"),
        pytest.param(lambda number: update(number, topic=number), id="messages in many topics"),
        pytest.param(lambda number: press(number), id="presses"),
        pytest.param(lambda number: press(number, data="q:1"), id="presses that ask"),
    ],
)
def test_one_chat_has_only_so_much_in_hand_and_the_others_go_on(
    make: Callable[[int], Update], caplog: pytest.LogCaptureFixture
) -> None:
    async def everything() -> list[str]:
        handled = Handled()
        for number in range(1, 1001):
            handled.take(make(number), 5)
        await asyncio.sleep(1)
        assert handled.order.current_concurrent_updates == MAX_OF_ONE_CHAT
        handled.take(update(2000, THERE), 1)
        handled.take(update(2001, text="/stop"), 1)
        await asyncio.sleep(2)
        assert {"done 2000", "done 2001"} <= set(handled.events)
        for key in list(handled.order._lines):
            handled.order.stop(key)
        await handled.finish()
        return handled.events

    events = run_virtually(everything())
    assert sum(event.startswith("done") for event in events) == 1002
    assert len(caplog.messages) == 1


def test_talk_in_a_group_takes_no_room_from_questions() -> None:
    async def everything() -> list[str]:
        handled = Handled(meant=is_question)
        for number in range(1, 301):
            handled.take(said(number, "Hello.", number), 2)
        handled.take(said(301, "a?"), 1)
        await handled.finish()
        return handled.events

    assert "end 301" in run_virtually(everything())


# In the real application


def in_application(
    double: TelegramDouble,
    handle: Callable[[Update, ContextTypes.DEFAULT_TYPE], Coroutine[Any, Any, None]],
    work: Callable[[Application[Any, Any, Any, Any, Any, Any]], Awaitable[None]],
    order: ConversationOrder,
) -> None:
    async def everything() -> None:
        application = (
            ApplicationBuilder()
            .token(TOKEN)
            .base_url(f"{double.url}/bot")
            .request(BotApiRequest(double.url))
            .get_updates_request(PollingRequest(double.url))
            .concurrent_updates(order)
            .updater(None)
            .build()
        )
        application.add_handler(TypeHandler(Update, handle))
        async with application:
            await application.start()
            await work(application)
            await application.stop()

    asyncio.run(everything())


def test_stop_reaches_an_answer_of_the_real_application(
    double: TelegramDouble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="bot")
    events: list[str] = []
    begun = asyncio.Event()

    async def done(one: object) -> None:
        assert isinstance(one, Update)
        events.append(f"done {one.update_id}")

    order = ConversationOrder(done)

    async def handle(one: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if goes_first(one):
            events.append(f"stopped {order.stop((HERE, None))}")
            return
        begun.set()
        await asyncio.sleep(3600)

    async def work(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        for number in range(1, 4):
            await application.update_queue.put(update(number))
        await asyncio.wait_for(begun.wait(), 5)
        await application.update_queue.put(update(4, text="/stop"))
        await asyncio.wait_for(application.update_queue.join(), 5)

    in_application(double, handle, work, order)
    assert sorted(events) == ["done 1", "done 2", "done 3", "done 4", "stopped 3"]
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
