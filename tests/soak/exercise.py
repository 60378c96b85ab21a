"""Rounds of ingest, remove and questions on one data directory, in each of which something goes wrong."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from tests.retrieval.chroma_doubles import servers_below
from tests.soak.filling import fill
from tests.system.articles import FACTS, Fact, write_facts
from tests.system.processes import Asking, Command, Ingesting
from tests.system.wholeness import assert_catalogue_is_whole, assert_index_is_right, files_with, ids_in

_MOST_SECONDS = 15.0  # the latest moment of an event in a round: loading the model takes 4 to 10, encoding 1 to 5
_ASKED = 5
_FILLING = 2200  # passages: Chroma writes its graph to disk every 1,000
_ROUNDS_BETWEEN_STOPS = 4


class Exercise:
    """What was done and what is known of it: acknowledged articles are to be answered from, removed ones never."""

    def __init__(self, data_dir: Path, chance: random.Random) -> None:
        """Use a data directory that does not exist yet."""
        self.counts: Counter[str] = Counter()
        self.longest: dict[str, float] = {}
        self.violations: list[str] = []
        self._data_dir = data_dir
        self._chance = chance
        self._there: list[Fact] = []
        self._gone: list[Fact] = []
        self._others = [Fact(number) for number in range(FACTS)]
        """Never ingested, or on the way in or out when something was killed: they may be there, though not half."""
        self._asking: Asking | None = None
        self._round = 0

    def run(self, deadline: float) -> None:
        """Go on until a moment has passed, and then look at everything once more."""
        fill(self._data_dir, _FILLING)
        self._step(self._ingest_to_the_end)
        while time.monotonic() < deadline:
            self._round += 1
            self._step(self._one_round)
            if self._round % _ROUNDS_BETWEEN_STOPS == 0:
                self._step(self._stop_asking)
                self._step(self._look_at_the_index)
        self._step(self._stop_asking)
        self._step(self._look_at_the_index)
        self._step(self._ask_for_everything)
        self._step(self._stop_asking)
        self._step(self._look_for_processes)

    def _step(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception as error:  # noqa: BLE001  # each is a violation to be told at the end, and the next round goes on
            self.violations.append(f"round {self._round}, {step.__name__.strip('_')}: {type(error).__name__}: {error}")
            print(self.violations[-1][:500], *self._last_words(), sep="\n", flush=True)
            self._drop_asking()

    def _last_words(self) -> list[str]:
        return [] if self._asking is None else [f"    ask: {line}" for line in self._asking.err.lines[-30:]]

    # One round

    def _one_round(self) -> None:
        event = self._chance.choice(_EVENTS)
        self.counts[f"rounds: {event.__name__.strip('_').replace('_', ' ')}"] += 1
        print(f"round {self._round}: {event.__name__.strip('_').replace('_', ' ')}", flush=True)
        event(self)
        assert_catalogue_is_whole(self._data_dir)
        self._compare_with_the_catalogue()
        self._ask_some()

    def _ingest_to_the_end(self) -> None:
        self._ingest(lambda ingest: None)

    def _kill_ingest(self) -> None:
        self._ingest(lambda ingest: ingest.kill())

    def _stop_ingest(self) -> None:
        def stop(ingest: Ingesting) -> None:
            begun = time.monotonic()
            code = ingest.stop(self._chance.choice((signal.SIGTERM, signal.SIGINT)))
            self._note("a stop of ingest", time.monotonic() - begun)
            assert code in (0, 130, 143, -2, -15), f"ingest ended with {code}"  # below 0 before it could listen

        self._ingest(stop)

    def _kill_server_during_ingest(self) -> None:
        self._ingest(lambda ingest: self._kill_servers())

    def _kill_ask_during_ingest(self) -> None:
        def kill(ingest: Ingesting) -> None:
            if self._asking is not None:
                self._asking.kill()
            self._drop_asking()

        self._ingest(kill)

    def _delete_index_during_ingest(self) -> None:
        self._ingest(lambda ingest: shutil.rmtree(self._data_dir / "chroma", ignore_errors=True))

    def _kill_server(self) -> None:
        self._kill_servers()

    def _delete_index(self) -> None:
        shutil.rmtree(self._data_dir / "chroma", ignore_errors=True)

    def _damage_index(self) -> None:
        files = [path for path in (self._data_dir / "chroma").rglob("*") if path.is_file() and path.stat().st_size]
        if files:
            path = self._chance.choice(sorted(files))
            os.truncate(path, path.stat().st_size // 2)

    def _remove(self) -> None:
        self._remove_some(None)

    def _kill_remove(self) -> None:
        self._remove_some(self._chance.uniform(0.2, 3.0))

    def _kill_reindex(self) -> None:
        with Command("ingest", "reindex", data_dir=self._data_dir) as reindex:
            time.sleep(self._chance.uniform(0.2, 3.0))
            reindex.kill()

    def _kill_server_while_it_writes_its_graph(self) -> None:
        with Command("ingest", "reindex", data_dir=self._data_dir) as reindex:
            wiped = self._graph_files()
            while reindex.running and not (now := self._graph_files()).keys() - wiped.keys():
                time.sleep(0.002)
            while reindex.running and self._graph_files() == now:
                time.sleep(0.002)
            if reindex.running:
                self._kill_servers()
                self.counts["kills aimed at the graph"] += 1
            code = reindex.wait()
            reindex.err.close()
            assert "Traceback" not in reindex.err.text, reindex.err.text
            assert code in (0, 1), f"reindex ended with {code}"

    # What the rounds are made of

    def _graph_files(self) -> dict[Path, int]:
        found = {}
        for path in (self._data_dir / "chroma").glob("*/*.bin"):
            with suppress(OSError):
                found[path] = path.stat().st_mtime_ns
        return found

    def _ingest(self, disturb: Callable[[Ingesting], None]) -> None:
        """Ingest some articles, with a disturbance at a random moment, while questions are asked."""
        again = self._some(self._there, 10)
        some = self._some(self._others, 90) + self._some(self._gone, 3)
        self._take_out(some)
        some += again
        file = write_facts(self._data_dir.parent / "some.jsonl", some)
        at = time.monotonic() + self._chance.uniform(0.0, _MOST_SECONDS)
        with Ingesting(self._data_dir, "--wait", file) as ingest:
            while ingest.running and time.monotonic() < at:
                if self._asking is not None and self._there:
                    self._ask_for(self._chance.choice(self._there))
                time.sleep(0.2)
            if ingest.running:
                disturb(ingest)
            ingest.wait()
            ingest.err.close()
            assert "Traceback" not in ingest.err.text, ingest.err.text
            reported = ingest.reported()
        self.counts["articles acknowledged"] += len(reported)
        self._there += [some[line] for line in reported if some[line] not in again]
        self._others += [fact for line, fact in enumerate(some) if line not in reported and fact not in again]

    def _remove_some(self, kill_after: float | None) -> None:
        some = self._some(self._there, 40)
        if not some:
            return
        ids = [fact.article_id for fact in some]
        with Command("ingest", "remove", "--wait", *ids, data_dir=self._data_dir) as remove:
            if kill_after is not None:
                time.sleep(kill_after)
                remove.kill()
            code = remove.wait()
            remove.out.close()
            remove.err.close()
            removed = [fact for fact in some if f"removed {fact.article_id}" in remove.out.lines]
            assert kill_after is not None or code == 0, remove.err.text
        self._take_out(some)
        self._gone += removed
        self._others += [fact for fact in some if fact not in removed]
        self.counts["articles removed"] += len(removed)
        for fact in removed:
            assert files_with(self._data_dir, fact.phrase) == [], f"{fact.article_id} has left a trace"

    def _some(self, facts: list[Fact], most: int) -> list[Fact]:
        return self._chance.sample(facts, min(len(facts), self._chance.randint(1, most)))

    def _take_out(self, some: list[Fact]) -> None:
        for facts in (self._there, self._gone, self._others):
            facts[:] = [fact for fact in facts if fact not in some]

    def _kill_servers(self) -> None:
        for server in servers_below(self._data_dir):
            server.kill()

    # What must hold

    def _compare_with_the_catalogue(self) -> None:
        ids = ids_in(self._data_dir)
        lost = [fact.article_id for fact in self._there if fact.article_id not in ids]
        kept = [fact.article_id for fact in self._gone if fact.article_id in ids]
        assert not lost, f"acknowledged and not in the catalogue: {lost}"
        assert not kept, f"removed and still in the catalogue: {kept}"

    def _ask_some(self) -> None:
        for fact in self._some(self._there, _ASKED):
            self._ask_for(fact)
        for fact in self._some(self._gone, _ASKED):
            assert fact.phrase not in str(self._ask(fact.question)), f"{fact.article_id} is quoted after its removal"

    def _ask_for_everything(self) -> None:
        for fact in self._there:
            self._ask_for(fact)

    def _ask_for(self, fact: Fact) -> None:
        answer = self._ask(fact.question)
        assert fact.is_in(answer), f"{fact.article_id} is not answered from: {answer['status']} {answer['text']!r}"

    def _ask(self, question: str) -> dict[str, object]:
        if self._asking is None:
            self._asking = Asking(self._data_dir)
            self._asking.ask(question)  # the first answer waits for the model
        begun = time.monotonic()
        answer = self._asking.ask(question)
        self._note("a question", time.monotonic() - begun)
        self.counts["questions"] += 1
        assert answer["status"] in ("answered", "not_found"), answer
        return answer

    def _look_at_the_index(self) -> None:
        assert_index_is_right(self._data_dir)
        assert servers_below(self._data_dir) == [], "a server was left behind"
        self.counts["audits"] += 1

    def _look_for_processes(self) -> None:
        left = [*servers_below(self._data_dir), *psutil.Process().children(recursive=True)]
        for process in left:
            process.kill()
        assert left == [], "processes were left behind"

    def _stop_asking(self) -> None:
        if self._asking is None:
            return
        begun = time.monotonic()
        code = self._asking.stop(signal.SIGTERM)
        self._note("a stop of ask", time.monotonic() - begun)
        self._drop_asking()
        assert code == 128 + signal.SIGTERM, f"ask ended with {code}"

    def _drop_asking(self) -> None:
        if self._asking is not None:
            self._asking.__exit__(None, None, None)
            self._asking = None

    def _note(self, name: str, seconds: float) -> None:
        self.longest[name] = max(seconds, self.longest.get(name, 0.0))


_EVENTS = (
    Exercise._ingest_to_the_end,
    Exercise._kill_ingest,
    Exercise._kill_ingest,
    Exercise._stop_ingest,
    Exercise._kill_server_during_ingest,
    Exercise._kill_ask_during_ingest,
    Exercise._delete_index_during_ingest,
    Exercise._kill_server,
    Exercise._kill_server_while_it_writes_its_graph,
    Exercise._kill_server_while_it_writes_its_graph,
    Exercise._delete_index,
    Exercise._damage_index,
    Exercise._remove,
    Exercise._kill_remove,
    Exercise._kill_reindex,
)
