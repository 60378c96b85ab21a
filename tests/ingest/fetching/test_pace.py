from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from ingest.fetching.failing import FetchError
from ingest.fetching.pace import Pace, retry_after
from tests.ingest.fetching.networks import StillClock


def test_a_host_is_asked_once_a_second_and_others_meanwhile() -> None:
    clock = StillClock()
    pace = Pace(clock, 1.0)
    waited = [pace.wait(host) for host in ("a", "a", "b", "a")]
    assert waited == [0.0, 1.0, 0.0, 1.0]
    clock.time += 5
    assert pace.wait("a") == 0.0


@pytest.mark.parametrize(("asked", "kept"), [(0.2, 1.0), (7.5, 7.5), (600.0, 30.0)])
def test_the_rest_that_a_host_asks_for_is_kept_up_to_half_a_minute(asked: float, kept: float) -> None:
    pace = Pace(StillClock(), 1.0)
    assert [pace.wait("a", asked), pace.wait("a", asked)] == [0.0, kept]


def test_a_host_that_asks_for_quiet_is_waited_for() -> None:
    pace = Pace(StillClock(), 1.0)
    pace.keep_quiet("a", 20)
    pace.keep_quiet("a", 5)
    assert [pace.wait("a"), pace.wait("b")] == [20.0, 0.0]


def test_a_host_that_asks_for_a_long_quiet_is_not_asked() -> None:
    clock = StillClock()
    pace = Pace(clock, 1.0)
    pace.keep_quiet("a", 10**9)
    with pytest.raises(FetchError, match="asks to be left alone for 86400 s more") as refused:
        pace.wait("a")
    assert refused.value.retry_after == 86_400
    clock.time += 86_400
    assert pace.wait("a") == 0.0


def test_hosts_that_were_asked_long_ago_are_forgotten() -> None:
    clock = StillClock()
    pace = Pace(clock, 1.0)
    for number in range(10_001):
        pace.wait(f"host{number}")
    clock.time += 2
    pace.wait("last")
    assert list(pace._free_at) == ["last"]


NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param("120", 120.0, id="seconds"),
        pytest.param(" 0 ", 0.0, id="now"),
        pytest.param(format_datetime(NOON.replace(minute=1), usegmt=True), 60.0, id="date"),
        pytest.param(format_datetime(NOON.replace(hour=11), usegmt=True), 0.0, id="date gone by"),
        pytest.param("soon", None, id="a word"),
        pytest.param("-5", None, id="negative"),
        pytest.param("1" * 400, None, id="a huge number"),
        pytest.param("Fri, 99 Feb 2026 99:00:00 GMT", None, id="no such date"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="none"),
    ],
)
def test_when_to_come_again(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOON.timestamp()) == seconds
