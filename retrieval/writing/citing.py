"""The ids that stand between brackets: `1.1`, `1.1, 2.3`, `1.1-1.3`. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator

import regex

BRACKETS = {"]": "[", ")": "(", "】": "【", "］": "［", "）": "（", "〕": "〔", "〉": "〈", "｝": "｛", "}": "{"}
"""Closing ones with what opens them."""
OPENING = frozenset(BRACKETS.values())
LONGEST = 80
"""Characters between brackets that are looked at."""
CITED = "\ue000"
"""Stands in a text where ids stood; never in a model's output, from which private characters are taken out."""

LABEL = (
    r"(?:see|see also|cf\.?|ids?|source|sources|reference|references|citation|citations|sentence|sentences|passage|passages"
    r"|article|articles|quelle|quellen|siehe|satz|beleg|источник|источники|см\.?|предложение|ссылка|fuente|fuentes|véase"
    r"|oración|source s|voir|phrase|fonte|fonti|vedi|ver|来源|來源|参见|出典)"
)
"""What is put before ids."""

_MOST_OF_RANGE = 3
_NUMBER = r"[\p{Nd}]{1,3}"
_ID = rf"{_NUMBER} ?[.．:] ?{_NUMBER}"
_ITEM = rf"[#^§]?(?P<first>{_ID}|{_NUMBER})(?: ?(?:[-–—~]|to|bis|до) ?(?P<last>{_ID}|{_NUMBER}))?"
_BETWEEN = r"(?: ?(?:[,;/&、，；|+]|and|und|и|y|et|e|og|och|en|和) ?| )+"
_GROUP = regex.compile(rf"(?:{LABEL}[:.]? ?)?{_ITEM}(?:{_BETWEEN}(?:{LABEL}[:.]? ?)?{_ITEM})*[.,; ]*", regex.IGNORECASE)
_ITEMS = regex.compile(_ITEM)
_DOTTED = regex.compile(rf"{_NUMBER}\.{_NUMBER}")
_NOTHING_ELSE = regex.compile(rf"(?:{LABEL}[:.]?)?[\s{CITED},;.&/]*{CITED}[\s{CITED},;.&/]*", regex.IGNORECASE)


def ids_in(between: str, bracket: str, known: Collection[str]) -> tuple[str, ...] | None:
    """Return the known ids that are between two brackets, or None where something else stands there.

    Ids out of range, a passage's number alone (`2`) and ranges of more than three or across passages count as nothing.
    Between round brackets only ids stand for ids: `(2019)` and `(1.1 million)` are prose.

    Args:
        between: the brackets, at most `LONGEST` characters.
        bracket: the opening one.
        known: all ids there are.
    """
    stripped = between.strip()
    if not _GROUP.fullmatch(stripped):
        return None
    items = list(_ITEMS.finditer(stripped))
    if bracket in "(（" and not all(_DOTTED.fullmatch(item["first"]) for item in items):
        return None
    found = (each for item in items for each in _meant(item["first"], item["last"]) if each in known)
    return tuple(dict.fromkeys(found))


def only_cites(between: str) -> bool:
    """Tell whether nothing but ids that were read already, with a label at most, is between two brackets."""
    return _NOTHING_ELSE.fullmatch(between) is not None


def _meant(first: str, last: str | None) -> Iterator[str]:
    start = _parts(first)
    if len(start) != 2:
        return
    if last is None:
        yield ".".join(start)
        return
    end = _parts(last)
    if len(end) == 2 and end[0] != start[0]:
        return
    numbers = range(int(start[1]), int(end[-1]) + 1)
    if len(numbers) <= _MOST_OF_RANGE:
        yield from (f"{start[0]}.{n}" for n in numbers)


def _parts(written: str) -> list[str]:
    """Return the one or two numbers of an id in plain digits."""
    return [
        "".join(str(unicodedata.digit(c)) for c in part if c.isdecimal()) for part in regex.split("[.．:]", written)
    ]
