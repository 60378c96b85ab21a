"""Sentences without what Telegram would make a link of: addresses, mentions, hashtags, commands. Pure."""

from __future__ import annotations

import regex

LINK = regex.compile(
    r"""
    \p{L}[\p{L}\d+.-]{1,30}:/[^\s]*                         # any scheme
  | \b(?:mailto|tel|javascript|data|tg|ton|xmpp|magnet):[^\s]+
  | \bwww\.[^\s]+
  | [\p{L}\d._%+-]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)*           # e-mail
  | (?<![\p{L}\d_])@\w+                                     # mention
  | (?<![\p{L}\d_])\#\w*[\p{L}_]                            # hashtag
  | (?<![\p{L}\d_/<>])/[A-Za-z\d_]+                         # command to a bot
  | [\p{L}\d_-]+\.(?:xn--[\w-]+|\p{Ll}{2,}|\p{Lu}{2,})(?![\p{L}\d]) (?:[:/?\#][^\s]*)?  # a host: of any domain there is
  | \b\d{1,3}(?:\.\d{1,3}){3}(?!\d)(?:[:/][^\s]*)?
    """,
    regex.VERBOSE,
)
_HINT = regex.compile(r"[@#/:]|\.[^\s.]")  # without one of these there is no link: the pattern takes 0.1 ms a sentence
_MARKDOWN = regex.compile(r"!?\[[^\[\]]*\]\s?\([^()\s]*(?:\s+[^()]*)?\)|!\[[^\[\]]*\]")
_IN_BRACKETS = regex.compile(r"\s*[(\[（【][^()\[\]（）【】]*[)\]）】]")
_CLAUSE_ENDS = ",;:–—，；：、"
_FEWEST_WORDS = 3
_FEWEST_LETTERS = 6  # in scripts without spaces
_STOP = regex.compile(r"[.!?…。！？।؟]+[\"'”’»)\]]*$")


def has_link(text: str) -> bool:
    """Tell whether Telegram would make a link of some part of a text."""
    return _HINT.search(text) is not None and LINK.search(text) is not None


def without_links(sentence: str) -> str:
    """Return a sentence without links and the words that come with them, empty if that leaves no sentence.

    The bracket or the clause with the link goes; where the link is in the clause that the sentence consists of, all goes.
    """
    text: str = _MARKDOWN.sub(_bare, sentence)
    text = _IN_BRACKETS.sub(lambda match: "" if has_link(match.group()) else match.group(), text)
    while _HINT.search(text) and (link := LINK.search(text)) is not None:
        shorter = _without_clause(text, link.start(), link.end())
        if len(shorter) >= len(text) or not _is_sentence(shorter):
            return ""
        text = shorter
    return text


def _bare(match: regex.Match[str]) -> str:
    """Keep of a Markdown link what makes clear that one was there, so that its clause goes with it."""
    return " http:/ "


def _without_clause(text: str, start: int, end: int) -> str:
    before = max((text.rfind(mark, 0, start) for mark in _CLAUSE_ENDS), default=-1)
    stop = _STOP.search(text)
    last = stop.start() if stop else len(text)
    after = min((n for mark in _CLAUSE_ENDS if (n := text.find(mark, end)) >= 0), default=last)
    if before < 0:
        rest = text[after + 1 :].strip() if after < last else ""
        return rest[:1].upper() + rest[1:]
    behind = text[after + 1 :] if after < last else text[last:]
    return f"{text[:before].rstrip()}{' ' if behind[:1].isalnum() else ''}{behind}"


def _is_sentence(text: str) -> bool:
    words = regex.findall(r"[\p{L}\d]+", text)
    spaceless = sum(1 for _ in regex.finditer(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]", text))
    return len(words) >= _FEWEST_WORDS or spaceless >= _FEWEST_LETTERS
