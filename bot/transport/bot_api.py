"""Requests to the Bot API: whatever a server, proxy or network sends back becomes one of Telegram's own errors."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import warnings
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx
from telegram import Message, TelegramObject, Update, User, WebhookInfo
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest
from telegram.warnings import PTBDeprecationWarning

TELEGRAM = "https://api.telegram.org"
CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
REQUEST_SECONDS = 60.0
"""The longest that any request takes, in case a server sends its answer byte by byte."""
CONNECTIONS = 64
MAX_FLOOD_SECONDS = 300.0
"""The longest that fetching and starting wait when Telegram asks for patience; replies wait for as long as it asks."""
UNEXPLAINED_FLOOD_SECONDS = 5
"""How long to wait when a proxy's 429 does not say."""

_FINAL_STATUSES = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN)
"""What the Bot API says with these is final; what anything before it says with them is not."""
_REFUSALS = (RetryAfter, BadRequest, Forbidden, InvalidToken, Conflict, ChatMigrated)
_NEVER_SENT = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol,
    httpx.LocalProtocolError, httpx.InvalidURL,
)  # fmt: skip
_RESULTS: dict[str, type[TelegramObject]] = {
    "sendmessage": Message, "senddocument": Message, "editmessagetext": Message, "editmessagereplymarkup": Message,
    "getme": User, "getwebhookinfo": WebhookInfo,
}  # fmt: skip
"""What the methods in use return, as far as it is more than true."""

# Every flood error warns that the type of its `retry_after` will change; `flood_seconds` reads both types.
warnings.filterwarnings("ignore", ".*retry_after", PTBDeprecationWarning)


class BotApiRequest(HTTPXRequest):
    """HTTP to a Bot API server that may be down, behind a captive portal, or answer half a page of HTML.

    Bodies that are not the Bot API's never get into an error's text or a log: they could hold a reader's words.
    """

    def __init__(self, api_url: str | None = None) -> None:
        super().__init__(
            connection_pool_size=CONNECTIONS,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            write_timeout=READ_SECONDS,
            pool_timeout=READ_SECONDS,
            # A server on this machine is never behind the proxy that the environment may name.
            httpx_kwargs={"trust_env": not _is_local(api_url)},
        )

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Send a request; return the status and a body that is a JSON object of the Bot API's form."""
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                status, payload = await super().do_request(*args, **kwargs)
        except TimeoutError as error:
            raise TimedOut from error
        fields = _fields(payload)
        if HTTPStatus.OK <= status <= 299:
            if fields is None or "result" not in fields or not _fits_method(_url(*args, **kwargs), fields["result"]):
                raise NetworkError("the server's answer is not one of the Bot API")
            return status, payload
        if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise BadRequest("Request Entity Too Large")  # the same request would be refused again
        if fields is None and status in _FINAL_STATUSES:
            raise NetworkError(f"a proxy answered with status {status}")
        if fields is None or (status == HTTPStatus.TOO_MANY_REQUESTS and not fields.get("parameters")):
            return status, _error_body(status)
        return status, payload


class PollingRequest(BotApiRequest):
    """Requests for updates: one update that cannot be read must not keep all later ones from coming."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Send a request for updates; return a body in which every update can be read, if only as an empty one."""
        status, payload = await super().do_request(*args, **kwargs)
        if not HTTPStatus.OK <= status <= 299:
            return status, payload
        result = json.loads(payload)["result"]
        if isinstance(result, list):
            result = [readable(update) for update in result if _has_id(update)]
            return status, json.dumps({"ok": True, "result": result}).encode()
        raise NetworkError("the server's answer to getUpdates is not a list")


def flood_seconds(error: RetryAfter) -> float:
    """Return how many seconds Telegram asks to wait, and half a second for its clock and ours."""
    wait = error.retry_after
    return 0.5 + (wait.total_seconds() if isinstance(wait, timedelta) else float(wait))


def may_have_arrived(error: TelegramError) -> bool:
    """Return whether a request that ended in `error` may all the same have had its effect.

    It has none when the server refuses it and when no connection came about. Everything else leaves it open: the
    connection was lost or the time was up after the request had gone out, or the answer was a 5xx or unreadable.
    """
    return not isinstance(error, _REFUSALS) and not isinstance(error.__cause__, _NEVER_SENT)


def readable(update: dict[str, Any]) -> dict[str, Any]:
    """Return an update's JSON if it can be read, else only its number, so that it can be taken and forgotten."""
    try:
        Update.de_json(update)
    except Exception:  # noqa: BLE001  # any kind of error: the data come from another program
        return {"update_id": update["update_id"]}
    return update


def _url(url: str, *args: Any, **kwargs: Any) -> str:
    return url


def _fits_method(url: str, result: object) -> bool:
    """Return whether a result is of the kind that the method called has: PTB fails on others in many ways."""
    method = url.rpartition("/")[2].lower()
    kind = _RESULTS.get(method)
    if kind is None or (result is True and method.startswith("edit")):
        return True
    try:
        return isinstance(result, dict) and kind.de_json(result) is not None
    except Exception:  # noqa: BLE001  # any kind of error: the data come from another program
        return False


def _is_local(api_url: str | None) -> bool:
    host = urlsplit(api_url).hostname if api_url else None
    if host is None:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _fields(payload: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(payload.decode("utf-8", "replace"))
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _error_body(status: int) -> bytes:
    try:
        description = HTTPStatus(status).phrase
    except ValueError:
        description = "Unknown HTTP status"
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": f"{description} ({status})"}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        body["parameters"] = {"retry_after": UNEXPLAINED_FLOOD_SECONDS}
    return json.dumps(body).encode()


def _has_id(update: object) -> bool:
    return isinstance(update, dict) and type(update.get("update_id")) is int


class DiscreetBot(ExtBot[None]):
    """A bot whose representation, and so that of all that holds it, tells nothing of its token."""

    def __repr__(self) -> str:
        """Return the bot's number, which everybody may know."""
        return f"{type(self).__name__}[{self.token.partition(':')[0]}]"

    __str__ = __repr__


def connected_bot(token: str, api_url: str | None = None) -> DiscreetBot:
    """Return a bot for a Bot API server, Telegram's own when `api_url` is None; nothing is sent yet."""
    server = api_url or TELEGRAM
    return DiscreetBot(
        token,
        base_url=f"{server}/bot",
        base_file_url=f"{server}/file/bot",
        request=BotApiRequest(api_url),
        get_updates_request=PollingRequest(api_url),
    )
