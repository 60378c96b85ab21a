"""Rounds in each of which Telegram, the network, the disk or the bot itself fails while people go on asking."""

from __future__ import annotations

import json
import logging
import os
import random
import re
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from statistics import quantiles

from bot.stores.database import FILE_NAME
from tests.soak.readers import PROBER, Readers
from tests.soak.serving import Serving
from tests.soak.verdict import Doubt, judge
from tests.telegram.double import (
    BAD_GATEWAY,
    DROPPED,
    FLOOD,
    GARBAGE,
    LOST_ANSWER,
    NOT_THE_BOT_API,
    TOKEN,
    Fault,
    Sent,
    TelegramDouble,
    storm,
)

_RECOVERY_SECONDS = 30.0
_LAST_ANSWERS_SECONDS = 200.0
"""For the last questions: a group that a restarted bot has written to too often is closed for up to a minute."""
_CONFLICT = Fault(409, json.dumps({"ok": False, "error_code": 409, "description": "Conflict: terminated by other"}))
_UNAUTHORIZED = Fault(401, json.dumps({"ok": False, "error_code": 401, "description": "Unauthorized"}))
_OTHER_RESULT = Fault(200, '{"ok":true,"result":"x"}')
_LOST = (LOST_ANSWER, Fault(late=True), Fault(200, '{"ok":true,"res', late=True))
"""The request is carried out, and the bot does not get to know."""
_ALL_KINDS = (
    FLOOD, BAD_GATEWAY, GARBAGE, NOT_THE_BOT_API, DROPPED, _UNAUTHORIZED, _OTHER_RESULT, Fault(404, "<html>nginx</html>"),
    Fault(999, ""), *_LOST,
)  # fmt: skip
_BEFORE_A_KILL = 6.0
"""Seconds before it of which the bot may not have recorded what arrived; the longest that the database is locked for
in a round is half of it."""


class TelegramExercise:
    """What was done to the bot, and what is known of its answers."""

    def __init__(self, directory: Path, seed: int) -> None:
        """Use a directory that exists and is empty."""
        self.counts: Counter[str] = Counter()
        self.longest: dict[str, float] = {}
        self.violations: list[str] = []
        self._directory = directory
        self._chance = random.Random(seed)
        self._doubts: list[Doubt] = []
        self._round = 0

    def run(self, deadline: float) -> None:
        """Go on until a moment has passed, then wait for the last answers and judge all of them."""
        logging.getLogger("aiohttp.server").disabled = True  # a bot that is killed breaks off its requests
        with TelegramDouble() as self._double:
            self._readers = Readers(self._double, self._chance)
            self._bot = Serving(self._directory, self._double.url)
            try:
                self._bot.start()
                self._step(self._see_it_answer)
                while time.monotonic() < deadline:
                    self._round += 1
                    event = self._chance.choice(_EVENTS)
                    self._step(lambda event=event: self._one_round(event), _name(event))  # type: ignore[misc]
                self._step(self._wait_for_the_last)
                self._step(self._stop)
            finally:
                self._bot.kill()
        self._judge()

    def _step(self, step: Callable[[], None], name: str = "") -> None:
        try:
            step()
        except Exception as error:  # noqa: BLE001  # each is a violation to be told at the end, and the next round goes on
            self.violations.append(f"round {self._round}, {name or _name(step)}: {type(error).__name__}: {error}")
            print(self.violations[-1][:1000], flush=True)
            if self._bot.exit_code is not None:
                self._bot.start()

    def _one_round(self, event: Callable[[TelegramExercise], None]) -> None:
        self.counts[f"rounds: {_name(event)}"] += 1
        print(f"round {self._round}: {_name(event)}", flush=True)
        try:
            event(self)
        finally:
            self._double.weather = None
        assert self._bot.exit_code is None, f"the bot ended by itself, with {self._bot.exit_code}"
        self._see_it_answer()

    # Telegram and the network

    def _calm(self) -> None:
        self._let_them_ask(2.0, 5.0)

    def _storm_of_floods(self) -> None:
        self._storm((FLOOD,), 0.3)

    def _storm_of_every_kind(self) -> None:
        self._storm(_ALL_KINDS, 0.2)

    def _storm_of_lost_answers(self) -> None:
        self._storm(_LOST, 0.3)

    def _ban_from_all_chats(self) -> None:
        self._double.flood(self._chance.uniform(2.0, 6.0))
        self._let_them_ask(3.0, 6.0)

    def _ban_from_one_chat(self) -> None:
        self._double.flood(self._chance.uniform(2.0, 10.0), self._readers.ask_in_private().place[0])
        self._let_them_ask(3.0, 6.0)

    def _another_poller(self) -> None:
        self._double.fail("getUpdates", _CONFLICT, times=self._chance.randint(0, 2))
        self._double.steal_polling()
        self._let_them_ask(3.0, 6.0)

    def _outage(self) -> None:
        with self._in_doubt():
            self._double.stop()
        self._let_them_ask(1.0, 12.0)
        self._double.restart()

    # The machine

    def _slow_database(self) -> None:
        with self._locked():
            self._let_them_ask(0.5, _BEFORE_A_KILL / 2)

    def _restart(self) -> None:
        self._let_them_ask(0.0, 2.0)
        self._stop()
        self._let_them_ask(0.0, 2.0)
        self._bot.start()

    def _restart_in_a_storm(self) -> None:
        self._double.weather = storm(self._seed(), 0.2, _ALL_KINDS)
        with self._in_doubt():
            self._restart()
            self._let_them_ask(1.0, 3.0)

    def _kill(self) -> None:
        self._let_them_ask(0.0, 3.0)
        self._kill_and_start()

    def _kill_when_a_message_arrives(self) -> None:
        left = [self._chance.randint(1, 6)]
        pid = self._bot.pid

        def count(event: str, sent: Sent) -> None:
            left[0] -= 1
            if left[0] == 0:
                os.kill(pid, signal.SIGKILL)

        self._double.listen(count)
        end = time.monotonic() + 10.0
        while self._bot.exit_code is None and time.monotonic() < end:
            self._let_them_ask(0.0, 0.1)
        left[0] = 0  # and never again
        self._kill_and_start()

    def _kill_at_delivery(self) -> None:
        self._let_them_ask(0.0, 1.0)
        self._readers.ask_in_private()
        time.sleep(self._chance.uniform(0.0, 0.03))
        self._kill_and_start()

    def _kill_with_a_slow_database(self) -> None:
        with self._locked():
            self._let_them_ask(0.5, _BEFORE_A_KILL / 2)
            self._kill_and_start()

    def _kill_in_a_storm(self) -> None:
        self._double.weather = storm(self._seed(), 0.2, _ALL_KINDS)
        with self._in_doubt():
            self._let_them_ask(1.0, 4.0)
            self._kill_and_start()

    def _kill_while_it_starts(self) -> None:
        self._kill_and_start()
        time.sleep(self._chance.uniform(0.3, 2.0))
        self._kill_and_start()

    # What the rounds are made of

    def _storm(self, kinds: Sequence[Fault], share: float) -> None:
        self._double.weather = storm(self._seed(), share, kinds)
        with self._in_doubt() if any(kind.late for kind in kinds) else nullcontext():
            self._let_them_ask(3.0, 6.0)

    def _let_them_ask(self, least: float, most: float) -> None:
        end = time.monotonic() + self._chance.uniform(least, most)
        while time.monotonic() < end:
            self._readers.ask_somewhere()
            time.sleep(self._chance.uniform(0.05, 0.3))

    def _kill_and_start(self) -> None:
        self._bot.kill()
        now = time.monotonic()
        self._doubts.append(Doubt(now - _BEFORE_A_KILL, now))
        self.counts["kills"] += 1
        self._let_them_ask(0.0, 1.5)
        self._bot.start()

    def _stop(self) -> None:
        with self._in_doubt():
            self._note("a stop", self._bot.stop())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with closing(sqlite3.connect(self._bot.data_dir / FILE_NAME, timeout=10.0, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield

    @contextmanager
    def _in_doubt(self) -> Iterator[None]:
        begin = time.monotonic() - 1.0
        try:
            yield
        finally:
            self._doubts.append(Doubt(begin, time.monotonic() + 1.0))

    def _see_it_answer(self) -> None:
        begun = time.monotonic()
        probe = self._readers.ask((PROBER, None))
        while probe in self._readers.unanswered():
            assert time.monotonic() - begun < _RECOVERY_SECONDS, f"no answer within {_RECOVERY_SECONDS} s"
            time.sleep(0.05)
        self._note("from the end of an event to the next answer", time.monotonic() - begun)

    def _wait_for_the_last(self) -> None:
        end = time.monotonic() + _LAST_ANSWERS_SECONDS
        while self._readers.unanswered() and time.monotonic() < end:
            time.sleep(0.2)

    def _seed(self) -> int:
        return self._chance.randrange(1_000_000)

    def _note(self, name: str, seconds: float) -> None:
        self.longest[name] = max(seconds, self.longest.get(name, 0.0))

    # What must hold

    def _judge(self) -> None:
        verdict = judge(self._readers.asked, self._readers.arrived, self._doubts)
        self.violations += verdict.violations
        self.violations += [f"the server objected: {violation}" for violation in self._double.violations]
        self.violations += [f"in the log: {found}" for found in _out_of_place(self._bot.log.read_text())]
        self.counts |= {
            "questions": len(self._readers.asked),
            "messages": len(self._readers.arrived),
            "messages repeated, each marked": verdict.repeats,
            "messages marked that had not arrived before": verdict.marked_once,
            "requests": len(self._double.requests),
        }
        if len(verdict.waits) > 1:
            cuts = quantiles(verdict.waits, n=20)
            print(
                f"from a question to its answer: p50 {cuts[9]:.2f} s, p95 {cuts[18]:.2f} s, most {max(verdict.waits):.1f} s"
            )


def _out_of_place(log: str) -> list[str]:
    """Return what should never be in a log: errors that nobody expected, readers' words, the token."""
    return [found for found in ("Traceback", TOKEN.partition(":")[2]) if found in log] + re.findall(
        r"Q\d+ parts.*", log
    )


def _name(step: Callable[..., None]) -> str:
    return step.__name__.strip("_").replace("_", " ")


_EVENTS = (
    TelegramExercise._calm,
    TelegramExercise._storm_of_floods,
    TelegramExercise._storm_of_every_kind,
    TelegramExercise._storm_of_lost_answers,
    TelegramExercise._ban_from_all_chats,
    TelegramExercise._ban_from_one_chat,
    TelegramExercise._another_poller,
    TelegramExercise._outage,
    TelegramExercise._slow_database,
    TelegramExercise._restart,
    TelegramExercise._restart_in_a_storm,
    TelegramExercise._kill,
    TelegramExercise._kill_when_a_message_arrives,
    TelegramExercise._kill_when_a_message_arrives,
    TelegramExercise._kill_at_delivery,
    TelegramExercise._kill_with_a_slow_database,
    TelegramExercise._kill_in_a_storm,
    TelegramExercise._kill_while_it_starts,
)
