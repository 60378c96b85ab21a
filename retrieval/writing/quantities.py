"""The numbers that a text says, in figures and in words, as values that can be compared. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import regex

from retrieval.writing.number_words import FRACTIONS, SCALES, cardinals, ordinals

_FIGURE = (
    r"(?P<figure>(?<![\p{L}\p{N}_:])(?:[01]?\d|2[0-4]):[0-5]\d(?![\p{N}:])"
    r"|(?<![\p{L}\p{N}_])\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?!\d)(?:[.,]\d+)?|(?<![\p{L}\p{N}_])\d+(?:[.,]\d+)*)"
)
_TOKEN = regex.compile(
    rf"(?P<sign>[$€£¥₽])? ?(?:{_FIGURE}(?:⁄(?P<parts>\d+))?(?P<ordinal>st|nd|rd|th)?(?![\p{{N}}])"
    rf"|(?P<han>[一二两三四五六七八九十百千万亿]+)(?=[个名人次家位种座条所支只张年天周月岁元])"
    rf"|(?P<word>\p{{L}}+))"
)
_GAP = regex.compile(r"[ \u00a0\u202f-]?")
_SUFFIX = regex.compile(
    r" ?(?P<han>[万億亿千百]+)|(?P<letter>bn|tn|[kKmM])(?![\p{L}\p{N}])|[ \u00a0\u202f-]?(?P<word>\p{L}+)\.?"
)
_PERCENT = regex.compile(
    r"\s?%|[ -](?:percent(?:age)?|per cent|prozent|процент\w*|por ciento|pour cent|por cento)(?!\p{L})"
)
_RANGE = regex.compile(r"\s?(?:[-–—]|to|and|bis|und|до|и|a|y|à|et)\s?")
_MONEY = {
    "$": "$", "dollar": "$", "dollars": "$", "usd": "$", "доллар": "$", "долларов": "$", "доллара": "$",
    "€": "€", "euro": "€", "euros": "€", "eur": "€", "евро": "€",
    "£": "£", "pound": "£", "pounds": "£", "gbp": "£", "pfund": "£",
    "₽": "₽", "ruble": "₽", "rubles": "₽", "roubles": "₽", "рубль": "₽", "рублей": "₽", "рубля": "₽", "rubel": "₽",
    "¥": "¥", "yen": "¥", "yuan": "¥",
}  # fmt: skip
_NEXT_WORD = regex.compile(r"[ \u00a0-]?(?P<word>\p{L}+|[$€£¥₽])")
_LETTERS = {"k": 10**3, "m": 10**6, "bn": 10**9, "tn": 10**12}
_HAN_DIGITS = {character: n for n, character in enumerate("一二三四五六七八九", 1)} | {"两": 2}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "億": 10**8, "亿": 10**8}
_JOINS = frozenset({"and", "und", "y", "et", "e", "i"})
_WORD = regex.compile(r"quatre-vingts?|(?:soixante|quatre-vingt)-dix|\p{L}+", regex.IGNORECASE)
_ROUNDED = Fraction(1, 20)  # by which a number may be off that is called `about` so many
_LONGEST = 40  # characters of a figure that are read: what is longer counts nothing
_SPACES = regex.compile(r"[ \u00a0\u202f'’]")
_MARKS = regex.compile(r"[.,]")
_A = regex.compile(r"\b(?P<half>half )?an? $", regex.IGNORECASE)
_HALF_OF_SCALE = regex.compile(r" an? (?:million|billion|trillion)", regex.IGNORECASE)
_AND_A_HALF = regex.compile(r" and a half\b", regex.IGNORECASE)
_THIRDS = regex.compile(r"[ -](?P<word>thirds|quarters|fifths|drittel|viertel)\b", regex.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as a text says it."""

    values: frozenset[Fraction]
    """What it may be worth: `1.200` is 1200 or 1.2."""
    start: int
    end: int
    percent: bool = False
    money: str = ""
    """Sign of its currency."""
    ordinal: bool = False
    in_figures: bool = True

    def says(self, other: Quantity) -> bool:
        """Tell whether this number, of the evidence, is the other one, of a claim."""
        if self.money and other.money and self.money != other.money:
            return False
        shares = self.values | {value / 100 for value in self.values} if self.percent else self.values
        if self.values.isdisjoint(other.values):
            return any(value < 1 for value in other.values | shares) and not shares.isdisjoint(_shares(other))
        return (self.percent or not other.percent) and (
            self.ordinal == other.ordinal or self.in_figures or other.in_figures
        )

    def rounds_to(self, other: Quantity) -> bool:
        """Tell whether this number rounds to the other one, of a claim: 1,198 to 1,200."""
        return any(
            value and abs(mine - value) <= abs(value) * _ROUNDED and (self.percent or not other.percent)
            for value in other.values
            for mine in self.values
        )


def _shares(quantity: Quantity) -> frozenset[Fraction]:
    """Return a part of a whole as such: half is 50 %."""
    return frozenset(value / 100 for value in quantity.values) if quantity.percent else quantity.values


def quantities(text: str, language: str) -> list[Quantity]:
    """Return the numbers of a text in order.

    Args:
        text: in Unicode form NFKC.
        language: whose words for numbers are known, BCP 47 primary subtag.
    """
    found = list(_read(text, language))
    for n in range(len(found) - 2, -1, -1):
        following = found[n + 1]
        if _RANGE.fullmatch(text, found[n].end, following.start):
            found[n] = _as_in_range(found[n], following)
    return found


def _read(text: str, language: str) -> Iterator[Quantity]:
    at = 0
    while (match := _TOKEN.search(text, at)) is not None:
        at = match.end()
        quantity = _in_figures(match, text) if match["figure"] else _in_han(match, text) if match["han"] else None
        if match["word"]:
            quantity = _in_words(text, match.start("word"), language)
        if quantity is not None:
            at = max(at, quantity.end)
            yield quantity


def _in_figures(match: regex.Match[str], text: str) -> Quantity:
    values = figure_values(match["figure"])
    if match["parts"] and int(match["parts"]):
        values = frozenset(value / int(match["parts"]) for value in values)
    factor, end = _factor(text, match.end())
    scaled = frozenset(value * factor for value in values)
    start = match.start("sign") if match["sign"] else match.start("figure")
    return _dressed(text, scaled, start, end, sign=match["sign"] or "", ordinal=bool(match["ordinal"]))


def figure_values(figure: str) -> frozenset[Fraction]:
    """Return what a number in figures may be worth: separators of thousands and decimals differ by language."""
    hour, colon, minute = figure.partition(":")
    if colon:
        return frozenset({int(hour) + Fraction(int(minute), 60)})
    plain = _SPACES.sub("", figure)[:_LONGEST].rstrip(".,")
    marks = [c for c in plain if c in ".,"]
    as_whole = Fraction(int(_MARKS.sub("", plain)))
    if not marks or (len(marks) > 1 and len(set(marks)) == 1):
        return frozenset({as_whole})
    whole, _, rest = plain.rpartition(marks[-1])
    as_decimal = as_whole / 10 ** len(rest)
    ambiguous = len(marks) == 1 and len(rest) == 3 and 1 <= len(whole) <= 3 and whole != "0"
    return frozenset({as_whole, as_decimal}) if ambiguous else frozenset({as_decimal})


def _factor(text: str, end: int) -> tuple[int, int]:
    """Return what the words right behind a number multiply it with, and where they end."""
    factor = 1
    while (match := _SUFFIX.match(text, end)) is not None:
        by = SCALES.get((match["word"] or "").lower()) or _LETTERS.get((match["letter"] or "").lower())
        if match["han"]:
            by = 1
            for character in match["han"]:
                by *= _HAN_UNITS[character]
        if by is None:
            break
        factor, end = factor * by, match.end()
    return factor, end


def _dressed(
    text: str, values: frozenset[Fraction], start: int, end: int, *, sign: str = "", ordinal: bool = False,
    in_figures: bool = True,
) -> Quantity:  # fmt: skip
    """Return a number with what is said of it: a share, a sum of money."""
    lower = text[end : end + 16].lower()
    percent = _PERCENT.match(lower)
    following = _NEXT_WORD.match(lower)
    money = sign or (_MONEY.get(following["word"], "") if following else "")
    return Quantity(values, start, end, percent is not None, money, ordinal, in_figures)


def _as_in_range(first: Quantity, second: Quantity) -> Quantity:
    """Return the first number of `2 to 3 million`, which may be 2 or 2 million, and of `5 to 7 %`."""
    values = set(first.values)
    for value in second.values:
        scale = max((factor for factor in (10**3, 10**6, 10**9, 10**12) if value >= factor), default=1)
        values |= {other * scale for other in first.values if other < 1000 and other * scale <= value}
    return Quantity(
        frozenset(values), first.start, first.end, first.percent or second.percent, first.money or second.money,
        first.ordinal or second.ordinal, first.in_figures,
    )  # fmt: skip


def _in_han(match: regex.Match[str], text: str) -> Quantity:
    total = current = digit = 0
    for character in match["han"]:
        unit = _HAN_UNITS.get(character)
        if unit is None:
            digit = _HAN_DIGITS[character]
        elif unit < 10**4:
            current, digit = current + max(digit, 1) * unit, 0
        else:
            total, current, digit = total + (current + digit or 1) * unit, 0, 0
    return _dressed(
        text, frozenset({Fraction(total + current + digit)}), match.start("han"), match.end("han"), in_figures=False
    )


def _in_words(text: str, start: int, language: str) -> Quantity | None:
    """Return the number that begins with the word at a place, if one does."""
    first = _WORD.match(text, start)
    if first is None:
        return None
    word = first.group().lower()
    if word in cardinals(language):
        return _cardinal(text, start, language)
    if word in ordinals(language):
        return Quantity(
            frozenset({Fraction(ordinals(language)[word])}), start, first.end(), ordinal=True, in_figures=False
        )
    if word in FRACTIONS:
        return _part(text, first)
    before = _A.search(text, max(0, start - 8), start)
    if word in SCALES and before:
        value = Fraction(SCALES[word]) / (2 if before["half"] else 1)
        return _dressed(text, frozenset({value}), before.start(), first.end(), in_figures=False)
    return None


def _part(text: str, word: regex.Match[str]) -> Quantity | None:
    """Return a part of a whole, but not `half a million`, which is read at its second word."""
    if _HALF_OF_SCALE.match(text, word.end()):
        return None
    value = Fraction(FRACTIONS[word.group().lower()])
    return Quantity(frozenset({value}), word.start(), word.end(), in_figures=False)


def _cardinal(text: str, start: int, language: str) -> Quantity:
    words, ranks = cardinals(language), ordinals(language)
    total, current, end, at = 0, 0, start, start
    least = 10**15
    while (match := _WORD.match(text, at)) is not None:
        word = match.group().lower()
        if word in words and _fits(current, words[word]):
            current = current * 100 if words[word] == 100 and current else current + words[word]
        elif word in SCALES and current and SCALES[word] < least:
            least = SCALES[word]
            total, current = total + current * least, 0
        elif word in ranks and current >= 20 and ranks[word] < 10:
            value = Fraction(total + current + ranks[word])
            return Quantity(frozenset({value}), start, match.end(), ordinal=True, in_figures=False)
        elif not (word in _JOINS and (total or current >= 20) and _goes_on(text, match.end(), words, current)):
            break
        end = match.end()
        gap = _GAP.match(text, end)
        at = gap.end() if gap else end
    parts, half = _THIRDS.match(text, end), _AND_A_HALF.match(text, end)
    value = Fraction(total + current) * Fraction(FRACTIONS[parts["word"].lower()] if parts else 1)
    value += Fraction(1, 2) if half else 0
    end = parts.end() if parts else half.end() if half else end
    return _dressed(text, frozenset({value}), start, end, in_figures=False)


def _goes_on(text: str, end: int, words: Mapping[str, int], current: int) -> bool:
    """Tell whether the number goes on behind a joining word: `two hundred and five`, `treinta y cinco`."""
    match = _WORD.match(text, end + 1)
    return match is not None and match.group().lower() in words and _fits(current, words[match.group().lower()])


def _fits(current: int, value: int) -> bool:
    """Tell whether a number word goes on the one before it: `twenty five`, not `five six`."""
    if value == 100:
        return current < 100
    return current % 100 == 0 if value >= 10 else current % 100 == 0 or (current % 100 >= 20 and current % 10 == 0)
