"""The whole bot as a process over the real core, people who ask it, and what came back when."""

from __future__ import annotations

import logging
import signal
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bot.stores.database import FILE_NAME
from tests.bot.running import bot_process
from tests.telegram.double import Sent, TelegramDouble
from tests.telegram.limits import Rates
from tests.telegram.records import Chat, RefusedError

_ANSWER_SECONDS = 120.0


class _Counting(Rates):
    """Telegram's limits on messages, and how often they were hit."""

    refused = 0

    def count_message(self, chat: Chat) -> None:
        try:
            super().count_message(chat)
        except RefusedError:
            self.refused += 1
            raise


class _None(_Counting):
    """No limits on messages."""

    def count_message(self, chat: Chat) -> None:
        return


class MeasuredDouble(TelegramDouble):
    """The double, with or without Telegram's limits on messages; what the bot imposes on itself stays."""

    def __init__(self, *, limits: bool) -> None:
        super().__init__()
        kind = _Counting if limits else _None
        self.rates = self._server.messages.rates = kind(self._state.violations.append)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to be asked, so many seconds after the beginning."""

    chat: int
    text: str
    at: float = 0.0


class Chats:
    """People in private chats with a bot that runs; each method gives seconds from questions to answers."""

    def __init__(self, double: MeasuredDouble, pid: int) -> None:
        self.double = double
        self.asked: list[Ask] = []
        self._bot = psutil.Process(pid)
        self._arrived: dict[int, list[Sent]] = {}
        double.listen(lambda event, sent: self._arrived.setdefault(sent.chat_id, []).append(sent))

    def one_after_the_other(self, asks: Sequence[Ask]) -> list[float]:
        """Ask each question when the one before is answered."""
        return [self.together([ask])[0] for ask in asks]

    def together(self, asks: Sequence[Ask], beside: Sequence[Ask] = ()) -> list[float]:
        """Ask questions, one a chat, each at its time; `beside` are asked as well, and not waited for."""
        begun = time.monotonic()
        sent_at: dict[int, float] = {}
        for ask in sorted([*asks, *beside], key=lambda ask: ask.at):
            time.sleep(max(0.0, begun + ask.at - time.monotonic()))
            sent_at.setdefault(ask.chat, time.monotonic())
            self.double.send_text(ask.chat, ask.text)
        self.asked += asks
        self._wait({ask.chat: 1 for ask in asks})
        return [self._arrived[ask.chat][0].at - sent_at[ask.chat] for ask in asks]

    def crowd(self, asks: Sequence[Ask]) -> float:
        """Ask questions, several a chat, each at its time; return the seconds until the last is answered."""
        begun = time.monotonic()
        for ask in sorted(asks, key=lambda ask: ask.at):
            time.sleep(max(0.0, begun + ask.at - time.monotonic()))
            self.double.send_text(ask.chat, ask.text)
        self.asked += asks
        counts: dict[int, int] = {}
        for ask in asks:
            counts[ask.chat] = counts.get(ask.chat, 0) + 1
        self._wait(counts)
        return time.monotonic() - begun

    @property
    def memory(self) -> float:
        """Return the megabytes that the bot's process holds."""
        return float(self._bot.memory_info().rss / 1e6)

    def _wait(self, counts: dict[int, int]) -> None:
        self.double.wait_for(
            lambda: all(len(self._arrived.get(chat, ())) >= count for chat, count in counts.items()),
            f"answers in {len(counts)} chats",
            _ANSWER_SECONDS,
        )


@contextmanager
def chats_with_a_bot(folder: Path, data_dir: Path, *, limits: bool, questions_per_minute: int) -> Iterator[Chats]:
    """Run the bot, as if for the first time, on articles that are there; stop it cleanly at the end."""
    for path in data_dir.glob(f"{FILE_NAME}*"):
        path.unlink()  # a test server begins anew with its numbers, which the bot would take for repeats
    logging.getLogger("aiohttp.server").disabled = True  # a bot that stops breaks off its requests
    environment = {
        "CITEGRAM_DATA_DIR": str(data_dir),
        "CITEGRAM_QUESTIONS_PER_MINUTE": str(questions_per_minute),
        "TMPDIR": str(folder),
    }
    with (
        MeasuredDouble(limits=limits) as double,
        bot_process(double.url, folder, module="bot", **environment) as process,
    ):
        double.wait_for_requests("getUpdates", timeout=_ANSWER_SECONDS)
        yield Chats(double, process.pid)
        process.signal(signal.SIGTERM)
        if process.wait() != 0 or double.violations:
            raise SystemExit(f"the bot failed: {process.output}\n{double.violations}")


def account(data_dir: Path, asked: Sequence[Ask]) -> tuple[int, int, int]:
    """Return how many questions were lost, answered more than once, and answered out of order, by the bot's records.

    Its database says which messages show the answer to which question.
    """
    query = (
        "SELECT question, min(message_id) FROM answers LEFT JOIN messages ON answer_id = id"
        " WHERE answers.chat_id = ? GROUP BY id ORDER BY id"
    )
    lost = doubled = reordered = 0
    with closing(sqlite3.connect(data_dir / FILE_NAME)) as connection:
        for chat in {ask.chat for ask in asked}:
            wanted = [ask.text for ask in sorted(asked, key=lambda ask: ask.at) if ask.chat == chat]
            shown = [row for row in connection.execute(query, (chat,)) if row[1] is not None]
            given = [question for question, _ in sorted(shown, key=lambda row: row[1])]
            lost += len(set(wanted) - set(given))
            doubled += len(given) - len(set(given))
            reordered += int(list(dict.fromkeys(given)) != [question for question in wanted if question in given])
    return lost, doubled, reordered
