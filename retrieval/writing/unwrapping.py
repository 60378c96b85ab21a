"""A model's raw output to what it means the reader to see: without thoughts, turn marks, tags and invisible characters.

Pure. Character by character, so that it makes no difference how the output is cut into pieces.
"""

from __future__ import annotations

import unicodedata

import regex

from retrieval.answers.words import words_in

_LONGEST_TAG = 80  # characters
_JOINERS = "\u200c\u200d"  # Persian and Hindi are misspelt without them
_LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_TAG_BEGINS = regex.compile(r"<(?:[\p{L}/!|｜<]|$)|\[/?(?:[A-Z_]|$)")
_TAG = regex.compile(r"<[\p{L}/!|｜][^<>\n]{0,80}>")
_MARKS_ONLY = regex.compile(r"\[/?[A-Z_]*")

_THOUGHTS = words_in("think thinking thought thoughts reasoning reason analysis reflection scratchpad seed:think")
_ENDS = words_in(
    "im_end eot_id eom_id eot end_of_turn end_of_text endoftext end_of_sentence eos s return end turn "
    "end▁of▁sentence endofprompt"
)
_BEGINS = words_in("im_start start start_header_id start_of_turn begin_of_text start_of_role user assistant")
_ROLE_ENDS = words_in("message end_header_id end_of_role im_sep")
_LINES = words_in("br p li ul ol div tr table h1 h2 h3 h4 h5 h6 hr")


class Unwrapper:
    """Reads raw output and gives what is prose of it."""

    def __init__(self) -> None:
        """Begin outside of everything."""
        self.over = False
        """The model has ended its turn: whatever follows it invents."""
        self.thought_aloud = False
        """What was given so far were thoughts: their end was marked, their beginning was not."""
        self._held = ""
        self._thinking = False
        self._channel: str | None = None
        """Name of the channel as far as it has been read; None outside such a name."""
        self._in_role = False
        self._spoke = False

    def read(self, character: str) -> str:
        """Return what has become certain to be prose with one more character of output."""
        self.thought_aloud = False
        character = _CHARACTERS[character]
        if self._held:
            return self._in_tag(character)
        if character in ("<", "["):
            self._held = character
            return ""
        return self._given(character)

    def end(self) -> str:
        """Return what was held back."""
        held, self._held = self._held, ""
        return self._given(held)

    def _in_tag(self, character: str) -> str:
        if character == (">" if self._held[0] == "<" else "]"):
            tag, self._held = self._held + character, ""
            return self._tag(tag)
        tag = self._held + character
        plain = character == "\n" or character in "<[" or len(tag) > _LONGEST_TAG
        if not (plain and tag != "<<") and _may_be_tag(tag):
            self._held = tag
            return ""
        held, self._held = self._held, ""
        return self._given(held) + self.read(character)

    def _tag(self, tag: str) -> str:
        closes = tag[1] == "/"
        name = tag.strip("<>[]/|｜ ").split(" ")[0].casefold().replace("｜", "")
        if name in _THOUGHTS:
            return self._thought(closes)
        if tag[0] == "[" and name not in ("inst", "tool_calls", "sys"):
            return self._given(tag)
        if name == "channel":
            self._channel, self._in_role, self._thinking = "", False, False
        elif name in _ROLE_ENDS:
            self._thinking = self._channel not in (None, "") and not str(self._channel).strip().startswith("final")
            self._channel, self._in_role = None, False
        elif name in _ENDS and (closes or "|" in tag or "｜" in tag or name != "s"):
            self.over = self._spoke and not self._thinking
            self._thinking = False
        elif name in _BEGINS:
            self.over = self._spoke
            self._thinking, self._in_role = False, name not in ("user", "assistant", "begin_of_text")
        elif name in _LINES:
            return self._given("\n")
        return ""

    def _thought(self, closes: bool) -> str:
        if closes and not self._thinking:
            self.thought_aloud = True
            self._spoke = False
        self._thinking = not closes
        return ""

    def _given(self, text: str) -> str:
        if self._channel is not None:
            self._channel += text
            return ""
        if self._in_role:
            self._in_role = "\n" not in text
            return ""
        if self._thinking or self.over:
            return ""
        self._spoke = self._spoke or bool(text.strip())
        return text


def visible(text: str) -> str:
    """Return a text without invisible characters and tags, every kind of white space a space or a newline."""
    return str(_TAG.sub("", visible_with_tags(text)))


def visible_with_tags(text: str) -> str:
    """Return a text without invisible characters, every kind of white space a space or a newline."""
    return "".join(map(_CHARACTERS.__getitem__, text))


def _may_be_tag(tag: str) -> bool:
    if tag[0] == "[":
        return _MARKS_ONLY.fullmatch(tag) is not None
    return _TAG_BEGINS.match(tag) is not None


class _Characters(dict[str, str]):
    """What becomes of each character, found out when it is first met."""

    def __missing__(self, character: str) -> str:
        made = self[character] = _made(character)
        return made


def _made(character: str) -> str:
    if character in _LINE_ENDS:
        return "\n"
    if character in _JOINERS:
        return character
    if character.isspace():
        return " "
    if unicodedata.category(character)[0] == "C" or regex.match(r"\p{Default_Ignorable_Code_Point}", character):
        return ""
    return character


_CHARACTERS = _Characters()
