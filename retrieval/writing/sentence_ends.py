"""Where a sentence of a draft ends: at its full stop with ids, and only with care at a full stop alone. Pure."""

from __future__ import annotations

import regex

from retrieval.answers.words import words_in
from retrieval.writing.citing import CITED

STOPS = frozenset(".!?…。！？।؟۔．｡")
CLOSERS = frozenset("\"'”’»›)]」』】_|*")
"""What may stand between a full stop and white space."""
_ALWAYS = frozenset("…。！？।؟۔｡")
_SPACELESS = frozenset("。！？｡．")
_GOES_ON = frozenset(",;:、，；：%")
_STOP = "[.!?…。！？।؟۔．｡]"
_CLOSER = r"[\"'”’»›)\]」』】_|]"
_LAST = STOPS | CLOSERS | {CITED}
_REACH = 60  # characters before an end that are looked at

_IDS_THEN_STOP = regex.compile(rf"{CITED}(?:\s|{_CLOSER})*{_STOP}(?:\s|{_CLOSER}|{_STOP}|{CITED})*$")
_STOP_THEN_IDS = regex.compile(rf"{_STOP}(?:\s|{_CLOSER})*{CITED}(?:\s|{_CLOSER}|{CITED})*$")
_LAST_WORD = regex.compile(rf"([\p{{L}}\p{{M}}\p{{N}}.'’-]*)(?P<stop>{_STOP}+)(?:\s|{_CLOSER})*$")
_WRITTEN = regex.compile(r"[\p{L}\p{N}]")

_ABBREVIATIONS = words_in(
    # English
    "mr mrs ms dr prof st sr jr gen gov sen rep col capt lt sgt rev hon pres sec min no nos vol fig figs eq ch pp ed eds "
    "vs etc inc ltd co corp llc plc bros dept univ est approx ca al e.g i.e a.m p.m u.s u.k u.n ph.d jan feb mar apr jun "
    "jul aug sep sept oct nov dec mon tue tues wed thu thurs fri sat sun ft mt ave blvd rd sq mil bn avg max tel "
    # German
    "z.b d.h u.a bzw usw evtl ggf inkl exkl zzgl ca nr str hr fr frl dipl ing abs art bd bspw geb gest jh jhd mio mrd "
    "stv vgl v.chr n.chr sog u.u o.ä s.o s.u okt dez mai märz "
    # Russian
    "г гг в вв ул д стр рис табл им т.е т.к т.д т.п и.о н.э руб коп тыс млн млрд трлн см ср др пр напр проф акад доц обл "
    "р-н пос просп пер янв фев февр апр авг сент окт нояб дек "
    # Spanish, French, Italian, Portuguese, Dutch
    "sra srta dra ud uds pág págs núm av avda aprox ee.uu mme mlle mm m.m p.ex env sig sigg sig.ra dott ing avv pag "
    "exmo exma art bijv enz dhr mevr nl"
)


def ends_before(text: str, following: str) -> bool:
    """Tell whether a sentence ends with a text, given the next character that is no white space.

    A sentence ends at its full stop with ids on either side of it. Without ids it ends only where the stop is certainly
    none of an abbreviation, a number or a name; two sentences taken for one are checked together.

    Args:
        text: of the line so far, with `CITED` where ids stood, from the end of the sentence before.
        following: that character.
    """
    stripped = text.rstrip()
    if stripped[-1:] not in _LAST or following in STOPS or following in _GOES_ON:
        return False
    spaced = len(stripped) < len(text)
    if not spaced and following in CLOSERS:
        return False
    tail = stripped[-_REACH:]
    if not _WRITTEN.search(tail):
        return False
    if _IDS_THEN_STOP.search(tail):
        return True
    if _STOP_THEN_IDS.search(tail):
        return not following.islower()
    return _stop_alone(tail, following, spaced)


def is_finished(text: str) -> bool:
    """Tell whether a text ends in a full stop and ids, in either order."""
    tail = text.rstrip()[-_REACH:]
    return _IDS_THEN_STOP.search(tail) is not None or _STOP_THEN_IDS.search(tail) is not None


def has_stop(text: str) -> bool:
    """Tell whether a text ends in a full stop."""
    return text.rstrip().rstrip("".join(CLOSERS) + CITED + " ")[-1:] in STOPS


def _stop_alone(tail: str, following: str, spaced: bool) -> bool:
    match = _LAST_WORD.search(tail)
    if match is None or following.islower():
        return False
    word, stop = match[1].casefold(), match["stop"]
    if not spaced:
        return stop[-1] in _SPACELESS
    if stop[-1] in _ALWAYS or stop != ".":
        return True
    if word.isdigit():
        return len(word) > 2  # a day, as in `3. Oktober`
    return not word or (len(word) > 1 and "." not in word and word not in _ABBREVIATIONS)
