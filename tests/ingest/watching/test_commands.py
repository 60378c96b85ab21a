"""`citegram-ingest refresh`, `watch` and `sources`, as an operator uses them."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest

from ingest.lock import watching, writing
from tests.building import BRIDGE, WHALE
from tests.ingest.test_cli import Capture, CommandLine
from tests.ingest.watching.world import story
from tests.ingest.web.reading import item, rss
from tests.system.processes import Command
from tests.web_server import Reply, WebServer

NOTHING = {"new": 0, "updated": 0, "unchanged": 0, "gone": 0, "failed": []}


@pytest.fixture
def cli(data_dir: Path, capsysbinary: Capture, _signals_as_before: None) -> CommandLine:
    """The command without a vector index, which nothing here has anything new for."""
    return CommandLine(data_dir, capsysbinary)


@pytest.fixture
def config(tmp_path: Path, site: WebServer) -> Path:
    """A folder of two files, and a feed that is away."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text(BRIDGE)
    (tmp_path / "articles" / "b.txt").write_text(WHALE)
    file = tmp_path / "watch.toml"
    file.write_text(
        'allow_private = true\ngone = "remove"\n[[source]]\nfolder = "articles"\n'
        f'[[source]]\nfeed = "{site.url("/feed")}"\nname = "Dead"\n'
    )
    return file


def test_all_of_it_with_the_real_model(
    command_line: Path, capsysbinary: Capture, config: Path, tmp_path: Path, site: WebServer
) -> None:
    cli = CommandLine(command_line, capsysbinary)
    assert cli.run("refresh", config, "--json") == 1
    told = cli.object()
    folder, dead = told["sources"]
    assert (told["new"], told["passages"] > 1, told["index"], told["stopped"]) == (2, True, "up to date", False)
    assert (folder["name"], folder["new"], folder["error"]) == ("articles", 2, None)
    assert {**NOTHING, "name": "Dead", "error": "the site answers 404 (Not Found)"}.items() <= dead.items()
    assert cli.error.splitlines()[-1].startswith(
        "2 new, 0 updated, 0 unchanged, 0 gone, 0 failed; 1 of 2 sources fail; "
    )
    assert cli.run("refresh", config, "--json") == 0, "what backs off is no news"
    assert "loading" not in cli.error
    assert {"new": 0, "unchanged": 2}.items() <= cli.object().items()
    (tmp_path / "articles" / "a.txt").unlink()
    site.pages |= {"/feed": Reply(rss(item("/a")), content_type="application/rss+xml"), "/a": story("A")}
    assert cli.run("refresh", config, "--all", "--json") == 0
    assert {"new": 1, "gone": 1}.items() <= cli.object().items()
    assert sorted(cli.ids()) == sorted([str(tmp_path / "articles" / "b.txt"), site.url("/a")])
    assert cli.run("sources", config, "--json") == 0
    folder, feed = cli.lines()
    assert (folder["items"], folder["articles"], folder["error"]) == (1, 1, None)
    assert (feed["kind"], feed["articles"], feed["failures"], feed["last_success"][:2]) == ("feed", 1, 0, "20")
    with cli.index() as index, cli.catalog() as catalog:
        assert index.all_ids() == catalog.passage_ids()


def test_a_dry_run_tells_and_leaves_no_trace(cli: CommandLine, config: Path) -> None:
    with watching(cli.data_dir, wait=False):
        assert cli.run("refresh", config, "--dry-run", "--json") == 1
    assert (cli.object()["new"], cli.object()["dry_run"]) == (2, True)
    assert cli.error.endswith("Nothing was stored (--dry-run)\n")
    assert cli.ids() == []
    assert not (cli.data_dir / "sources.sqlite3").exists()
    assert cli.run("sources", config) == 0
    assert b"articles  kind folder  items 0  articles 0" in cli.output
    assert not (cli.data_dir / "sources.sqlite3").exists()


def test_one_refresh_at_a_time_and_none_beside_an_ingest(cli: CommandLine, config: Path, site: WebServer) -> None:
    with watching(cli.data_dir, wait=False):
        assert cli.run("refresh", config) == 1
        assert cli.error.startswith("citegram-ingest: Another watch or refresh of this data directory is running since")
        assert cli.run("watch", config) == 1
    with writing(cli.data_dir, wait=False):
        assert cli.run("refresh", config) == 1
        assert cli.error.startswith("citegram-ingest: Another ingest is running since")
    assert site.requests == []


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        pytest.param(
            ["--source", "Nobody"], 2, "watch.toml has no source 'Nobody'; it has Dead, articles.", id="source"
        ),
        pytest.param(["--accept-gone"], 2, "--accept-gone is for one --source", id="accept-gone"),
        pytest.param(["--since", "yesterday"], 2, "'yesterday' is no date", id="since"),
        pytest.param(["--limit", "0"], 2, "'0' is no number from 1 on", id="limit"),
    ],
)
def test_wrong_usage(cli: CommandLine, config: Path, words: list[str], code: int, told: str) -> None:
    assert cli.run("refresh", config, *words) == code
    assert told in cli.error


def test_a_broken_configuration_is_one_sentence(cli: CommandLine, config: Path) -> None:
    config.write_text("[[source]]\nfed = 'https://post.example/'\n")
    for command in ("refresh", "watch", "sources"):
        assert cli.run(command, config) == 2
        assert cli.error.startswith("citegram-ingest: watch.toml, source 1: it names nothing to read; ")


def test_a_watch_with_nothing_new_loads_no_model_and_ends_when_told(
    data_dir: Path, config: Path, tmp_path: Path
) -> None:
    for file in (tmp_path / "articles").iterdir():
        file.unlink()
    with Command("ingest", "watch", config, "--json", data_dir=data_dir) as watch:
        watch.err.wait("Dead: failed: the site answers 404")
        _, line = watch.out.wait("sources")
        assert json.loads(line)["sources"][-1]["name"] == "Dead"
        time.sleep(0.2)
        assert not (data_dir / "chroma").exists()
        assert watch.stop(signal.SIGTERM) == 128 + signal.SIGTERM
        assert "loading" not in watch.err.text
