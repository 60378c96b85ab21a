"""One after the other within a conversation, side by side between conversations."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Chat, Message, Update

from bot.order import ConversationOrder, conversation_key

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def update(number: int, chat: int, topic: int | None = None) -> Update:
    message = Message(
        number, NOW, Chat(chat, "private"), text="?", message_thread_id=topic, is_topic_message=topic is not None
    )
    return Update(number, message=message)


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


def test_an_update_that_fails_holds_up_no_later_one() -> None:
    async def fail() -> None:
        raise ValueError

    async def succeed() -> str:
        return "done"

    async def both() -> None:
        order = ConversationOrder()
        with pytest.raises(ValueError):  # noqa: PT011  # raised above
            await order.process_update(update(1, 5), fail())
        await asyncio.wait_for(order.process_update(update(2, 5), succeed()), 1)
        assert order.conversations == 0

    asyncio.run(both())


@pytest.mark.filterwarnings("error")
def test_what_is_cancelled_while_waiting_leaves_nothing_behind() -> None:
    async def work() -> None:
        await asyncio.sleep(10)

    async def cancelled() -> None:
        order = ConversationOrder()
        tasks = [asyncio.create_task(order.process_update(update(number, 5), work())) for number in range(3)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert order.conversations == 0

    asyncio.run(cancelled())
