"""JSON that a model writes where prose was asked for, back to prose with ids in brackets. Pure."""

from __future__ import annotations

import json

import regex

from retrieval.answers.words import words_in
from retrieval.writing.unwrapping import visible

_IDS = regex.compile(r"[\s\[(【]*\d{1,3}\.\d{1,3}(?:[\s,;\[\]()-]*\d{1,3}\.\d{1,3})*[\s\])】]*")
_NUMBER = regex.compile(r"[\d.]+")
_WITHOUT_PROSE = words_in(
    "source sources reference references citation citations cite cites quote quotes evidence id ids sentence_ids "
    "question query title url link links language lang confidence score reasoning reason thought thoughts thinking "
    "analysis notes note date published author type role model"
)
"""Keys under which only ids count."""


class JsonReader:
    """Reads one JSON value character by character, however broken it is, and gives the prose in it."""

    def __init__(self) -> None:
        """Begin before the value."""
        self.closed = False
        self._open: list[str] = []
        self._keys: list[str] = []
        """For each open object or list the key that was read last in it."""
        self._string: list[str] | None = None
        self._escaped = False
        self._value: str | None = None
        """A string that has been read, until it is known whether it is a key."""
        self._number = ""
        self._gave_ids = False

    def read(self, character: str) -> str:
        """Return the prose that has become certain with one more character."""
        if self._string is not None:
            self._in_string(character)
            return ""
        if character.isspace():
            return ""
        if self._value is not None and character == ":":
            self._keys[-1:] = [self._value.casefold()]
            self._value = None
            return ""
        given = self._given() if character in ",]}" or self._value is not None else ""
        return given + self._structure(character)

    def end(self) -> str:
        """Return what is left of a value that was not closed."""
        if self._string is not None:
            self._value, self._string = self._decoded(), None
        return self._given()

    def _structure(self, character: str) -> str:
        if character == '"':
            self._string = []
        elif character in "{[":
            self._open.append(character)
            self._keys.append("")
        elif character in "]}" and self._open:
            self._open.pop()
            self._keys.pop()
            self.closed = not self._open
            return "\n" if character == "}" or self.closed else ""
        elif _NUMBER.fullmatch(character):
            self._number += character
        return ""

    def _in_string(self, character: str) -> None:
        assert self._string is not None
        if character == '"' and not self._escaped:
            self._value, self._string = self._decoded(), None
            return
        self._escaped = character == "\\" and not self._escaped
        self._string.append(character)

    def _decoded(self) -> str:
        written = "".join(self._string or ())
        self._escaped = False
        try:
            return visible(str(json.loads(f'"{written}"', strict=False)))
        except ValueError:
            return visible(written.replace("\\n", "\n").replace("\\", ""))

    def _given(self) -> str:
        value = self._number if self._value is None else self._value
        self._value, self._number = None, ""
        if _IDS.fullmatch(value):
            line, self._gave_ids = "" if self._gave_ids else "\n", True
            return f"{line}[{', '.join(regex.findall(r'[0-9]+[.][0-9]+', value))}] "
        if not value or _NUMBER.fullmatch(value) or not _WITHOUT_PROSE.isdisjoint(self._keys):
            return ""
        self._gave_ids = False
        return f"\n{value}\n" if self._open and self._open[-1] == "[" else f" {value} "
