"""A question to the periods that it names: days, months, years, ranges of them, and those told from today."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from retrieval.named.date_words import folded, months, roles
from retrieval.named.relative_dates import relative_periods


@dataclass(frozen=True, slots=True)
class NamedPeriod:
    """A period, and where the question names it."""

    first: date
    """`date.min` for a period without a beginning."""
    last: date
    """Included."""
    start: int
    end: int


class _Token(NamedTuple):  # quicker to make than a dataclass, and there is one for every word
    text: str
    role: str
    start: int
    end: int
    capital: bool


@dataclass(frozen=True, slots=True)
class _Mention:
    """A date as written: tokens `start:end`."""

    day: int | None
    month: int | None
    year: int | None
    start: int
    end: int
    either_way: bool = False
    """Whether day and month could be the other way round."""


_TOKEN = re.compile(r"\d+|[年月日号號년월일]|[^\W\d_年月日号號년월일]+|[-–—/.,]")
_WORD = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")
_ROLES = roles()
_FIRST_YEAR, _LAST_YEAR = 1000, 2100
_FIRST_BARE_YEAR = 1900
"""Without a preposition an earlier number is rather a number of things."""

# Questions as strings of roles, a letter a token: Y year, D day or month by number, M month, V its abbreviation, the
# rest as in date_words and below; the names of the groups say what the parts are.
_DATES = [
    re.compile(form)
    for form in (
        r"(?P<y>Y)(?P<s>[-/.])(?P<m>D)(?:(?P=s)(?P<d>D))?(?![-/]D)",
        r"(?P<d>D)(?P<s>[./])(?P<m>D)(?P=s)(?P<y>Y)",
        r"(?P<m>D)/(?P<y>Y)",
        r"(?P<y>Y)y(?:(?P<m>D)m(?:(?P<d>D)d?)?)?",
        r"(?P<q>q)(?P<m>D)/?(?P<y>Y)",
        r"(?P<d>D)[.o]?f?(?P<m>[MV])\.?,?f?(?P<y>Y)?",
        r"(?P<m>[MV])\.?(?P<d>D)o?(?:,?(?P<y>Y))?",
        r"(?P<m>[MV])\.?,?f?(?P<y>Y)",
        r"(?P<y>Y)",
        r"(?P<m>M)",
    )
]
_STARTS = re.compile("[YDMVq]")
_LEADING = re.compile(r"(?P<role>[pbzsABxacf])f?[tpj]*$|(?P<year>j)$")
_JOINED = re.compile(r"(?:(?P<dash>[-~])|[caxf])[tpj]*")
_DAY_BEFORE = re.compile(r"D\.?(?:[-~]|[cax]t?)$")
_NEAR = 6
"""Tokens before a date in which its preposition stands."""
_MONEY = ("#", "$", "€", "£", "¥")
_MAY_BE_VERBS = frozenset(("may", "march"))


def periods_named(question: str, today: date) -> tuple[NamedPeriod, ...]:
    """Return the periods that a question names, in order.

    A month without a year is the last one that has begun; a number is a year only where it stands like one
    (`in 1598`, `2019`, not `1,598` or `1598 ships`); `03/04/2026`, which is two days, gives both.
    """
    text = folded(question)
    relative = [NamedPeriod(*found) for found in relative_periods(text, today)]
    if not _DIGIT.search(text) and months().keys().isdisjoint(_WORD.findall(text)):
        return tuple(relative)
    tokens = _tokens(question, text)
    shape = "".join(token.role for token in tokens)
    mentions = list(_mentions(tokens, shape))
    absolute = [found for found in _periods(mentions, tokens, shape, today) if not _inside(found, relative)]
    return tuple(sorted((*relative, *absolute), key=lambda found: found.start))


def _inside(found: NamedPeriod, others: list[NamedPeriod]) -> bool:
    return any(found.start < other.end and other.start < found.end for other in others)


def _tokens(question: str, text: str) -> list[_Token]:
    tokens = []
    for match in _TOKEN.finditer(text):
        word, start, end = match.group(), match.start(), match.end()
        tokens.append(_Token(word, _role(word, text, start, end), start, end, question[start].isupper()))
    return tokens


def _role(word: str, text: str, start: int, end: int) -> str:
    if word.isdigit() and word.isascii():
        return _role_of_number(word, text, start, end)
    if word in _ROLES:
        return _ROLES[word][0]
    month = months().get(word)
    if month is not None:
        return "V" if month[1] else "M"
    return {"–": "~", "—": "~"}.get(word, word) if not word[0].isalpha() else "w"


def _role_of_number(word: str, text: str, start: int, end: int) -> str:
    if len(word) == 4 and _FIRST_YEAR <= int(word) <= _LAST_YEAR:
        after = text[end : end + 1]
        counted = after in ("'", "%", "°") if after else False
        counted = counted or (after.isalpha() and after not in "年년г") or text[start - 1 : start] in _MONEY
        return "N" if counted else "Y"
    return "D" if len(word) <= 2 and 1 <= int(word) <= 31 and text[start - 1 : start] not in _MONEY else "N"


def _mentions(tokens: list[_Token], shape: str) -> Iterator[_Mention]:
    at = 0
    while (begun := _STARTS.search(shape, at)) is not None:
        at = begun.start()
        mention = next(filter(None, (_mention(form.match(shape, at), tokens) for form in _DATES)), None)
        if mention is not None and _stands(mention, tokens, shape):
            yield mention
            at = mention.end
        else:
            at += 1


def _mention(match: re.Match[str] | None, tokens: list[_Token]) -> _Mention | None:
    if match is None:
        return None
    parts = {name: tokens[match.start(name)].text for name in match.groupdict() if match[name] and name != "s"}
    day = int(parts["d"]) if "d" in parts else None
    month = _month(parts["m"]) if "m" in parts else None
    year = int(parts["y"]) if "y" in parts else None
    if "q" in parts and month is not None:  # a quarter is told by minus its number
        return _Mention(None, -month, year, match.start(), match.end()) if month <= 4 else None
    if month is not None and month > 12 and day is not None and day <= 12:
        day, month = month, day
    if (month or 0) > 12 or (day is not None and not _exists(year, month, day)):
        return None
    either_way = match.groupdict().get("s") == "/" and match.end("d") < match.start("m") and (day or 13) <= 12
    return _Mention(day, month, year, match.start(), match.end(), either_way and day != month)


def _month(word: str) -> int:
    return int(word) if word.isdigit() else months()[word][0]


def _exists(year: int | None, month: int | None, day: int) -> bool:
    return month is None or day <= monthrange(year or 2000, month)[1]


def _stands(mention: _Mention, tokens: list[_Token], shape: str) -> bool:
    """Tell whether a mention is a date for certain: lone years and months need more around them."""
    leading = _LEADING.search(shape, max(0, mention.start - _NEAR), mention.start)
    if mention.month is None:
        bare = mention.year is not None and mention.year >= _FIRST_BARE_YEAR and mention.year % 1000
        return bool(bare) or (leading is not None and leading["role"] != "f")
    if mention.year is not None:
        return True
    word = next(token for token in tokens[mention.start : mention.end] if token.role in "MV")
    languages = months()[word.text][2]
    if mention.day is not None:
        by_name_first = shape[mention.start] in "MV"
        return (word.capital or not (word.role == "V" or word.text in _MAY_BE_VERBS)) and (
            not by_name_first or "en" in languages
        )
    if leading is None or leading["role"] in (None, "f"):
        return False
    if leading["role"] == "c" and word.text in _MAY_BE_VERBS and not word.capital:
        return False
    return bool(languages & _ROLES[tokens[leading.start()].text][1])


def _periods(mentions: list[_Mention], tokens: list[_Token], shape: str, today: date) -> Iterator[NamedPeriod]:
    ended: _Mention | None = None
    for mention, following in zip(mentions, [*mentions[1:], None], strict=False):
        if mention is ended:
            continue
        leading = _LEADING.search(shape, max(0, mention.start - _NEAR), mention.start)
        role = (leading["role"] if leading is not None else None) or ""
        start = tokens[leading.start() if leading is not None else mention.start].start
        days = _days_to(mention, following, today) if following and _range(shape, mention, following, role) else None
        if days is not None and following is not None:
            ended = following
            yield NamedPeriod(*days, start, tokens[following.end - 1].end)
            continue
        for first, last in _days(mention, today):
            earlier = _earlier_day(first, mention, tokens, shape)
            whole = (earlier, last) if earlier else _open_ended(first, last, role, today)
            yield NamedPeriod(*whole, start, tokens[mention.end - 1].end)


def _days_to(mention: _Mention, last: _Mention, today: date) -> tuple[date, date] | None:
    """Return the days from one mention to the next, whose year it shares unless it has its own."""
    begun = replace(mention, year=mention.year or last.year)
    if begun.day is not None and begun.month is not None and not _exists(begun.year, begun.month, begun.day):
        return None
    days = _days(begun, today)[0][0], _days(last, today)[-1][1]
    return days if days[0] <= days[1] else None


def _range(shape: str, first: _Mention, second: _Mention, role: str) -> bool:
    joined = _JOINED.fullmatch(shape, first.end, second.start)
    return joined is not None and (joined["dash"] is not None or role in tuple("bzfs"))


def _earlier_day(begins: date, mention: _Mention, tokens: list[_Token], shape: str) -> date | None:
    """Return the first day of `3-5 March` and `3 to 5 March`."""
    before = (
        _DAY_BEFORE.search(shape, max(0, mention.start - _NEAR), mention.start) if mention.day is not None else None
    )
    day = int(tokens[before.start()].text) if before is not None else begins.day
    return begins.replace(day=day) if day < begins.day else None


def _open_ended(first: date, last: date, role: str, today: date) -> tuple[date, date]:
    if role in ("s", "z", "A"):
        return first, max(today, last)
    if role == "B":
        return date.min, first - timedelta(days=1)
    return (date.min, last) if role == "x" else (first, last)


def _days(mention: _Mention, today: date) -> list[tuple[date, date]]:
    """Return the first and the last day of a mention; two of them where day and month could be either way round."""
    month, day = mention.month, mention.day
    if month is None:
        year = mention.year or today.year
        return [(date(year, 1, 1), date(year, 12, 31))]
    if month < 0:
        year = mention.year or today.year
        return [(date(year, -3 * month - 2, 1), _last_day(year, -3 * month))]
    year = mention.year or (today.year if (month, day or 1) <= (today.month, today.day) else today.year - 1)
    if day is None:
        return [(date(year, month, 1), _last_day(year, month))]
    exact = [date(year, month, min(day, monthrange(year, month)[1]))]
    exact += [date(year, day, month)] if mention.either_way else []
    return [(found, found) for found in sorted(exact)]


def _last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
