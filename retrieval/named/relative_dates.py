"""Periods told from today, in several languages: `yesterday`, `last week`, `за последние 7 дней`, `il y a 3 mois`."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date

Found = tuple[date, date, int, int]
"""First and last day, and where the text says so."""

_UNITS = {
    "d": "days?|tag(?:e|en)?|jours?|dias?|giorn[io]|дн(?:я|еи|и)|день|сут(?:ки|ок)|天|日",
    "w": "weeks?|wochen?|semaines?|semanas?|settiman[ae]|недел[яюие]|недель",
    "m": "months?|monate?n?|mois|mes|meses|mesi|mese|месяц(?:а|е|ев|ы)?",
    "y": "years?|jahr(?:e|es|en)?|annees?|ans?|anos?|ann[io]|лет|год(?:а|у|ы)?",
}
_UNIT = "(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _UNITS.items()) + r")(?!\w)"
_LAST = (
    r"(?:last|past|previous|(?:letzte|vergangene|vorige)[nmrs]?|dernier(?:e|s|es)?|ultim[oaei]s?|pasad[oa]s?|passad[oa]s?"
    r"|scors[oaei]|прошл\w+|прошедш\w+|последн\w+|минувш\w+)"
)
_THIS = r"(?:this|diese[smnr]?|cette|este|esta|quest[oa]|это[тмиги]\w?|эту|текущ\w+|нынешн\w+)"
_AFTER_UNIT = r"(?:derniere?s?|pasad[oa]s?|passad[oa]s?|scors[oaei])"
_NUMBERS = {
    **dict.fromkeys(("a", "an", "one", "ein", "eine", "einem", "einer", "un", "une", "una", "um", "uma", "uno"), 1),
    **dict.fromkeys(("two", "zwei", "deux", "dos", "dois", "duas", "due", "два", "две"), 2),
    **dict.fromkeys(("three", "drei", "trois", "tres", "tre", "три"), 3),
}
_COUNT = rf"(?P<n>\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"

_FORMS = [
    (kind, re.compile(rf"(?<!\w){form}"))
    for kind, form in (
        ("last", rf"{_LAST}\s+(?:(?P<n>\d{{1,3}})\s+)?{_UNIT}(?!\s+of\b)"),
        ("last", rf"(?:la|el|le|il|lo|no|na|o|a|au|en|nel)\s+{_UNIT}\s+{_AFTER_UNIT}(?!\w)"),
        ("last", rf"{_AFTER_UNIT}\s+{_UNIT}"),
        ("this", rf"{_THIS}\s+{_UNIT}"),
        ("ago", rf"{_COUNT}\s+{_UNIT}\s+(?:ago|назад|fa|atras)(?!\w)"),
        ("ago", rf"{_UNIT}\s+назад(?!\w)"),
        ("ago", rf"(?:vor|hace|ha|il\s+y\s+a)\s+{_COUNT}\s+{_UNIT}"),
    )
]
_MAYBE = re.compile(rf"(?<!\w)(?:{_LAST}|{_THIS}|ago|назад|fa|atras|vor|hace|ha|il y a)(?!\w)")
"""What every one of the forms has in it: most questions have none, and then the forms are not tried."""

_DAYS = re.compile(
    r"(?<!\w)(?:(?P<yesterday>yesterday|gestern|d'hier|hier soir|ayer|ontem|ieri|вчера\w*)"
    r"|(?P<today>today|heute|aujourd'hui|hoy|hoje|oggi|сегодня\w*))(?!\w)"
)
_WITHOUT_SPACES = {
    "昨天": ("d", -1), "昨日": ("d", -1), "今天": ("d", 0), "今日": ("d", 0), "上周": ("w", -1), "先週": ("w", -1),
    "本周": ("w", 0), "今週": ("w", 0), "上个月": ("m", -1), "上個月": ("m", -1), "先月": ("m", -1), "本月": ("m", 0),
    "今月": ("m", 0), "去年": ("y", -1), "昨年": ("y", -1), "今年": ("y", 0),
}  # fmt: skip
_BEGINS_ONE = re.compile("[昨今上先本去]")


def relative_periods(text: str, today: date) -> Iterator[Found]:
    """Yield the periods that a folded question tells from today."""
    for match in _DAYS.finditer(text):
        day = _shifted(today, "d", -1 if match["yesterday"] else 0)
        yield day, day, match.start(), match.end()
    if _BEGINS_ONE.search(text):
        for word, (unit, back) in _WITHOUT_SPACES.items():
            if (start := text.find(word)) >= 0:
                yield *_calendar(_shifted(today, unit, back), unit), start, start + len(word)
    if not _MAYBE.search(text):
        return
    taken = -1
    matches = [(kind, match) for kind, form in _FORMS for match in form.finditer(text)]
    for kind, match in sorted(matches, key=lambda found: (found[1].start(), -found[1].end())):
        if match.start() >= taken:
            taken = match.end()
            first, last = _period(kind, match, today)
            yield first, last, match.start(), match.end()


def _period(kind: str, match: re.Match[str], today: date) -> tuple[date, date]:
    unit = next(name for name in _UNITS if match[name])
    number = match.groupdict().get("n")
    if kind == "last" and number:
        return _shifted(today, unit, -int(number)), today
    if kind == "ago":
        many = 1 if number is None else _NUMBERS[number] if number in _NUMBERS else int(number)
        return _around(_shifted(today, unit, -many), unit)
    return _calendar(_shifted(today, unit, 0 if kind == "this" else -1), unit)


def _around(day: date, unit: str) -> tuple[date, date]:
    """Return a period as wide as the unit about a day: nobody counts months back to the day."""
    wide = {"d": 0, "w": 3, "m": 15, "y": 182}[unit]
    return _shifted(day, "d", -wide), _shifted(day, "d", wide)


def _calendar(day: date, unit: str) -> tuple[date, date]:
    """Return the calendar's day, week (from Monday), month or year that a day is in."""
    if unit == "w":
        return _shifted(day, "d", -day.weekday()), _shifted(day, "d", 6 - day.weekday())
    if unit == "m":
        return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    return (date(day.year, 1, 1), date(day.year, 12, 31)) if unit == "y" else (day, day)


def _shifted(day: date, unit: str, by: int) -> date:
    """Return the day so many units later, the last there is where the calendar ends."""
    if unit in "dw":
        ordinal = day.toordinal() + by * (7 if unit == "w" else 1)
        return date.fromordinal(min(max(ordinal, 1), date.max.toordinal()))
    index = min(max(day.year * 12 + day.month - 1 + by * (12 if unit == "y" else 1), 12), 9999 * 12 + 11)
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
