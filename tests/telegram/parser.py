"""Telegram's own parser of formatted text, as the official Bot API server runs it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape
from typing import Any

from tdjson import td_execute

PARSE_MODES = {
    "HTML": {"@type": "textParseModeHTML"},
    "MarkdownV2": {"@type": "textParseModeMarkdown", "version": 2},
}

BOT_API_KINDS = {
    "BlockQuote": "blockquote",
    "BotCommand": "bot_command",
    "EmailAddress": "email",
    "ExpandableBlockQuote": "expandable_blockquote",
    "PhoneNumber": "phone_number",
    "PreCode": "pre",
    "TextUrl": "text_link",
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

    def bot_api_entities(self) -> list[dict[str, Any]]:
        """Return the formatting in the form that messages have in updates."""
        return [
            {
                "type": BOT_API_KINDS.get(one.kind, one.kind.lower()),
                "offset": one.offset,
                "length": one.length,
                **({"url": one.url} if one.url is not None else {}),
            }
            for one in self.entities
        ]

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
    return Parsed(answer["text"], _entities(answer["entities"]))


def cleaned(text: str) -> str:
    """Return a text without the characters that the server drops, and with spaces for others."""
    result: str = _execute({"@type": "getMarkdownText", "text": {"@type": "formattedText", "text": text}})["text"]
    return result


def left_out(parsed: Parsed) -> list[str]:
    """Return the kinds of formatting of which the server shows less than it was given, without a word."""
    # Letters instead of the real ones, in which the server could find Markdown.
    neutral = re.sub(r"[^\S\n]", " ", re.sub(r"\S", lambda one: "x" * _units(one[0]), parsed.text))
    request = {"@type": "formattedText", "text": neutral, "entities": [_tdlib_entity(one) for one in parsed.entities]}
    answer = _execute({"@type": "parseMarkdown", "text": request})
    before, after = Parsed(neutral, parsed.entities), Parsed(neutral, _entities(answer.get("entities", [])))
    return sorted(kind for kind in {one.kind for one in parsed.entities} if _is_less(before, after, kind))


def _is_less(given: Parsed, kept: Parsed, kind: str) -> bool:
    if kind.endswith("BlockQuote") and len(kept.slices(kind)) < len(given.slices(kind)):
        return True
    return any(not given.text[place : place + 1].isspace() for place in _places(given, kind) - _places(kept, kind))


def _places(parsed: Parsed, kind: str) -> set[int]:
    return {
        place for one in parsed.entities if one.kind == kind for place in range(one.offset, one.offset + one.length)
    }


def _tdlib_entity(entity: Entity) -> dict[str, Any]:
    details: dict[str, dict[str, Any]] = {
        "TextUrl": {"url": entity.url},
        "MentionName": {"user_id": 1},
        "PreCode": {"language": "x"},
    }
    kind = {"@type": f"textEntityType{entity.kind}", **details.get(entity.kind, {})}
    return {"@type": "textEntity", "offset": entity.offset, "length": entity.length, "type": kind}


def is_link(url: str) -> bool:
    """Return whether the server lets a text or a button lead to an address; those without a dot in the host not."""
    parsed = parse(f'<a href="{escape(url)}">x</a>', "HTML")
    return bool(parsed.entities)


def found_in(text: str) -> list[dict[str, Any]]:
    """Return the commands, mentions, addresses and the like that the server marks in a text that a user sends."""
    answer = _execute({"@type": "getTextEntities", "text": text})
    return Parsed(text, _entities(answer["entities"])).bot_api_entities()


def _entities(found: list[dict[str, Any]]) -> tuple[Entity, ...]:
    return tuple(
        Entity(
            one["type"]["@type"].removeprefix("textEntityType"), one["offset"], one["length"], one["type"].get("url")
        )
        for one in found
    )


def _execute(request: dict[str, Any]) -> dict[str, Any]:
    answer = td_execute(json.dumps(request).encode())
    if answer is None:
        raise RuntimeError(f"tdjson does not know {request['@type']}")
    result: dict[str, Any] = json.loads(answer)
    return result


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


_execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})
