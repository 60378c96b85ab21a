"""Numbers in words, by language: what each word is worth. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

_SPANISH_UNITS = "dos tres cuatro cinco seis siete ocho nueve"

_FROM_TWO: Mapping[str, str] = {
    # two to nineteen in order, forms of one number joined by strokes
    "en": "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
    "de": "zwei|zwo drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn neunzehn",
    "ru": "два|две|двух|двум|двумя|двое три|трёх|трех|трём|трем|тремя|трое четыре|четырёх|четырех|четырьмя|четверо "
    "пять|пяти|пятью|пятеро шесть|шести|шестью|шестеро семь|семи|семью|семеро восемь|восьми|восемью девять|девяти|девятью "
    "десять|десяти|десятью одиннадцать|одиннадцати двенадцать|двенадцати тринадцать|тринадцати "
    "четырнадцать|четырнадцати пятнадцать|пятнадцати шестнадцать|шестнадцати семнадцать|семнадцати "
    "восемнадцать|восемнадцати девятнадцать|девятнадцати",
    "es": f"{_SPANISH_UNITS} diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve",
    "fr": "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf",
    "it": "due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici "
    "diciassette diciotto diciannove",
    "pt": "dois|duas três quatro cinco seis sete oito nove dez onze doze treze catorze|quatorze quinze dezesseis "
    "dezessete dezoito dezenove",
}
_TENS: Mapping[str, str] = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "de": "zwanzig dreißig|dreissig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "ru": "двадцать|двадцати тридцать|тридцати сорок|сорока пятьдесят|пятидесяти шестьдесят|шестидесяти "
    "семьдесят|семидесяти восемьдесят|восьмидесяти девяносто|девяноста",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "fr": "vingt trente quarante cinquante soixante soixante-dix quatre-vingts|quatre-vingt quatre-vingt-dix",
    "it": "venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
    "pt": "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
}
_OTHERS: Mapping[str, dict[str, int]] = {
    "en": {"hundred": 100, "dozen": 12, "dozens": 12},
    "de": {"hundert": 100, "dutzend": 12},
    "ru": {"сто": 100, "ста": 100, "двести": 200, "триста": 300, "четыреста": 400, "пятьсот": 500, "шестьсот": 600,
           "семьсот": 700, "восемьсот": 800, "девятьсот": 900, "полтора": 1},
    "es": {"cien": 100, "ciento": 100, "doscientos": 200, "trescientos": 300, "quinientos": 500},
    "fr": {"cent": 100, "cents": 100, "douzaine": 12},
    "it": {"cento": 100, "duecento": 200, "trecento": 300, "cinquecento": 500},
    "pt": {"cem": 100, "cento": 100, "duzentos": 200, "trezentos": 300, "quinhentos": 500},
}  # fmt: skip
_ONE: Mapping[str, str] = {
    "en": "one", "de": "ein eine einer einem einen eins", "ru": "один одна одно одного одной", "es": "un una uno",
    "fr": "un une", "it": "un una uno", "pt": "um uma",
}  # fmt: skip
_ORDINALS: Mapping[str, str] = {
    # first to twentieth
    "en": "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth",
    "de": "erst zweit dritt viert fünft sechst siebt acht neunt zehnt elft zwölft dreizehnt vierzehnt fünfzehnt "
    "sechzehnt siebzehnt achtzehnt neunzehnt zwanzigst",
    "ru": "перв втор трет четверт пят шест седьм восьм девят десят одиннадцат двенадцат тринадцат четырнадцат "
    "пятнадцат шестнадцат семнадцат восемнадцат девятнадцат двадцат",
}
_ENDINGS: Mapping[str, tuple[str, ...]] = {
    "en": ("",),
    "de": ("e", "er", "en", "es", "em"),
    "ru": ("ый", "ой", "ий", "ая", "ое", "ье", "ья", "ого", "ьего", "ьей", "ому", "ым", "ом", "ых", "ую", "ью", "ые"),
}

SCALES: Mapping[str, int] = {
    **dict.fromkeys(("thousand", "tausend", "тысяча", "тысячи", "тысяч", "тысячу", "тыс", "mil", "mille", "mila"), 10**3),
    **dict.fromkeys(
        ("million", "millions", "millionen", "mio", "миллион", "миллиона", "миллионов", "млн", "millón", "millones",
         "milhão", "milhões", "milione", "milioni"), 10**6),
    **dict.fromkeys(
        ("billion", "billions", "bn", "milliarde", "milliarden", "mrd", "миллиард", "миллиарда", "миллиардов", "млрд",
         "milliard", "milliards", "bilhão", "bilhões", "miliardo", "miliardi"), 10**9),
    **dict.fromkeys(
        ("trillion", "trillions", "billionen", "триллион", "триллиона", "триллионов", "трлн", "billones", "trilhão",
         "trilhões"), 10**12),
}  # fmt: skip
"""What multiplies a number before it; `Billion` for itself is read as in English."""

FRACTIONS: Mapping[str, str] = {
    **dict.fromkeys(("half", "hälfte", "половина", "половины", "половину", "mitad", "moitié", "metade", "metà"), "1/2"),
    **dict.fromkeys(("drittel", "треть", "трети", "tercio", "tiers", "terzo", "terço"), "1/3"),
    **dict.fromkeys(("quarter", "viertel", "четверть", "четверти", "quart", "quarto"), "1/4"),
    **dict.fromkeys(("thirds",), "1/3"),
    **dict.fromkeys(("quarters",), "1/4"),
    **dict.fromkeys(("fifths",), "1/5"),
}
"""Parts of a whole; `two thirds` is twice one."""


@cache
def cardinals(language: str) -> dict[str, int]:
    """Return the words for whole numbers below a thousand in a language, in small letters; empty where not known."""
    found = {word: n for n, word in _numbered(_FROM_TWO.get(language, ""), 2)}
    found |= {word: 10 * n for n, word in _numbered(_TENS.get(language, ""), 2)}
    found |= dict.fromkeys(_ONE.get(language, "").split(), 1)
    found |= _OTHERS.get(language, {})
    if language == "es":
        found |= {f"veinti{word}": 20 + n for n, word in _numbered(_SPANISH_UNITS, 2)}
        found |= {"veintidós": 22, "veintitrés": 23, "veintiséis": 26}
    return found | _german_compounds(found) if language == "de" else found


@cache
def ordinals(language: str) -> dict[str, int]:
    """Return the words for the first to the twentieth in a language, in all their forms; empty where not known."""
    endings = _ENDINGS.get(language, ("",))
    return {root + ending: n for n, root in _numbered(_ORDINALS.get(language, ""), 1) for ending in endings}


def _numbered(words: str, first: int) -> Iterator[tuple[int, str]]:
    for n, forms in enumerate(words.split(), first):
        yield from ((n, form) for form in forms.split("|"))


def _german_compounds(words: Mapping[str, int]) -> dict[str, int]:
    """Return `fünfundzwanzig`, `zweihundert` and the like."""
    units = {word: n for word, n in words.items() if 1 < n < 10} | {"ein": 1}
    tens = {word: n for word, n in words.items() if 20 <= n < 100 and n % 10 == 0}
    return {f"{unit}und{ten}": n + m for unit, n in units.items() for ten, m in tens.items()} | {
        f"{unit}hundert": 100 * n for unit, n in units.items()
    }
