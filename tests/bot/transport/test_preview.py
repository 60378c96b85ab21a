"""An answer is shown while it is written: at once, seldom enough, and never at the cost of anything else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from telegram import Bot
from telegram.request import RequestData

from bot.transport.preview import FRAME_SECONDS, LivePreview
from bot.transport.sending import Address, Courier
from bot.transport.throttle import Throttle
from bot.views.text import bold, run
from tests.bot.transport.test_patience import BAD_GATEWAY, GROUP, HERE, READER, Answer, Wire, flood, refused
from tests.bot.transport.virtual_time import now
from tests.bot.transport.virtual_time import run as run_virtually

IN_GROUP = Address(GROUP, 7, private=False)
NOT_MODIFIED = refused(400, "Bad Request: message is not modified: specified new message content ...")


@dataclass
class Scene(Wire):
    """A Bot API without a network that remembers what was asked of it and when, and may take its time."""

    takes: float = 0.05
    """Seconds until a request is answered."""
    asked: list[tuple[float, str, dict[str, Any]]] = field(default_factory=list)
    noted: list[int] = field(default_factory=list)

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *timeouts: Any, **more: Any
    ) -> tuple[int, bytes]:
        name = url.rpartition("/")[2]
        if name == "getMe":
            return await super().do_request(url, method, request_data, *timeouts, **more)
        self.asked.append((now(), name, dict(request_data.parameters) if request_data else {}))
        await asyncio.sleep(self.takes)
        if name == "deleteMessage":
            return 200, b'{"ok": true, "result": true}'
        return await super().do_request(url, method, request_data, *timeouts, **more)

    async def note(self, message_id: int) -> None:
        self.noted.append(message_id)

    @property
    def calls(self) -> list[str]:
        return [f"{name} {fields.get('text', '')}".strip() for _, name, fields in self.asked]

    @property
    def times(self) -> list[float]:
        return [round(at, 2) for at, _, _ in self.asked]


Work = Callable[[LivePreview], Awaitable[None]]


def play(scene: Scene, work: Work, *, to: Address = HERE, shown: int | None = None, cut_off: float = 0) -> None:
    """Let a task work on an answer that is shown, in a time that passes quickly; end the task after `cut_off` seconds."""

    async def everything() -> None:
        async with Bot("1:token", request=scene, get_updates_request=Wire()) as api:
            courier = Courier(api, Throttle(now))

            async def owner() -> None:
                await work(courier.preview(to, reply_to=3, shown=shown, note=scene.note))

            task = asyncio.create_task(owner())
            if cut_off:
                await asyncio.sleep(cut_off)
                task.cancel()
            await asyncio.wait({task})
            await asyncio.sleep(60)
            if not task.cancelled():
                task.result()

    run_virtually(everything())


async def show_each(preview: LivePreview, seconds: float, count: int) -> None:
    """Write a word after the other, so many seconds apart."""
    for number in range(1, count + 1):
        preview.show(run(f"frame {number}"))
        await asyncio.sleep(seconds)


def frames(seconds: float, count: int) -> Work:
    async def work(preview: LivePreview) -> None:
        await show_each(preview, seconds, count)
        await preview.finish()
        preview.leave()

    return work


def test_the_first_frame_is_a_message_and_the_next_ones_change_it() -> None:
    scene = Scene()
    play(scene, frames(4, 3), to=IN_GROUP)
    assert scene.calls == ["sendMessage frame 1", "editMessageText frame 2", "editMessageText frame 3"]
    first, second, _ = (fields for _, _, fields in scene.asked)
    assert (first["chat_id"], first["message_thread_id"], first["reply_parameters"]["message_id"]) == (GROUP, 7, 3)
    assert (second["chat_id"], second["message_id"]) == (GROUP, 1)
    assert scene.noted == [1]


def test_frames_are_plain_text_without_link_previews() -> None:
    async def work(preview: LivePreview) -> None:
        preview.show(bold(run("1 < 2")))
        await asyncio.sleep(1)

    scene = Scene()
    play(scene, work)
    _, _, fields = scene.asked[0]
    assert fields["text"] == "1 < 2"
    assert "parse_mode" not in fields
    assert fields["link_preview_options"] == {"is_disabled": True}


@pytest.mark.parametrize(
    ("to", "apart"), [pytest.param(HERE, 1.1, id="private chat"), pytest.param(IN_GROUP, 3.0, id="group")]
)
def test_frames_keep_their_distance_and_only_the_newest_is_shown(to: Address, apart: float) -> None:
    scene = Scene()
    play(scene, frames(0.01, 1500), to=to)
    assert scene.times[0] == 0
    assert all(later - earlier >= apart for earlier, later in zip(scene.times, scene.times[1:], strict=False))
    assert 15 / apart * 0.7 <= len(scene.times) <= 15 / apart + 1
    for at, text in zip(scene.times[1:], scene.calls[1:], strict=True):
        assert abs(int(text.rpartition(" ")[2]) - at * 100) <= 3, "what was newest then"


def test_nothing_new_costs_no_request() -> None:
    async def work(preview: LivePreview) -> None:
        for text in ("one", "one", " \n", "two", "two"):
            preview.show(run(text))
            await asyncio.sleep(2)

    scene = Scene()
    play(scene, work)
    assert scene.calls[:2] == ["sendMessage one", "editMessageText two"]
    assert scene.calls[2:] == ["deleteMessage"]


def test_an_unchanged_message_is_no_failure() -> None:
    scene = Scene()

    async def work(preview: LivePreview) -> None:
        preview.show(run("frame 1"))
        await asyncio.sleep(2)
        scene.plan[READER] = [NOT_MODIFIED]
        await show_each(preview, 2, 3)
        preview.leave()

    play(scene, work)
    assert scene.calls[-1] == "editMessageText frame 3"


@pytest.mark.parametrize("before", [pytest.param(0, id="the first frame"), pytest.param(1, id="a later one")])
def test_a_flood_drops_frames_and_is_waited_out(before: int) -> None:
    scene = Scene()

    async def work(preview: LivePreview) -> None:
        for number in range(20):
            if number == before:
                scene.plan[READER] = [flood(10)]
            preview.show(run(f"frame {number}"))
            await asyncio.sleep(2)
        preview.leave()

    play(scene, work)
    refused_at = scene.times[before]
    assert scene.times[before + 1] >= refused_at + 10.5
    assert scene.calls[before] != scene.calls[before + 1]
    assert len(scene.calls) >= before + 5, "it goes on"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(refused(400, "Bad Request: message to edit not found"), id="deleted"),
        pytest.param(refused(400, "Bad Request: message is too long"), id="malformed"),
        pytest.param(refused(403, "Forbidden: bot was blocked by the user"), id="blocked"),
        pytest.param(refused(400, "Bad Request: upgraded", migrate_to_chat_id=-1005), id="moved"),
        pytest.param(BAD_GATEWAY, id="5xx"),
        pytest.param(refused(401, "Unauthorized"), id="401"),
    ],
)
@pytest.mark.parametrize("before", [pytest.param(0, id="first"), pytest.param(1, id="later")])
def test_any_other_failure_is_the_end_of_showing(before: int, answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    scene = Scene()

    async def work(preview: LivePreview) -> None:
        for number in range(5):
            scene.plan[READER] = [answer] if number == before else []
            preview.show(run(f"a secret {number}"))
            await asyncio.sleep(2)
        preview.leave()

    play(scene, work)
    assert len(scene.calls) == before + 1
    assert "secret" not in caplog.text


def test_a_server_that_hangs_is_given_up_and_nothing_waits_longer_behind_it() -> None:
    scene = Scene(takes=1000)

    async def work(preview: LivePreview) -> None:
        preview.show(run("frame"))
        await asyncio.sleep(1)
        await preview.finish()
        assert now() <= FRAME_SECONDS + 0.1

    play(scene, work)
    assert scene.calls == ["sendMessage frame"]


def test_the_end_waits_for_the_frame_on_its_way_and_for_nothing_else() -> None:
    scene = Scene(takes=0.4)

    async def work(preview: LivePreview) -> None:
        preview.show(run("frame 1"))
        await asyncio.sleep(0.1)
        preview.show(run("frame 2"))
        await preview.finish()
        assert 0.4 <= now() < 0.5
        preview.show(run("frame 3"))
        preview.leave()

    play(scene, work)
    assert scene.calls == ["sendMessage frame 1"]


def test_a_preview_without_a_frame_is_nothing() -> None:
    async def work(preview: LivePreview) -> None:
        await preview.finish()

    scene = Scene()
    play(scene, work)
    assert scene.calls == []


# What becomes of the message


@pytest.mark.parametrize("frames_shown", [pytest.param(1, id="on its way"), pytest.param(3, id="there")])
def test_a_preview_that_nothing_took_the_place_of_goes_away(frames_shown: int) -> None:
    scene = Scene(takes=0.5)

    async def work(preview: LivePreview) -> None:
        preview.show(run("frame 0"))
        if frames_shown > 1:
            await show_each(preview, 2, frames_shown)
        await asyncio.sleep(0.1)

    play(scene, work)
    assert scene.calls[-1] == "deleteMessage"
    assert scene.asked[-1][2] == {"chat_id": READER, "message_id": 1}
    assert scene.calls.count("deleteMessage") == 1


def test_a_preview_goes_away_even_if_the_work_fails() -> None:
    async def work(preview: LivePreview) -> None:
        preview.show(run("frame"))
        await asyncio.sleep(1)
        raise RuntimeError("no answer")

    scene = Scene()
    with pytest.raises(RuntimeError):
        play(scene, work)
    assert scene.calls == ["sendMessage frame", "deleteMessage"]


def test_when_the_bot_ends_the_message_is_left_to_the_next_start() -> None:
    scene = Scene()
    play(scene, frames(2, 5), cut_off=3)
    assert scene.calls == ["sendMessage frame 1", "editMessageText frame 2"]


def test_what_an_earlier_process_showed_is_not_touched_before_the_answer() -> None:
    scene = Scene()
    play(scene, frames(2, 3), shown=9)
    assert scene.calls == []


def test_what_an_earlier_process_showed_goes_away_with_its_question() -> None:
    async def work(preview: LivePreview) -> None:
        preview.show(run("frame"))

    scene = Scene()
    play(scene, work, shown=9)
    assert scene.calls == ["deleteMessage"]
    assert scene.asked[-1][2]["message_id"] == 9
