"""A sentence as a model wrote it to one that can be shown: without ids, markup, links and what they leave behind. Pure."""

from __future__ import annotations

import regex

from retrieval.writing.citing import CITED, LABEL
from retrieval.writing.links import has_link, without_links
from retrieval.writing.sentence_ends import CLOSERS, STOPS

MOST_CHARACTERS = 600
"""Of a sentence: ingest cuts those of articles at the same length."""

_OPENS_WITH_IDS = regex.compile(
    rf"^(?:(?:according to|as (?:stated|reported|noted|mentioned|described) (?:in|by)|based on|per|in|laut|nach|gemäß|"
    rf"согласно|según|selon|d['’]après|secondo|segundo|根据)\s+(?:the\s+)?(?:{LABEL}\s*)?{CITED}[\s{CITED}]*[,:，：]?"
    rf"|(?:(?:the\s+)?{LABEL}\s*)?{CITED}[\s{CITED}]*"
    rf"(?:[:：–—-]|(?:states?|says?|mentions?|reports?|notes?|explains?|tells?(?: us)?|shows?)\s+(?:that\s+)?))\s*",
    regex.IGNORECASE,
)
_LABELLED = regex.compile(rf"[(\[]?\s*\b{LABEL}[:.]\s*{CITED}[\s{CITED}]*[)\]]?", regex.IGNORECASE)
_IN_BRACKETS = regex.compile(rf"[(\[（【]\s*(?:{LABEL}[:.]?)?[\s,;]*{CITED}[\s,;{CITED}]*[)\]）】]", regex.IGNORECASE)
_SECOND_STOP = regex.compile(rf"([.!?…。！？।؟][\"'”’»)\]]*)[\s{CITED}]*{CITED}\s*[.。]")
_BETWEEN_IDS = regex.compile(rf"{CITED}(?:\s*(?:[,;]|and|und|и|y|et)\s*{CITED}|\s*{CITED})+", regex.IGNORECASE)
_BEFORE_POINT = regex.compile(rf"\s*{CITED}\s*(?=[,;:.!?…)\]。！？，；：”»]|$)")
_EMPTY_BRACKETS = regex.compile(r"\s*(?:\(\s*\)|\[\s*\]|\{\s*\}|（\s*）|【\s*】)")
_UNDERSCORES = regex.compile(r"(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])|__+|~~+|\|+")
_LOOKS_LIKE_ID = regex.compile(r"[\[(【（［]\s*\p{Nd}{1,3}\s*(?:[.．:]\s*\p{Nd}{1,3}\s*)?[\])】）］]")
_NUMBER_IN_SQUARE = regex.compile(r"\[[\s\p{Nd}.,;:–-]*\]?|【[\s\p{Nd}.,;:–-]*】?")
_REPEATED = regex.compile(r"\b(\w[\w' ]{7,}?)(?:\W+\1\b){2,}")
_STOP_LIKE = {"Han": "。", "Hiragana": "。", "Katakana": "。", "Devanagari": "।"}
_SCRIPTS = {name: regex.compile(rf"\p{{{name}}}") for name in _STOP_LIKE}


def polished(text: str, marker: str = "") -> str:
    """Return a sentence with nothing in it but prose, with a full stop; empty if it is none that can be shown.

    It is none that is too long, goes round in circles, repeats a marker, or consists of a link.
    """
    if not text or len(text) > 2 * MOST_CHARACTERS or (marker and marker in text):
        return ""
    prose = without_links(_without_ids(text))
    prose = _stopped(_tidy(prose))
    if not 1 < len(prose) <= MOST_CHARACTERS or not regex.search(r"[\p{L}\p{N}]", prose):
        return ""
    if has_link(prose) or _LOOKS_LIKE_ID.search(prose) or _REPEATED.search(prose.casefold()):
        return ""
    return prose


def _without_ids(text: str) -> str:
    opened = _OPENS_WITH_IDS.match(text)
    if opened and text[opened.end() :].strip(f" {CITED}"):
        rest = text[opened.end() :]
        text = rest[:1].upper() + rest[1:]
    for pattern in (_IN_BRACKETS, _LABELLED):
        text = pattern.sub(CITED, text)
    text = _SECOND_STOP.sub(r"\1", _BETWEEN_IDS.sub(CITED, text))
    return str(_BEFORE_POINT.sub("", text)).replace(CITED, " ")


def _tidy(text: str) -> str:
    text = _NUMBER_IN_SQUARE.sub("", _EMPTY_BRACKETS.sub("", text))
    text = _UNDERSCORES.sub(" ", text)
    text = regex.sub(r"\s+", " ", text)
    text = regex.sub(r" (?=[,;.!?…](?:\s|$))", "", text)
    return text.strip().lstrip(",;:.!?)]}，。；：、 ").rstrip(",;:–—-([{，；：、 ")


def _stopped(text: str) -> str:
    if not text or text.rstrip("".join(CLOSERS))[-1:] in STOPS:
        return text
    last = text.rstrip("".join(CLOSERS))[-1:]
    return text + next((stop for name, stop in _STOP_LIKE.items() if _SCRIPTS[name].match(last)), ".")
