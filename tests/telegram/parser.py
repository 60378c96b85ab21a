"""Telegram's own parser of formatted text, as the official Bot API server runs it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tdjson import td_execute

PARSE_MODES = {
    "HTML": {"@type": "textParseModeHTML"},
    "MarkdownV2": {"@type": "textParseModeMarkdown", "version": 2},
}


class ParseError(Exception):
    """The server refuses the text, in the words of the message."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A formatted run of text: kind as in `Bold`, place in UTF-16 code units, address for links."""

    kind: str
    offset: int
    length: int
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """Text and formatting once the tags are gone."""

    text: str
    entities: tuple[Entity, ...]

    def slices(self, kind: str) -> list[str]:
        """Return the text of every entity of a kind, in order."""
        return [self._slice(entity) for entity in self.entities if entity.kind == kind]

    def links(self) -> list[tuple[str, str]]:
        """Return text and address of every link."""
        return [(self._slice(entity), entity.url) for entity in self.entities if entity.url is not None]

    def trimmed(self) -> Parsed:
        """Return the text without white space around it, as the server stores it."""
        text = self.text.strip()
        shift = _units(self.text[: len(self.text) - len(self.text.lstrip())])
        end = _units(text)
        moved = (
            Entity(one.kind, max(one.offset - shift, 0), min(one.length, end - max(one.offset - shift, 0)), one.url)
            for one in self.entities
        )
        return Parsed(text, tuple(entity for entity in moved if entity.length > 0))

    def _slice(self, entity: Entity) -> str:
        encoded = self.text.encode("utf-16-le")
        return encoded[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le")


def parse(text: str, parse_mode: str | None) -> Parsed:
    """Parse a text as the server would.

    Raises:
        ParseError: with the server's words.
    """
    if parse_mode is None:
        return Parsed(text, ())
    if parse_mode not in PARSE_MODES:
        raise ParseError("unsupported parse_mode")
    answer = _execute({"@type": "parseTextEntities", "text": text, "parse_mode": PARSE_MODES[parse_mode]})
    if answer["@type"] == "error":
        raise ParseError(answer["message"])
    entities = (
        Entity(
            one["type"]["@type"].removeprefix("textEntityType"), one["offset"], one["length"], one["type"].get("url")
        )
        for one in answer["entities"]
    )
    return Parsed(answer["text"], tuple(entities))


def _execute(request: dict[str, Any]) -> dict[str, Any]:
    answer = td_execute(json.dumps(request).encode())
    if answer is None:
        raise RuntimeError(f"tdjson does not know {request['@type']}")
    result: dict[str, Any] = json.loads(answer)
    return result


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


_execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})
