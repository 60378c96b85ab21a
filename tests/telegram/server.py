"""The HTTP side: takes requests, holds them against the schema, and lets the right part carry them out."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from typing import Any

from aiogram.types import BufferedInputFile
from aiohttp import web

from tests.telegram.delivery import ClosedError, Delivery
from tests.telegram.faults import Fault, Weather
from tests.telegram.limits import flood
from tests.telegram.messages import Messages
from tests.telegram.profile import Profile
from tests.telegram.records import Fields, RefusedError, Request
from tests.telegram.schema import decoded, faults
from tests.telegram.state import State
from tests.telegram.webhook import Postman

MAX_REQUEST = 60 * 1024 * 1024


class Server:
    """A Bot API server for one bot. Everything happens in one event loop."""

    def __init__(self, token: str, port: int = 0) -> None:
        self.token = token
        self.port = port
        self.state = State()
        self.changed = asyncio.Condition()
        self.delivery = Delivery(self.state, self.changed)
        self.postman = Postman(self.state, self.delivery, self.changed)
        self.messages = Messages(self.state)
        self.profile = Profile(self.state)
        self.faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self.weather: Weather | None = None
        self._calls: Counter[str] = Counter()
        self._runner: web.AppRunner | None = None
        self._methods = self._known_methods()

    async def start(self) -> None:
        """Listen; on the same port as before if this is not the first time."""
        app = web.Application(client_max_size=MAX_REQUEST)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.postman.go_on()

    async def close(self) -> None:
        """Stop listening, and posting to a webhook."""
        await self.postman.pause()
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await self.delivery.interrupt(closing=True)
            await runner.cleanup()

    def _known_methods(self) -> dict[str, Callable[[Fields], Any]]:
        messages, profile = self.messages, self.profile
        return {
            "getupdates": self.delivery.poll,
            "setwebhook": self.postman.set,
            "deletewebhook": self.postman.delete,
            "getwebhookinfo": lambda _: self.postman.info(),
            "sendmessage": messages.send_message,
            "senddocument": messages.send_document,
            "sendchataction": messages.send_chat_action,
            "editmessagetext": messages.edit_text,
            "editmessagecaption": messages.edit_caption,
            "editmessagereplymarkup": messages.edit_keyboard,
            "deletemessage": messages.delete,
            "deletemessages": messages.delete_several,
            "answercallbackquery": messages.answer_press,
            "getme": self._get_me,
            "setmycommands": profile.set_commands,
            "getmycommands": profile.commands,
            "deletemycommands": profile.delete_commands,
            "setmyname": lambda fields: profile.set_text("name", fields),
            "getmyname": lambda fields: profile.text("name", fields),
            "setmydescription": lambda fields: profile.set_text("description", fields),
            "getmydescription": lambda fields: profile.text("description", fields),
            "setmyshortdescription": lambda fields: profile.set_text("short_description", fields),
            "getmyshortdescription": lambda fields: profile.text("short_description", fields),
            "getchat": profile.chat,
            "getchatmember": profile.member,
            "getchatadministrators": profile.administrators,
        }

    def _get_me(self, _: Fields) -> Fields:
        # A library asks this once, when it starts.
        self.state.runs += 1
        self.messages.rates.start_anew()
        return self.profile.me()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        fault = self._fault(method)
        if fault is not None and not fault.late:
            self.state.requests.append(Request(method, {}, time.monotonic()))
            await self.delivery.notify()
            return _faulty(request, fault)
        try:
            if request.match_info["token"] != self.token:
                raise RefusedError(401, "Unauthorized")
            fields = await _fields(request, method)
            self.state.requests.append(Request(method, fields, time.monotonic()))
            response = web.json_response({"ok": True, "result": await self._call(method, fields)})
            if fault is not None and method == "answercallbackquery":
                self.state.presses[fields["callback_query_id"]].lost = True
        except RefusedError as refusal:
            response = _refused(refusal)
        except ClosedError:
            fault, response = Fault(drop=True), web.Response()
        await self.delivery.notify()
        return response if fault is None else _faulty(request, fault)

    def _fault(self, method: str) -> Fault | None:
        count = self._calls[method]
        self._calls[method] += 1
        if waiting := self.faults[method]:
            return waiting.popleft()
        return None if self.weather is None else self.weather(method, count)

    async def _call(self, method: str, fields: Fields) -> Any:
        if found := faults(method, fields):
            self.state.violations += found
            raise RefusedError(400, f"Bad Request: {found[0]}")
        if method not in self._methods:
            self.state.violations.append(f"{method}: the double does not know it yet")
            raise RefusedError(404, "Not Found: method not found")
        result = self._methods[method](fields)
        return await result if inspect.isawaitable(result) else result


async def _fields(request: web.Request, method: str) -> Fields:
    if request.content_type == "application/json":
        values: Fields = await request.json()
        return values
    form: dict[str, str] = dict(request.query)
    files: Fields = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = BufferedInputFile(value.file.read(), value.filename)
        else:
            form[name] = str(value)
    attached = {
        name: files.pop(value.removeprefix("attach://")) for name, value in form.items() if _names(value, files)
    }
    return decoded(method, form) | attached | files


def _names(value: str, files: Fields) -> bool:
    return value.startswith("attach://") and value.removeprefix("attach://") in files


def _refused(refusal: RefusedError) -> web.Response:
    body: Fields = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.retry_after is not None:
        body["parameters"] = {"retry_after": refusal.retry_after}
    return web.json_response(body, status=refusal.status)


def _faulty(request: web.Request, fault: Fault) -> web.Response:
    if fault.drop and request.transport is not None:
        request.transport.abort()
    if fault.retry_after is not None:
        return _refused(flood(fault.retry_after))
    return web.Response(status=fault.status, text=fault.body)
