"""Dates as people and programs write them to ISO 8601, at the precision given; what is ambiguous is not guessed."""

from __future__ import annotations

import re
from datetime import date, datetime
from email.utils import parsedate_to_datetime

_YEAR_OR_MONTH = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?", re.ASCII)
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)|(\d{4})(\d\d)(\d\d)|(\d{4})/(\d\d?)/(\d\d?)", re.ASCII)
_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d|\d{8})(?:[Tt]|\s+)(?P<time>\d\d(?::?\d\d){1,2})(?:[.,]\d+)?\s*"
    r"(?P<zone>[Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
_MAIL = re.compile(
    r"(?:[A-Za-z]{3},\s*)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+\d\d:\d\d(?::\d\d)?(?:\s+(?:[+-]\d{4}|[A-Za-z]{1,5})(?:\s+\(.*\))?)?",
    re.ASCII,
)


def iso_date(given: str) -> str | None:
    """Return `given` as ISO 8601: `2026`, `2026-03`, `2026-03-01` or `2026-03-01T08:00:00+00:00`, or None.

    Understood are ISO 8601 dates and moments (with or without zone, fractions of a second dropped), `2026/03/01`,
    and the dates of mail and feeds (RFC 2822). None stands for all else, such as `03/04/2026`, which is two days.
    """
    given = given.strip()
    try:
        return _year_or_month(given) or _day(given) or _moment(given) or _mail(given)
    except (ValueError, OverflowError):  # the right form with a day, hour or zone that does not exist
        return None


def _year_or_month(given: str) -> str | None:
    return given if _YEAR_OR_MONTH.fullmatch(given) and given[:4] != "0000" else None


def _day(given: str) -> str | None:
    match = _DAY.fullmatch(given)
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups() if part is not None)
    return date(year, month, day).isoformat()


def _moment(given: str) -> str | None:
    match = _MOMENT.fullmatch(given)
    if match is None:
        return None
    zone = match["zone"] or ""
    zone = "+00:00" if zone.upper() in ("Z", "UTC", "GMT") else zone
    return datetime.fromisoformat(f"{_day(match['day'])}T{match['time']}{zone}").isoformat()


def _mail(given: str) -> str | None:
    return parsedate_to_datetime(given).isoformat() if _MAIL.fullmatch(given) else None
