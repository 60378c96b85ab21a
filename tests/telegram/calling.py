"""Requests to the double without a library in between, for its own tests."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from tests.telegram.double import TOKEN, TelegramDouble

READER = 7
OTHER_READER = 8
GROUP = -1001


def call(double: TelegramDouble, method: str, token: str = TOKEN, **fields: Any) -> tuple[int, dict[str, Any]]:
    """Return the status and the body of the server's answer."""
    request = urllib.request.Request(
        f"{double.url}/bot{token}/{method}", json.dumps(fields).encode(), {"Content-Type": "application/json"}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def result(double: TelegramDouble, method: str, **fields: Any) -> Any:
    """Return the result of a request that must succeed."""
    status, body = call(double, method, **fields)
    assert status == 200, body
    return body["result"]


def keyboard(*rows: dict[str, str] | str) -> dict[str, Any]:
    """Return a keyboard with a button in each row, given by its data or in full."""
    buttons = [{"text": row, "callback_data": row} if isinstance(row, str) else row for row in rows]
    return {"inline_keyboard": [[button] for button in buttons]}


def updates(double: TelegramDouble, **fields: Any) -> list[dict[str, Any]]:
    """Return what the bot gets when it asks for updates."""
    found: list[dict[str, Any]] = result(double, "getUpdates", **fields)
    return found
