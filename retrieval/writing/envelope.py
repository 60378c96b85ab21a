"""Prose out of what a model wraps it in: code fences, JSON, emphasis. Pure, character by character."""

from __future__ import annotations

from retrieval.writing.json_prose import JsonReader

_DROPPED = frozenset("*`\\")  # Markdown's emphasis, code and escapes: nothing that prose needs


class Envelope:
    """Reads visible output and gives the prose in it."""

    def __init__(self) -> None:
        """Begin at the start of a line."""
        self._json: JsonReader | None = None
        self._starts_line = True
        self._ticks = 0
        self._names_code = False
        self._held = ""

    def read(self, character: str) -> str:
        """Return the prose that has become certain with one more character."""
        if self._json is not None:
            return self._in_json(character)
        if self._held:
            return self._after_bracket(character)
        if self._names_code and (character.isalnum() or character in "+-"):
            return ""
        self._names_code = False
        if self._starts_line and character in "`{[":
            return self._begins(character)
        if character in _DROPPED:
            return ""
        self._starts_line = character == "\n" or (self._starts_line and character == " ")
        if character == "\n":
            self._ticks = 0
        return character

    def end(self) -> str:
        """Return what was held back."""
        held, self._held = self._held, ""
        return self._json.end() if self._json is not None else held

    def _in_json(self, character: str) -> str:
        assert self._json is not None
        given = self._json.read(character)
        if self._json.closed:
            self._json = None
            self._starts_line = True
        return given

    def _begins(self, character: str) -> str:
        """Take the first character of a line that may open a code block, an object or a list."""
        if character == "`":
            self._ticks += 1
            self._names_code = self._ticks == 3
        elif character == "{":
            self._json = JsonReader()
            return self._in_json(character)
        else:
            self._held = character
        return ""

    def _after_bracket(self, character: str) -> str:
        """Tell a list of JSON from ids in brackets by what follows the bracket."""
        if character in " \n":
            self._held += character
            return ""
        held, self._held = self._held, ""
        if character in '{"':
            self._json = JsonReader()
            return self._in_json("[") + self._in_json(character)
        self._starts_line = False
        return "" if character == "]" else held + ("" if character in _DROPPED else character)
