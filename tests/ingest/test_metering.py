"""How quickly a run goes and how long it still takes."""

from __future__ import annotations

import pytest

from ingest.metering import Meter, Pace, shown_bytes, shown_pace, shown_time


class Clock:
    """Seconds that a test decides."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_loading_a_model_is_no_part_of_the_pace() -> None:
    clock = Clock()
    meter = Meter(100, clock)
    clock.now = 500.0
    for _ in range(11):
        meter.add(1, 1, 2)
        clock.now += 1.0
    pace = meter.pace()
    assert pace is not None
    assert (pace.articles, pace.passages) == (10 / 11, 20 / 11)
    assert pace.left == pytest.approx(97.9)


def test_nothing_is_told_of_the_first_seconds() -> None:
    clock = Clock()
    meter = Meter(100, clock)
    assert meter.pace() is None
    meter.add(1, 1, 1)
    clock.now += 4.9
    meter.add(1, 1, 1)
    assert meter.pace() is None


def test_what_stands_still_gets_slower_and_has_no_end() -> None:
    clock = Clock()
    meter = Meter(100, clock)
    meter.add(10, 10, 10)
    clock.now += 20.0
    assert meter.pace() == Pace(0.0, 0.0, None)


def test_nothing_is_left_of_what_is_done() -> None:
    clock = Clock()
    meter = Meter(2, clock)
    meter.add(1, 1, 1)
    clock.now += 10.0
    meter.add(2, 1, 1)
    pace = meter.pace()
    assert pace is not None
    assert pace.left is None


def test_a_long_run_remembers_a_minute() -> None:
    clock = Clock()
    meter = Meter(10**9, clock)
    for _ in range(100_000):
        clock.now += 0.01
        meter.add(1, 1, 1)
    assert len(meter._marks) < 70


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.2, "5 s"), (41.0, "40 s"), (56.0, "1 min"), (60 * 59.4, "59 min"), (60 * 60, "1 h 0 min"), (60 * 131, "2 h 10 min"),
     (3600 * 76.2, "3 d 4 h")],
)  # fmt: skip
def test_times_are_as_precise_as_a_guess_deserves(seconds: float, shown: str) -> None:
    assert shown_time(seconds) == shown


@pytest.mark.parametrize(
    ("count", "shown"), [(7, "7 B"), (35_200, "35.2 KB"), (4_000_000, "4.0 MB"), (10**9, "1.0 GB")]
)
def test_sizes_have_a_unit(count: int, shown: str) -> None:
    assert shown_bytes(count) == shown


def test_a_pace_for_people() -> None:
    assert shown_pace(Pace(0.26, 31.4, 601.0)) == "0.3 articles/s, 31 passages/s, 10 min left"
