from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dates import iso_date


@pytest.mark.parametrize(
    ("given_date", "iso"),
    [
        pytest.param("2026-03-01", "2026-03-01", id="day"),
        pytest.param(" 2026-03-01\n", "2026-03-01", id="day with space around it"),
        pytest.param("20260301", "2026-03-01", id="compact day"),
        pytest.param("2026/3/1", "2026-03-01", id="year first with slashes"),
        pytest.param("2026-03", "2026-03", id="month"),
        pytest.param("2026", "2026", id="year"),
        pytest.param("2026-03-01T08:00:00+00:00", "2026-03-01T08:00:00+00:00", id="moment"),
        pytest.param("2026-03-01T08:00:00Z", "2026-03-01T08:00:00+00:00", id="Z"),
        pytest.param("2026-03-01t08:00z", "2026-03-01T08:00:00+00:00", id="lower case, no seconds"),
        pytest.param("2026-03-01 08:00:00 +0530", "2026-03-01T08:00:00+05:30", id="as static site generators write it"),
        pytest.param("2026-03-01 08:00:00 UTC", "2026-03-01T08:00:00+00:00", id="UTC by name"),
        pytest.param("2026-03-01T08:00:00.123456789Z", "2026-03-01T08:00:00+00:00", id="fractions are dropped"),
        pytest.param("2026-03-01T08:00:00", "2026-03-01T08:00:00", id="no zone stays no zone"),
        pytest.param("20260301T080000Z", "2026-03-01T08:00:00+00:00", id="compact moment"),
        pytest.param("Sun, 01 Mar 2026 08:00:00 +0100", "2026-03-01T08:00:00+01:00", id="RFC 2822"),
        pytest.param("1 Mar 2026 08:00 GMT", "2026-03-01T08:00:00+00:00", id="RFC 2822 without weekday and seconds"),
        pytest.param("03/04/2026", None, id="two days at once"),
        pytest.param("last Tuesday", None, id="words"),
        pytest.param("2026-02-30", None, id="no such day"),
        pytest.param("2026-13", None, id="no such month"),
        pytest.param("0000", None, id="no such year"),
        pytest.param("2026-03-01T25:00:00Z", None, id="no such hour"),
        pytest.param("2026-03-01T08:00:00+99:00", None, id="no such zone"),
        pytest.param("Mon, 99 Mar 2026 08:00:00 +0100", None, id="no such day in RFC 2822"),
        pytest.param("٢٠٢٦", None, id="other digits"),
        pytest.param("1700000000", None, id="seconds since 1970"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_iso_date(given_date: str, iso: str | None) -> None:
    assert iso_date(given_date) == iso


@given(
    st.text() | st.from_regex(r"\d{4}[-/]?\d\d?[-/]?\d\d?([T ]\d\d:?\d\d(:?\d\d)?(Z|[+-]\d\d:?\d\d)?)?", fullmatch=True)
)
def test_what_is_understood_is_understood_as_itself(given_date: str) -> None:
    iso = iso_date(given_date)
    assert iso is None or iso_date(iso) == iso


@given(st.datetimes(min_value=datetime(1980, 1, 1), timezones=st.one_of(st.none(), st.timezones())))  # noqa: DTZ001
def test_every_moment_that_python_writes_is_understood(moment: datetime) -> None:
    assert iso_date(str(moment)) is not None
