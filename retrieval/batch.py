"""Questions from JSON Lines, for `ask --batch`."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from retrieval.models import Answer, Question, Turn

_ROLES = ("user", "assistant")


class BadLine(Exception):
    """A line that holds no question; `answer` is what stands in its place."""

    def __init__(self, reason: str, line_id: str | int | None = None, question: str = "") -> None:
        """Say what is wrong with the line."""
        super().__init__(reason)
        self.answer = Answer(
            "error",
            f"This line holds no question: {reason}.",
            question,
            id=line_id,
            timings={"total": 0.0},
            error=reason,
        )


def read_question(line: bytes) -> Question:
    """Return the question of one line: `id`, `question`, optional `history` and `asked_on`.

    Raises:
        BadLine: it is not UTF-8, not a JSON object, or a field has a wrong value.
    """
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadLine("it is not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise BadLine(f"it is not JSON ({str(error).splitlines()[0]})") from None
    if not isinstance(record, dict):
        raise BadLine("it is not a JSON object")
    line_id = record.get("id")
    if isinstance(line_id, bool) or not isinstance(line_id, str | int | None):
        raise BadLine("`id` must be a string or a whole number")
    text = record.get("question")
    if not isinstance(text, str) or not text.strip():
        raise BadLine("`question` must be text that is not empty", line_id)
    try:
        return Question(without_surrogates(text).strip(), _history(record), _day(record), line_id)
    except ValueError as error:
        raise BadLine(str(error), line_id, without_surrogates(text)) from None


def without_surrogates(text: str) -> str:
    """Return text that can be written as UTF-8: lone surrogates become U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _history(record: dict[str, Any]) -> tuple[Turn, ...]:
    turns = record.get("history") or []
    if not isinstance(turns, list):
        raise ValueError("`history` must be a list of {role, content}")
    for turn in turns:
        if not isinstance(turn, dict) or turn.get("role") not in _ROLES or not isinstance(turn.get("content"), str):
            raise ValueError("`history` must be a list of {role, content}, with role user or assistant")
    return tuple(Turn(turn["role"], without_surrogates(turn["content"])) for turn in turns)


def _day(record: dict[str, Any]) -> date | None:
    value = record.get("asked_on")
    if value is None:
        return None
    try:
        return date.fromisoformat(value[:10] if isinstance(value, str) else "")
    except ValueError:
        raise ValueError("`asked_on` must be a date such as 2026-03-01") from None
