"""`watch`: when what is read, a configuration that changes, and one process at a time."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from ingest.lock import watching, writing
from ingest.watching.conductor import Conductor
from ingest.watching.config import read_config
from ingest.watching.report import Report
from ingest.watching.watch import Watch
from retrieval.errors import BusyError
from tests.ingest.watching.world import START, World, story
from tests.ingest.web.reading import item, rss
from tests.web_server import Reply, WebServer

HOUR = 3600.0


class Watched:
    """A watch of two feeds whose clock is set."""

    def __init__(self, world: World, conductor: Conductor) -> None:
        self.world = world
        self.conductor = conductor
        self.passes: list[list[Report]] = []
        self.watch = self.anew()

    def anew(self) -> Watch:
        config = read_config(self.world.folder / "watch.toml")
        return Watch(
            config, self.world.state, self.conductor, lambda private: self.world.tools, self._on_pass,
            lambda: self.world.now,
        )  # fmt: skip

    def _on_pass(self, reports: list[Report], seconds: float, idle: bool) -> None:
        self.passes.append(reports)

    def at(self, seconds: float) -> list[str]:
        """Turn until nothing goes on, and return the names of the sources that were read."""
        self.world.now = START + seconds
        self.passes.clear()
        self.watch.turn(0.01)
        deadline = time.monotonic() + 20
        while self.conductor.busy:
            assert time.monotonic() < deadline
            self.watch.turn(0.05)
        return sorted(report.name for reports in self.passes for report in reports)


def configure(world: World, text: str) -> None:
    file = world.folder / "watch.toml"
    before = file.stat().st_mtime_ns if file.exists() else 0
    file.write_text(text)
    os.utime(file, ns=(before + 1, before + 1))


@pytest.fixture
def config(world: World, site: WebServer) -> str:
    site.pages |= {
        f"/{name}": Reply(rss(item(f"/{name}/1")), content_type="application/rss+xml") for name in ("quick", "slow")
    }
    site.pages |= {"/quick/1": story("Quick"), "/slow/1": story("Slow")}
    quick = f'[[source]]\nfeed = "{site.url("/quick")}"\nname = "quick"\ninterval = "1h"\n'
    slow = f'[[source]]\nfeed = "{site.url("/slow")}"\nname = "slow"\ninterval = "5h"\n'
    configure(world, f"jitter = 0\n{quick}{slow}")
    return f"jitter = 0\n{quick}{slow}"


def test_each_source_at_its_interval(world: World, config: str) -> None:
    with world.conductor() as conductor:
        watched = Watched(world, conductor)
        read = [watched.at(hour * HOUR) for hour in (0, 0.5, 1, 1.5, 2, 5, 5.5)]
        assert read == [["quick", "slow"], [], ["quick"], [], ["quick"], ["quick", "slow"], []]
        assert len(world.ids()) == 2
        stretches = world.shelf.stretches
        assert watched.at(7 * HOUR) == ["quick"]
        assert world.shelf.stretches == stretches, "nothing is opened or locked for what is not new"


def test_a_watch_that_begins_again_goes_on_where_it_was(world: World, config: str) -> None:
    with world.conductor() as conductor:
        watched = Watched(world, conductor)
        watched.at(0)
        watched.watch = watched.anew()
        assert watched.at(0.5 * HOUR) == []
        configure(world, config.replace('"5h"', '"1h"'))
        assert watched.at(HOUR) == ["quick", "slow"], "a shorter interval holds at once"


def test_a_configuration_that_changes_and_one_that_is_broken(world: World, config: str, site: WebServer) -> None:
    with world.conductor() as conductor:
        watched = Watched(world, conductor)
        watched.at(0)
        site.pages["/third"] = Reply(rss(), content_type="application/rss+xml")
        more = f'{config}[[source]]\nfeed = "{site.url("/third")}"\nname = "third"\n'
        configure(world, more)
        assert watched.at(10) == ["third"]
        assert world.teller.lines[-1] == "watch.toml was read again: 3 sources"
        configure(world, f"{more}interval = ")
        assert watched.at(HOUR) == ["quick", "third"]
        told = [line for line in world.teller.lines if "Until then" in line]
        assert len(told) == 1
        assert told[0].startswith("watch.toml is not valid TOML (")
        (world.folder / "watch.toml").unlink()
        assert watched.at(2 * HOUR) == ["quick", "third"]
        configure(world, config)
        assert watched.at(3 * HOUR) == ["quick"]


def test_a_source_that_fails_backs_off(world: World, config: str, site: WebServer) -> None:
    del site.pages["/quick"]
    with world.conductor() as conductor:
        watched = Watched(world, conductor)
        read = [watched.at(hour * HOUR) for hour in (0, 1, 2, 3, 6, 7)]
        assert read == [["quick", "slow"], [], ["quick"], [], ["quick", "slow"], []]


def test_another_writer_is_waited_for_and_the_lock_is_free_between_passes(world: World, config: str) -> None:
    data_dir = world.settings.data_dir
    with world.conductor() as conductor:
        watched = Watched(world, conductor)
        with writing(data_dir, wait=False):
            thread = threading.Thread(target=watched.at, args=(0,))
            thread.start()
            time.sleep(0.5)
            assert world.ids() == set()
        thread.join(20)
        assert len(world.ids()) == 2
        with writing(data_dir, wait=False):
            assert watched.at(HOUR) == ["quick"]


def test_one_watch_for_each_data_directory(tmp_path: Path) -> None:
    with watching(tmp_path, wait=False):
        with pytest.raises(BusyError) as caught, watching(tmp_path, wait=False):
            pytest.fail("two at once")
        assert str(caught.value).startswith("Another watch or refresh of this data directory is running since 20")
        assert f"process {os.getpid()};" in str(caught.value)
        (tmp_path / "watch.json").write_text("nonsense")
        with pytest.raises(BusyError, match="since a moment ago"), watching(tmp_path, wait=False):
            pytest.fail("two at once")
    with watching(tmp_path, wait=False), writing(tmp_path, wait=False):
        """Free again, and no hindrance to who writes."""
