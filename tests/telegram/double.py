"""A strict stand-in for the Bot API server: real HTTP, Telegram's own parser, message state, limits and faults.

It runs in a thread of the test's process. Anything the real server would refuse or silently spoil is kept in
`violations`, which a test expects to be empty at its end.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.telegram.parser import Parsed, ParseError, parse
from tests.telegram.schema import decoded, faults

TOKEN = "123456:TEST-token"
BOT_ID = 123456
BOT_NAME = "citegram_test_bot"

MAX_CODE_POINTS = 4096
MAX_REQUEST_BYTES = 32_768
MAX_ENTITIES = 100
CHAT_BURST = 5
"""Messages a chat takes at once; after that one a second."""
GROUP_PER_MINUTE = 20
OVERALL_PER_SECOND = 30

Result = TypeVar("Result")


class RefusedError(Exception):
    """The server refuses a request: HTTP status, description and, for floods, the seconds to wait."""

    def __init__(self, status: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.status, self.description, self.retry_after = status, description, retry_after


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a request instead of its answer.

    With `drop` the connection is closed. With `late` the request is carried out first, and only the answer is lost.
    """

    status: int = 502
    body: str = "<html><body>Bad Gateway</body></html>"
    retry_after: int | None = None
    drop: bool = False
    late: bool = False


FLOOD = Fault(status=429, retry_after=1)
BAD_GATEWAY = Fault(status=502)
GARBAGE = Fault(status=200, body='{"ok":true,"res')
NOT_THE_BOT_API = Fault(status=200, body="<html>Please log in to the hotel's network</html>")
DROPPED = Fault(drop=True)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that the bot has sent."""

    message_id: int
    chat_id: int
    parsed: Parsed
    reply_to: int | None
    topic: int | None
    at: float

    @property
    def text(self) -> str:
        """Return the text as the reader sees it."""
        return self.parsed.text

    @property
    def quotes(self) -> list[str]:
        """Return the text of every expandable blockquote."""
        return self.parsed.slices("ExpandableBlockQuote")


@dataclass(frozen=True, slots=True)
class Request:
    """A request that came in."""

    method: str
    fields: dict[str, Any]
    at: float


@dataclass
class Chat:
    """A chat as the server keeps it."""

    id: int
    kind: str = "private"
    blocked: bool = False
    sent: list[Sent] = field(default_factory=list)
    message_ids: set[int] = field(default_factory=set)
    recent: deque[float] = field(default_factory=deque)


class TelegramDouble:
    """The server. Tests may call its methods from any thread; they return when the server has done its part."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.violations: list[str] = []
        self.requests: list[Request] = []
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="telegram-double")
        self._runner: web.AppRunner | None = None
        self._changed = asyncio.Condition()
        self._chats: dict[int, Chat] = {}
        self._updates: list[dict[str, Any]] = []
        self._last_update = 1000
        self._last_message = 0
        self._poller: object = None
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._all_recent: deque[float] = deque()

    # Life

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        """Return the address for TELEGRAM_API_URL."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Stop listening: connections are refused from now on. State is kept for `restart`."""
        self._do(self._close())

    def restart(self) -> None:
        """Listen again on the same port."""
        self._do(self._start())

    # What users do

    def send_text(self, user_id: int, text: str, *, chat: int | None = None, **more: Any) -> int:
        """Let a user send text, in private or to the group `chat` (a negative id); return the update's id."""
        return self.send(user_id, {"text": text, "entities": _entities(text), **more}, chat=chat)

    def send(self, user_id: int, content: dict[str, Any], *, chat: int | None = None) -> int:
        """Let a user send a message with any content, as in `{"photo": [...]}`; return the update's id."""
        return self._do(self._deliver(user_id, user_id if chat is None else chat, content))

    def push(self, **update: Any) -> int:
        """Put a raw update before the bot, whatever it asked for; return the update's id."""
        return self._do(self._enqueue(update))

    def block(self, user_id: int) -> None:
        """Let a user block the bot."""
        self._do(self._in_loop(lambda: setattr(self._chat(user_id), "blocked", True)))

    # Faults

    def fail(self, method: str, fault: Fault, times: int = 1) -> None:
        """Let the next calls of a method end in `fault`."""
        self._do(self._in_loop(lambda: self._faults[method.lower()].extend([fault] * times)))

    def steal_polling(self) -> None:
        """Be another process that polls with the same token, once: the request under way ends with 409."""
        self._do(self._steal())

    # What tests look at

    def messages(self, chat_id: int) -> list[Sent]:
        """Return what the bot has sent to a chat, in order."""
        return self._do(self._in_loop(lambda: list(self._chat(chat_id).sent)))

    def wait_for_messages(self, chat_id: int, count: int, timeout: float = 10.0) -> list[Sent]:
        """Return what the bot has sent to a chat as soon as that is at least `count` messages."""
        self.wait_for(lambda: len(self._chat(chat_id).sent) >= count, f"{count} messages in chat {chat_id}", timeout)
        return self.messages(chat_id)

    def wait_for_requests(self, method: str, count: int = 1, timeout: float = 10.0) -> list[Request]:
        """Return the calls of a method as soon as there are at least `count`."""
        self.wait_for(lambda: len(self.calls(method)) >= count, f"{count} calls of {method}", timeout)
        return self.calls(method)

    def calls(self, method: str) -> list[Request]:
        """Return the calls of a method so far."""
        return [request for request in list(self.requests) if request.method == method.lower()]

    def wait_for(self, condition: Callable[[], bool], what: str, timeout: float = 10.0) -> None:
        """Return when `condition` holds; it is looked at after every request."""
        try:
            self._do(self._wait(condition, timeout))
        except TimeoutError:
            methods = [request.method for request in self.requests[-20:]]
            raise AssertionError(f"no {what} within {timeout} s; last requests: {methods}") from None

    def unconfirmed(self) -> int:
        """Return how many updates the bot has not yet confirmed."""
        return len(self._updates)

    # The server

    def _do(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _in_loop(self, action: Callable[[], Result]) -> Result:
        return action()

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _close(self) -> None:
        if self._runner is not None:
            runner, self._runner = self._runner, None
            self._poller = None
            await self._notify()
            await runner.cleanup()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _wait(self, condition: Callable[[], bool], timeout: float) -> None:
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(condition), timeout)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        waiting = self._faults[method]
        fault = waiting.popleft() if waiting else None
        if fault is not None and not fault.late:
            self.requests.append(Request(method, {}, time.monotonic()))
            await self._notify()
            return _faulty(request, fault)
        try:
            if request.match_info["token"] != self.token:
                raise RefusedError(401, "Unauthorized")
            fields = await _fields(request, method)
            self.requests.append(Request(method, fields, time.monotonic()))
            self._check(method, fields)
            response = web.json_response({"ok": True, "result": await self._call(method, fields)})
        except RefusedError as refusal:
            response = _refused(refusal)
        await self._notify()
        return response if fault is None else _faulty(request, fault)

    def _check(self, method: str, fields: dict[str, Any]) -> None:
        found = faults(method, fields)
        self.violations += found
        if found:
            raise RefusedError(400, f"Bad Request: {found[0]}")

    async def _call(self, method: str, fields: dict[str, Any]) -> Any:
        match method:
            case "getme":
                return _me()
            case "deletewebhook":
                return True
            case "getupdates":
                return await self._get_updates(fields)
            case "sendchataction":
                self._open_chat(fields["chat_id"])
                return True
            case "sendmessage":
                return self._send_message(fields)
            case _:
                self.violations.append(f"{method}: the double does not know it yet")
                raise RefusedError(404, "Not Found: method not found")

    async def _get_updates(self, fields: dict[str, Any]) -> list[dict[str, Any]]:
        me = self._poller = object()
        offset = fields.get("offset", 0)
        self._updates = [update for update in self._updates if update["update_id"] >= offset]
        timeout = fields.get("timeout", 0)
        async with self._changed:
            self._changed.notify_all()
            if timeout and not self._updates:
                with suppress(TimeoutError):
                    await asyncio.wait_for(
                        self._changed.wait_for(lambda: self._updates or self._poller is not me), timeout
                    )
        if self._poller is not me:
            raise RefusedError(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            )
        return self._updates[: fields.get("limit", 100)]

    async def _steal(self) -> None:
        self._poller = object()
        await self._notify()

    def _send_message(self, fields: dict[str, Any]) -> dict[str, Any]:
        parsed = self._parsed(fields)
        chat = self._open_chat(fields["chat_id"])
        reply_to = self._reply_target(chat, fields.get("reply_parameters") or {})
        self._limit_rate(chat)
        self._last_message += 1
        topic = fields.get("message_thread_id")
        chat.message_ids.add(self._last_message)
        chat.sent.append(Sent(self._last_message, chat.id, parsed, reply_to, topic, time.monotonic()))
        return {
            "message_id": self._last_message,
            "date": int(time.time()),
            "chat": _chat_fields(chat),
            "from": _me(),
            "text": parsed.text,
        }

    def _parsed(self, fields: dict[str, Any]) -> Parsed:
        if len(fields["text"].encode()) > MAX_REQUEST_BYTES:
            raise self._violation("text is too long")
        try:
            parsed = parse(fields["text"], fields.get("parse_mode")).trimmed()
        except ParseError as error:
            raise self._violation(str(error)) from None
        if not parsed.text:
            raise self._violation("message text is empty")
        if len(parsed.text) > MAX_CODE_POINTS:
            raise self._violation("message is too long")
        if len(parsed.text.encode("utf-16-le")) // 2 > MAX_CODE_POINTS:
            self.violations.append("more than 4096 UTF-16 units")
        if len(parsed.entities) > MAX_ENTITIES:
            self.violations.append("more than 100 entities")
        return parsed

    def _violation(self, description: str) -> RefusedError:
        self.violations.append(description)
        return RefusedError(400, f"Bad Request: {description}")

    def _open_chat(self, chat_id: int) -> Chat:
        if chat_id not in self._chats:
            raise RefusedError(400, "Bad Request: chat not found")
        chat = self._chats[chat_id]
        if chat.blocked:
            raise RefusedError(403, "Forbidden: bot was blocked by the user")
        return chat

    def _reply_target(self, chat: Chat, parameters: dict[str, Any]) -> int | None:
        target = parameters.get("message_id")
        if target is None or target in chat.message_ids:
            return target
        if parameters.get("allow_sending_without_reply"):
            return None
        raise RefusedError(400, "Bad Request: message to be replied not found")

    def _limit_rate(self, chat: Chat) -> None:
        now = time.monotonic()
        _forget(chat.recent, now - 60)
        _forget(self._all_recent, now - 1)
        # A burst of messages is let through, after that one a second.
        in_burst = sum(at > now - CHAT_BURST for at in chat.recent)
        if chat.kind != "private" and len(chat.recent) >= GROUP_PER_MINUTE:
            raise _flood(chat.recent[0] + 60 - now)
        if in_burst >= CHAT_BURST:
            raise _flood(1)
        if len(self._all_recent) >= OVERALL_PER_SECOND:
            raise _flood(1)
        chat.recent.append(now)
        self._all_recent.append(now)

    # Updates

    async def _deliver(self, user_id: int, chat_id: int, content: dict[str, Any]) -> int:
        chat = self._chat(chat_id)
        self._last_message += 1
        chat.message_ids.add(self._last_message)
        message = {
            "message_id": self._last_message,
            "date": int(time.time()),
            "chat": _chat_fields(chat),
            "from": _user(user_id),
            **content,
        }
        return await self._enqueue({"message": message})

    async def _enqueue(self, update: dict[str, Any]) -> int:
        self._last_update += 1
        self._updates.append({"update_id": self._last_update, **update})
        await self._notify()
        return self._last_update

    def _chat(self, chat_id: int) -> Chat:
        return self._chats.setdefault(chat_id, Chat(chat_id, "private" if chat_id > 0 else "supergroup"))


def _me() -> dict[str, Any]:
    return {
        "id": BOT_ID,
        "is_bot": True,
        "first_name": "Citegram",
        "username": BOT_NAME,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }


def _user(user_id: int) -> dict[str, Any]:
    return {"id": user_id, "is_bot": False, "first_name": f"Reader{user_id}", "language_code": "en"}


def _chat_fields(chat: Chat) -> dict[str, Any]:
    name = {"first_name": f"Reader{chat.id}"} if chat.kind == "private" else {"title": "Group"}
    return {"id": chat.id, "type": chat.kind, **name}


def _entities(text: str) -> list[dict[str, Any]]:
    """Mark commands and names as Telegram's servers do; only for texts within the basic plane."""
    found = [("bot_command", match) for match in re.finditer(r"(?<!\S)/\w{1,32}(@\w+)?", text)]
    found += [("mention", match) for match in re.finditer(r"(?<!\S)@\w{3,32}", text)]
    return [{"type": kind, "offset": match.start(), "length": len(match.group())} for kind, match in found]


async def _fields(request: web.Request, method: str) -> dict[str, Any]:
    if request.content_type == "application/json":
        values: dict[str, Any] = await request.json()
        return values
    form = {**request.query, **{name: str(value) for name, value in (await request.post()).items()}}
    return decoded(method, form)


def _refused(refusal: RefusedError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.retry_after is not None:
        body["parameters"] = {"retry_after": refusal.retry_after}
    return web.json_response(body, status=refusal.status)


def _faulty(request: web.Request, fault: Fault) -> web.Response:
    if fault.drop and request.transport is not None:
        request.transport.abort()
    if fault.retry_after is not None:
        return _refused(_flood(fault.retry_after))
    return web.Response(status=fault.status, text=fault.body)


def _flood(seconds: float) -> RefusedError:
    wait = max(1, round(seconds))
    return RefusedError(429, f"Too Many Requests: retry after {wait}", wait)


def _forget(times: deque[float], before: float) -> None:
    while times and times[0] < before:
        times.popleft()
