"""A step that runs ahead in a thread of its own: order, errors, and how it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from typing import cast

import pytest

from ingest.ahead import Nothing, ahead, ahead_or_nothing


def numbers(count: int, seen: list[int] | None = None) -> Iterator[int]:
    for n in range(count):
        if seen is not None:
            seen.append(n)
        yield n


def running() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "ahead"]


def wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    wait_until(lambda: not running())


def never() -> threading.Event:
    return threading.Event()


@pytest.mark.parametrize("count", [0, 1, 100])
def test_everything_comes_in_order(count: int) -> None:
    assert list(ahead(numbers(count), 3, never(), patience=0)) == list(range(count))


def test_it_runs_no_further_ahead_than_it_may() -> None:
    seen: list[int] = []
    stream = ahead(numbers(100, seen), 3, never(), patience=0)
    assert next(stream) == 0
    wait_until(lambda: len(seen) >= 5)  # the one taken, three that wait, one in hand
    time.sleep(0.2)
    assert len(seen) == 5
    cast(Generator[int, None, None], stream).close()


def test_nothing_runs_before_the_first_is_asked_for() -> None:
    seen: list[int] = []
    stream = ahead(numbers(3, seen), 3, never(), patience=0)
    assert running() == []
    assert seen == []
    assert list(stream) == [0, 1, 2]


def test_an_error_comes_in_its_place() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError("here")

    stream = ahead(failing(), 3, never(), patience=0)
    assert next(stream) == 1
    with pytest.raises(ZeroDivisionError, match="here"):
        next(stream)


def test_closing_it_early_ends_its_thread() -> None:
    stream = ahead(numbers(1_000_000), 3, never(), patience=0)
    next(stream)
    cast(Generator[int, None, None], stream).close()
    wait_until(lambda: not running())


def test_steps_can_follow_each_other() -> None:
    stop = never()
    inner = ahead(numbers(50), 2, stop, patience=0)
    outer = ahead((n * 2 for n in inner), 2, stop, patience=0)
    assert list(outer) == [n * 2 for n in range(50)]


def test_an_error_goes_through_all_steps() -> None:
    def failing() -> Iterator[int]:
        yield 1 // 0

    stop = never()
    with pytest.raises(ZeroDivisionError):
        list(ahead(ahead(failing(), 2, stop, patience=0), 2, stop, patience=0))


def test_a_stop_does_not_wait_longer_than_its_patience() -> None:
    stop, release = threading.Event(), threading.Event()

    def stuck() -> Iterator[int]:
        yield 1
        release.wait(20)

    stream = ahead(stuck(), 2, stop, patience=0.3)
    assert next(stream) == 1
    stop.set()
    started = time.monotonic()
    assert list(stream) == []
    assert 0.3 <= time.monotonic() - started < 2
    release.set()


def test_a_stop_takes_what_comes_within_its_patience() -> None:
    stop, release = threading.Event(), threading.Event()

    def slow() -> Iterator[int]:
        yield 1
        release.wait(20)
        yield 2

    stream = ahead(slow(), 2, stop, patience=10)
    assert next(stream) == 1
    stop.set()
    threading.Timer(0.3, release.set).start()
    assert list(stream) == [2]


def test_whoever_can_do_something_else_is_told_that_nothing_comes() -> None:
    release = threading.Event()

    def slow() -> Iterator[int]:
        yield 1
        release.wait(20)
        yield 2

    stream = ahead_or_nothing(slow(), 2, never(), patience=0)
    assert [next(stream), next(stream), next(stream)] == [1, Nothing(), Nothing()]
    release.set()
    assert [item for item in stream if item != Nothing()] == [2]
