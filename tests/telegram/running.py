"""The thread that the server runs in, and ways to wait for what it sees."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from tests.telegram.faults import Fault, Weather
from tests.telegram.records import Fields, Pressed, Request, Sent
from tests.telegram.server import Server
from tests.telegram.webhook import Posted

TOKEN = "123456:TEST-token"

Result = TypeVar("Result")


class Running:
    """A server in a thread. Its methods may be called from any thread; they return when the server did its part."""

    def __init__(self, token: str = TOKEN, port: int = 0) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="telegram-double")
        self._server = Server(token, port)
        self._state = self._server.state

    # Life

    def __enter__(self) -> Self:
        self._thread.start()
        self.restart()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def token(self) -> str:
        """Return the token that requests must come with."""
        return self._server.token

    @property
    def port(self) -> int:
        """Return the port of 127.0.0.1 that the server listens on."""
        return self._server.port

    @property
    def url(self) -> str:
        """Return the address for TELEGRAM_API_URL."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Stop listening: connections are refused from now on. State is kept for `restart`."""
        self._do(self._server.close())

    def restart(self) -> None:
        """Listen again on the same port."""
        self._do(self._server.start())

    # Faults

    def fail(self, method: str, fault: Fault, times: int = 1) -> None:
        """Let the next calls of a method end in `fault`."""
        self._now(lambda: self._server.faults[method.lower()].extend([fault] * times))

    def flood(self, seconds: float, chat_id: int | None = None) -> None:
        """Ban the bot from writing to a chat, or to any chat, for some time: 429 with what is left of it."""
        self._now(lambda: self._server.messages.rates.ban(chat_id, seconds))

    @property
    def weather(self) -> Weather | None:
        """Return what decides over each request that no `fail` is waiting for; see faults.storm."""
        return self._server.weather

    @weather.setter
    def weather(self, weather: Weather | None) -> None:
        self._now(lambda: setattr(self._server, "weather", weather))

    def steal_polling(self) -> None:
        """Be another process that polls with the same token, once: the request under way ends with 409."""
        self._do(self._server.delivery.interrupt())

    def proxied(self, public: str, local: str) -> None:
        """Let posts to the webhook `public` arrive at `local`, as a reverse proxy would."""
        self._now(lambda: self._server.postman.proxies.update({public: local}))

    # What tests look at

    @property
    def violations(self) -> list[str]:
        """Return what the bot should not have asked for, or what would have been spoiled without a word."""
        return self._state.violations

    @property
    def requests(self) -> list[Request]:
        """Return all requests so far."""
        return self._state.requests

    @property
    def posted(self) -> list[Posted]:
        """Return the attempts so far to hand updates over to a webhook."""
        return list(self._server.postman.posted)

    def listen(self, listener: Callable[[str, Sent], None]) -> None:
        """Call `listener`, in the server's thread, whenever a message of the bot is `sent`, `edited` or `deleted`."""
        self._now(lambda: self._state.listeners.append(listener))

    def calls(self, method: str) -> list[Request]:
        """Return the calls of a method so far."""
        return [request for request in list(self.requests) if request.method == method.lower()]

    def unconfirmed(self) -> int:
        """Return how many updates the bot has not yet confirmed."""
        return len(self._server.delivery.updates)

    def messages(self, chat_id: int) -> list[Sent]:
        """Return what the bot has sent to a chat, in order, as it is now; deleted messages are marked."""
        return self._now(lambda: list(self._state.chat(chat_id).sent.values()))

    def message(self, chat_id: int, message_id: int) -> Sent:
        """Return a message of the bot as it is now."""
        return self._now(lambda: self._state.chat(chat_id).sent[message_id])

    def press_answer(self, press_id: str) -> Fields | None:
        """Return the fields of the answer to a pressed button, None if there is none yet."""
        return self._now(lambda: self._state.presses[press_id].answer)

    def unanswered(self) -> list[Pressed]:
        """Return the pressed buttons that the bot has not answered."""
        return self._now(lambda: [press for press in self._state.presses.values() if press.answer is None])

    def menu(self, user_id: int, chat: int | None = None, *, language: str | None = None) -> dict[str, str]:
        """Return the commands that the user's app offers in a chat, each with its description."""

        def look() -> dict[str, str]:
            place = self._state.chat(user_id if chat is None else chat)
            spoken = language or self._state.languages.get(user_id, "en")
            is_admin = place.statuses.get(user_id) == "administrator"
            found = self._server.profile.menu(place, user_id, spoken, is_admin)
            return {one["command"]: one["description"] for one in found}

        return self._now(look)

    def profile_text(self, name: str, language: str = "") -> str:
        """Return the bot's `name`, `description` or `short_description` in a language, "" if none was set."""
        return self._now(lambda: self._server.profile.texts.get((name, language), ""))

    # Waiting

    def wait_for_messages(self, chat_id: int, count: int, timeout: float = 10.0) -> list[Sent]:
        """Return what the bot has sent to a chat as soon as that is at least `count` messages."""
        self.wait_for(
            lambda: len(self._state.chat(chat_id).sent) >= count, f"{count} messages in chat {chat_id}", timeout
        )
        return self.messages(chat_id)

    def wait_for_edit(self, chat_id: int, message_id: int, edits: int = 1, timeout: float = 10.0) -> Sent:
        """Return a message as soon as it has been edited at least `edits` times."""
        sent = self._state.chat(chat_id).sent
        self.wait_for(lambda: sent[message_id].edits >= edits, f"edit of message {message_id}", timeout)
        return self.message(chat_id, message_id)

    def wait_for_press_answer(self, press_id: str, timeout: float = 10.0) -> Fields:
        """Return the fields of the answer to a pressed button as soon as there is one."""
        press = self._state.presses[press_id]
        self.wait_for(lambda: press.answer is not None, f"answer to the pressed button {press.data}", timeout)
        return self.press_answer(press_id) or {}

    def wait_for_requests(self, method: str, count: int = 1, timeout: float = 10.0) -> list[Request]:
        """Return the calls of a method as soon as there are at least `count`."""
        self.wait_for(lambda: len(self.calls(method)) >= count, f"{count} calls of {method}", timeout)
        return self.calls(method)

    def wait_for(self, condition: Callable[[], bool], what: str, timeout: float = 10.0) -> None:
        """Return when `condition` holds; it is looked at after every request."""
        try:
            self._do(self._wait(condition, timeout))
        except TimeoutError:
            methods = [request.method for request in self.requests[-20:]]
            raise AssertionError(f"no {what} within {timeout} s; last requests: {methods}") from None

    async def _wait(self, condition: Callable[[], bool], timeout: float) -> None:
        async with self._server.changed:
            await asyncio.wait_for(self._server.changed.wait_for(condition), timeout)

    def _do(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _now(self, action: Callable[[], Result]) -> Result:
        async def act() -> Result:
            return action()

        return self._do(act())
