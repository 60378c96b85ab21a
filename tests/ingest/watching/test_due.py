"""When what is asked again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.watching.due import LONGEST_CHECK, back_off, next_check, next_round
from ingest.watching.sources import DAY, HOUR

times = st.floats(1, 366 * DAY)


@given(times, st.floats(0, 0.5), st.floats(0, 1))
def test_a_round_is_within_the_jitter(interval: float, jitter: float, chance: float) -> None:
    assert interval * (1 - jitter) <= next_round(interval, jitter, chance) * 1.000001
    assert next_round(interval, jitter, chance) <= interval * (1 + jitter) * 1.000001


@pytest.mark.parametrize(
    ("interval", "failures", "retry_after", "seconds"),
    [
        pytest.param(HOUR, 1, None, 2 * HOUR, id="the first failure"),
        pytest.param(HOUR, 3, None, 8 * HOUR, id="the third"),
        pytest.param(HOUR, 9, None, DAY, id="a day at most"),
        pytest.param(HOUR, 100_000, None, DAY, id="for ever"),
        pytest.param(7 * DAY, 2, None, 7 * DAY, id="never oftener than its interval"),
        pytest.param(HOUR, 1, 60.0, 2 * HOUR, id="it asks for less"),
        pytest.param(HOUR, 1, 3 * DAY, 3 * DAY, id="it asks for more"),
        pytest.param(HOUR, 1, 1e12, LONGEST_CHECK, id="it asks for ever"),
    ],
)
def test_back_off(interval: float, failures: int, retry_after: float | None, seconds: float) -> None:
    assert back_off(interval, failures, retry_after) == seconds


@given(times, times, times)
def test_a_check_is_never_sooner_than_wanted_nor_later_than_the_longest(
    before: float, least: float, most: float
) -> None:
    most = max(least, most)
    assert least <= next_check(before, least, most, same=True) <= most
    assert next_check(before, least, most, same=False) == least
