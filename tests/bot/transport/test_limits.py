"""How much one person may ask."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.transport import limits
from bot.transport.limits import Limits

READER, OTHER = 4001, 4002


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_few_at_once_are_answered_and_the_rest_is_told_once() -> None:
    allowed = Limits(20, clock=Clock())
    assert [allowed.take(READER) for _ in range(8)] == ["yes"] * 5 + ["tell", "no", "no"]


def test_others_are_not_concerned() -> None:
    allowed = Limits(20, clock=Clock())
    for _ in range(100):
        allowed.take(READER)
    assert allowed.take(OTHER) == "yes"


@pytest.mark.parametrize(("per_minute", "seconds"), [(20, 3), (60, 1), (1, 60)])
def test_the_share_comes_back_evenly(per_minute: int, seconds: int) -> None:
    clock = Clock()
    allowed = Limits(per_minute, clock=clock)
    while allowed.take(READER) == "yes":
        pass
    for _ in range(10):
        clock.now += seconds - 0.1
        assert allowed.take(READER) != "yes"
        clock.now += 0.1
        assert allowed.take(READER) == "yes"


def test_who_goes_on_for_a_minute_is_told_a_few_times() -> None:
    clock = Clock()
    allowed = Limits(20, clock=clock)
    verdicts: Counter[str] = Counter()
    for _ in range(60 * 20):
        verdicts[allowed.take(READER)] += 1
        clock.now += 0.05
    assert verdicts["yes"] in (24, 25)
    assert 5 <= verdicts["tell"] <= 6


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 30), max_size=80), st.integers(1, 60), st.integers(1, 6))
def test_no_rhythm_gets_more_than_the_share(pauses: list[float], per_minute: int, burst: int) -> None:
    clock = Clock()
    allowed = Limits(per_minute, burst, clock)
    answered, told = [], []
    for pause in pauses:
        clock.now += pause
        verdict = allowed.take(READER)
        answered += [clock.now] * (verdict == "yes")
        told += [clock.now] * (verdict == "tell")
    for first, start in enumerate(answered):
        for count, end in enumerate(answered[first:], 1):
            assert count <= burst + (end - start) * per_minute / 60 + 1e-6
    assert all(later - earlier >= 10 for earlier, later in pairwise(told))


def test_the_time_of_asking_counts_when_it_is_given() -> None:
    allowed = Limits(20)
    assert [allowed.take(READER, at=1000.0) for _ in range(6)] == ["yes"] * 5 + ["tell"]
    assert allowed.take(READER, at=1003.0) == "yes"
    assert allowed.take(READER, at=1001.0) == "no"


def test_a_bounded_number_of_people_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_REMEMBERED", 10)
    allowed = Limits(20, clock=Clock())
    for _ in range(6):
        allowed.take(READER)
    for user in range(50):
        allowed.take(user)
        assert allowed.take(READER) == "no"
    assert allowed.people == 10


@pytest.mark.parametrize(("per_minute", "seconds"), [(20, 3), (60, 1), (7, 9), (1, 60), (600, 1)])
def test_who_is_too_fast_can_be_told_when_the_next_question_is_allowed(per_minute: int, seconds: int) -> None:
    clock = Clock()
    allowed = Limits(per_minute, clock=clock)
    assert allowed.wait(READER) == 0
    while allowed.take(READER) == "yes":
        assert allowed.wait(OTHER) == 0
    assert allowed.wait(READER) == seconds
    clock.now += seconds - 0.99
    assert allowed.wait(READER) == 1
    clock.now += 0.99
    assert allowed.wait(READER) == 0
    assert allowed.take(READER) == "yes"


def test_how_long_to_wait_is_counted_from_when_it_was_asked() -> None:
    allowed = Limits(2)
    assert [allowed.take(READER, at) for at in (1000.0, 1000.0, 1001.0)] == ["yes", "yes", "tell"]
    assert allowed.wait(READER, 1001.0) == 29
