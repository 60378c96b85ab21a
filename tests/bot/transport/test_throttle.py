"""Every message has its turn: within Telegram's limits, in order, and held up by no other chat."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.transport.throttle import OVERALL_PAUSE, Throttle
from tests.bot.transport.virtual_time import now, run

READER, OTHER = 4001, 4002
GROUP = -100
ROUNDING = 0.01


async def turns(throttle: Throttle, chat: int, count: int, private: bool = True) -> list[float]:
    """Take turns one after the other; return when each came."""
    times = []
    for _ in range(count):
        await throttle.turn(chat, private)
        times.append(round(now(), 1))
    return times


@pytest.mark.parametrize(
    ("private", "count", "expected"),
    [
        pytest.param(True, 3, [0, 0, 0], id="three at once"),
        pytest.param(True, 7, [0, 0, 0, 1, 1, 5.2, 5.2], id="then about one a second"),
        pytest.param(False, 5, [0, 0, 0, 1, 1], id="groups likewise"),
    ],
)
def test_a_chat_gets_a_short_burst_and_then_its_rate(private: bool, count: int, expected: list[float]) -> None:
    async def take() -> list[float]:
        return await turns(Throttle(now), READER, count, private)

    assert run(take()) == expected


def test_a_group_gets_fewer_than_twenty_in_a_minute() -> None:
    async def take() -> list[float]:
        return await turns(Throttle(now), GROUP, 40, private=False)

    times = run(take())
    assert times[18] < 30
    assert times[19] >= 61


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([READER, OTHER, GROUP, -200]), st.floats(0, 20)), max_size=60))
def test_no_arrivals_break_the_limits_or_the_order_within_a_chat(arrivals: list[tuple[int, float]]) -> None:
    asked: dict[int, list[int]] = defaultdict(list)
    granted: dict[int, list[tuple[float, int]]] = defaultdict(list)

    async def one(throttle: Throttle, number: int, chat: int, at: float) -> None:
        await asyncio.sleep(at)
        asked[chat].append(number)
        await throttle.turn(chat, chat > 0)
        granted[chat].append((now(), number))

    async def everything() -> None:
        throttle = Throttle(now)
        await asyncio.gather(*(one(throttle, number, *arrival) for number, arrival in enumerate(arrivals)))

    run(everything())
    for chat, turn in granted.items():
        times = [time for time, _ in turn]
        assert [number for _, number in turn] == asked[chat]
        assert all(later - earlier > 5 for earlier, later in zip(times, times[5:], strict=False))
        assert chat > 0 or all(later - earlier > 60 for earlier, later in zip(times, times[20:], strict=False))
    assert sum(map(len, granted.values())) == len(arrivals)


def test_many_chats_at_once_get_fewer_than_thirty_a_second() -> None:
    async def everything() -> list[float]:
        throttle = Throttle(now)
        return [times[0] for times in await asyncio.gather(*(turns(throttle, chat, 1) for chat in range(1, 101)))]

    times = run(everything())
    assert times == sorted(times)
    assert all(later - earlier >= 1 for earlier, later in zip(times, times[29:], strict=False))
    assert times[-1] < 4


def test_a_chat_with_much_to_say_delays_no_other() -> None:
    async def everything() -> list[float]:
        throttle = Throttle(now)
        greedy = asyncio.create_task(turns(throttle, READER, 100))
        await asyncio.sleep(3)
        times = await turns(throttle, OTHER, 3)
        greedy.cancel()
        return times

    assert run(everything()) == [3, 3, 3]


def test_a_flooded_chat_pauses_alone() -> None:
    async def everything() -> list[list[float]]:
        throttle = Throttle(now)
        await throttle.turn(READER, True)
        throttle.flooded(READER, 40)
        return list(await asyncio.gather(turns(throttle, READER, 1), turns(throttle, OTHER, 1)))

    assert run(everything()) == [[40], [0]]


def test_a_flood_counts_for_those_that_wait_already() -> None:
    async def everything() -> list[float]:
        throttle = Throttle(now)
        await turns(throttle, READER, 5)
        waiting = asyncio.create_task(turns(throttle, READER, 1))
        await asyncio.sleep(1)
        throttle.flooded(READER, 30)
        return await waiting

    assert run(everything()) == [32]


def test_a_flood_counts_for_those_that_wait_with_all_the_others() -> None:
    async def everything() -> list[float]:
        throttle = Throttle(now)
        await throttle.turn(READER, True)
        await asyncio.gather(*(turns(throttle, chat, 1) for chat in range(1, 27)))
        waiting = asyncio.create_task(turns(throttle, READER, 1))
        await asyncio.sleep(0.5)
        throttle.flooded(READER, 30)
        return await waiting

    assert run(everything()) == [30.5]


def test_chats_flooded_together_mean_all_chats_for_a_while() -> None:
    async def everything() -> list[list[float]]:
        throttle = Throttle(now)
        for chat in (1, 2, 3):
            await throttle.turn(chat, True)
        for chat in (1, 2, 3):
            throttle.flooded(chat, 200)
        return list(await asyncio.gather(turns(throttle, OTHER, 1), turns(throttle, 1, 1)))

    assert run(everything()) == [[OVERALL_PAUSE], [200]]


def test_one_chat_flooded_again_and_again_means_only_itself() -> None:
    async def everything() -> list[float]:
        throttle = Throttle(now)
        await throttle.turn(READER, True)
        for _ in range(5):
            throttle.flooded(READER, 10)
        return await turns(throttle, OTHER, 1)

    assert run(everything()) == [0]


def test_whoever_is_cancelled_while_waiting_locks_nothing_and_takes_no_turn() -> None:
    async def everything() -> list[float]:
        throttle = Throttle(now)
        await turns(throttle, READER, 5)
        waiting = [asyncio.create_task(turns(throttle, READER, 1)) for _ in range(5)]
        await asyncio.sleep(0.5)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return await turns(throttle, READER, 2)

    assert run(everything()) == [5.2, 5.2]


def test_whoever_is_cancelled_while_all_wait_holds_up_nobody() -> None:
    async def everything() -> list[float]:
        throttle = Throttle(now)
        crowd = [asyncio.create_task(turns(throttle, chat, 1)) for chat in range(1, 60)]
        await asyncio.sleep(0.5)
        for task in crowd:
            task.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)
        return await turns(throttle, OTHER, 1)

    (time,) = run(everything())
    assert 1 <= time < 1.2


def test_chats_are_forgotten_when_what_they_sent_makes_no_difference_any_more() -> None:
    async def everything() -> tuple[int, int]:
        throttle = Throttle(now)
        most = 0
        for chat in range(1, 2000):
            await throttle.turn(chat, True)
            await asyncio.sleep(0.1)
            most = max(most, throttle.chats)
        await throttle.turn(READER, True)
        return most, throttle.chats

    most, left = run(everything())
    assert most < 100
    assert left < 100


# What may be left out


def test_what_may_be_left_out_leaves_a_part_of_each_limit() -> None:
    async def take(private: bool, seconds: float) -> list[float]:
        throttle, times = Throttle(now), []
        while now() < seconds:
            if throttle.spare_turn(READER if private else GROUP, private):
                times.append(round(now(), 1))
            await asyncio.sleep(0.1)
        return times

    assert run(take(True, 6)) == [0, 0.1, 1, 1.1, 5.2, 5.3]
    assert len(run(take(False, 60))) == 13


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([READER, GROUP]), st.floats(0, 3), st.booleans()), max_size=60))
def test_however_much_may_be_left_out_a_message_behind_it_need_not_wait(
    moments: list[tuple[int, float, bool]],
) -> None:
    async def everything() -> None:
        throttle = Throttle(now)
        for chat, pause, taken in moments:
            await asyncio.sleep(pause)
            if throttle.spare_turn(chat, chat > 0) and taken:
                before = now()
                await throttle.turn(chat, chat > 0)
                assert now() - before < ROUNDING

    run(everything())


def test_what_may_be_left_out_takes_no_turn_while_something_waits_or_telegram_asks_for_patience() -> None:
    async def everything() -> list[bool]:
        throttle = Throttle(now)
        found = [throttle.spare_turn(READER, private=True)]
        throttle.flooded(READER, 30)
        waiting = asyncio.create_task(throttle.turn(READER, private=True))
        await asyncio.sleep(29)
        found.append(throttle.spare_turn(READER, private=True))
        found.append(throttle.spare_turn(OTHER, private=True))
        await waiting
        found.append(throttle.spare_turn(READER, private=True))
        return found

    assert run(everything()) == [True, False, True, True]
