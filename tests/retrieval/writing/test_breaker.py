"""How long a provider that fails is left alone."""

from __future__ import annotations

import threading

import pytest

from retrieval.errors import WriterUnavailable
from retrieval.writing.breaker import FAILURES, LONGEST_PAUSE, SHORTEST_PAUSE, Breaker
from retrieval.writing.failures import Failure

AWAY = Failure("no connection (ConnectError)")


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock=clock)


def fail(breaker: Breaker, failure: Failure = AWAY, times: int = 1) -> None:
    for _ in range(times):
        breaker.failed(breaker.enter(), failure)


def left(breaker: Breaker) -> float | None:
    """Return the seconds for which the provider is left alone from now on."""
    with pytest.raises(WriterUnavailable) as caught:
        breaker.enter()
    return caught.value.retry_after


def test_some_failures_in_a_row_are_borne(breaker: Breaker) -> None:
    fail(breaker, times=FAILURES - 1)
    breaker.succeeded(breaker.enter())
    fail(breaker, times=FAILURES - 1)
    breaker.enter()


def test_after_more_the_provider_is_left_alone(breaker: Breaker) -> None:
    fail(breaker, times=FAILURES)
    assert left(breaker) == SHORTEST_PAUSE


@pytest.mark.parametrize(
    ("failure", "seconds"),
    [
        pytest.param(Failure("", 401), LONGEST_PAUSE, id="the key is refused"),
        pytest.param(Failure("", 402), LONGEST_PAUSE, id="nothing is paid"),
        pytest.param(Failure("", 403), LONGEST_PAUSE, id="the account is refused"),
        pytest.param(Failure("", 429, retry_after=7.25), 7.25, id="it says for how long"),
        pytest.param(Failure("", 503, retry_after=4000.0), 4000.0, id="it says that it takes long"),
    ],
)
def test_one_failure_that_lasts_is_enough(breaker: Breaker, clock: Clock, failure: Failure, seconds: float) -> None:
    fail(breaker, failure)
    assert left(breaker) == seconds
    clock.now += seconds - 0.001
    assert left(breaker) == pytest.approx(0.001)
    clock.now += 0.001
    breaker.enter()


def test_a_request_that_is_not_taken_says_nothing_about_others(breaker: Breaker) -> None:
    fail(breaker, Failure("", 400), times=FAILURES * 2)
    breaker.enter()


def test_pauses_double_up_to_the_longest(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, times=FAILURES)
    pauses = []
    for _ in range(7):
        pause = left(breaker)
        assert pause is not None
        pauses.append(pause)
        clock.now += pause
        fail(breaker)
    assert pauses == [30, 60, 120, 240, 480, 600, 600]


def test_one_probe_at_a_time_is_let_through(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, times=FAILURES)
    clock.now += SHORTEST_PAUSE
    probe = breaker.enter()
    assert left(breaker) is None
    breaker.succeeded(probe)
    assert breaker.enter() == breaker.enter()


def test_a_probe_given_up_leaves_its_turn_to_the_next(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, times=FAILURES)
    clock.now += SHORTEST_PAUSE
    breaker.gave_up(breaker.enter())
    breaker.succeeded(breaker.enter())
    breaker.enter()


def test_a_success_takes_the_pauses_back_to_the_shortest(breaker: Breaker, clock: Clock) -> None:
    for _ in range(2):
        fail(breaker, times=FAILURES)
        assert left(breaker) == SHORTEST_PAUSE
        clock.now += SHORTEST_PAUSE
        breaker.succeeded(breaker.enter())


def test_requests_that_began_before_the_pause_change_nothing_about_it(breaker: Breaker, clock: Clock) -> None:
    early = [breaker.enter() for _ in range(FAILURES + 3)]
    for permit in early:
        breaker.failed(permit, AWAY)
    assert left(breaker) == SHORTEST_PAUSE
    clock.now += SHORTEST_PAUSE
    probe = breaker.enter()
    breaker.succeeded(early[0])
    breaker.gave_up(early[0])
    assert left(breaker) is None, "the probe is still under way"
    breaker.succeeded(probe)


def test_the_log_says_once_that_it_fails_and_once_that_it_is_back(
    breaker: Breaker, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    fail(breaker, times=FAILURES)
    clock.now += SHORTEST_PAUSE
    fail(breaker)
    clock.now += 2 * SHORTEST_PAUSE
    breaker.succeeded(breaker.enter())
    breaker.succeeded(breaker.enter())
    assert [record.getMessage() for record in caplog.records] == [
        "The chat model does not answer: no connection (ConnectError); until it does, answers are quotes alone.",
        "The chat model answers again.",
    ]


def test_of_many_threads_one_gets_the_probe(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, times=FAILURES)
    clock.now += SHORTEST_PAUSE
    permits: list[int] = []
    together = threading.Barrier(16)

    def ask() -> None:
        together.wait()
        try:
            permits.append(breaker.enter())
        except WriterUnavailable:
            return

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(permits) == 1
