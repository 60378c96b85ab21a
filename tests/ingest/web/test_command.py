"""`citegram-ingest URL` and its options, as an operator uses them."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from ingest.sources.titles import title_of
from ingest.workers import Workers
from tests.building import BRIDGE, article, put, write_jsonl
from tests.ingest.test_cli import Capture, CommandLine
from tests.ingest.web.reading import BRIDGE as BRIDGE_PAGE
from tests.ingest.web.reading import Reads, item, page, rss
from tests.web_server import Reply, WebServer

LOCAL = ("--allow-private", "--interval", "0")


@pytest.fixture
def cli(data_dir: Path, capsysbinary: Capture, _signals_as_before: None) -> CommandLine:
    """The command without a vector index, which nothing here has anything new for."""
    return CommandLine(data_dir, capsysbinary)


@pytest.fixture
def _at_hand(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command parse pages where the other tests do, instead of starting processes."""
    monkeypatch.setattr("ingest.intake.Workers", lambda: nullcontext(workers))


@pytest.fixture
def post(site: WebServer) -> WebServer:
    """A site with a feed, a sitemap and three pages, one of which is missing."""
    for n in range(2):
        text = (f"This is article number {n}. {BRIDGE_PAGE[0]}", BRIDGE_PAGE[1])
        site.pages[f"/{n}"] = Reply(page(f"Title {n}", text))
    site.pages["/feed"] = Reply(rss(item("/0"), item("/1"), item("/2")), content_type="application/rss+xml")
    site.pages["/sitemap.xml"] = Reply("<urlset><url><loc>/1</loc></url></urlset>", content_type="text/xml")
    site.pages["/"] = Reply('<body><a href="/0">An article</a> <a href="/1">Another article</a>')
    return site


@pytest.mark.usefixtures("_at_hand")
def test_everything_at_once(cli: CommandLine, post: WebServer, reads: Reads, tmp_path: Path) -> None:
    """What is there already, so that no model is loaded: how articles come in is no matter of where they come from."""
    file = write_jsonl(tmp_path / "a.jsonl", {"id": "a", "text": BRIDGE})
    (tmp_path / "list").write_text(post.url("/1") + "\n")
    words = (
        file, post.url("/0"), "--list", tmp_path / "list", "--feed", post.url("/feed"), "--sitemap",
        post.url("/sitemap.xml"), "--site", post.url("/"), "--depth", "1", *LOCAL, "--json",
    )  # fmt: skip
    with cli.catalog() as catalog:
        put(catalog, article("a", BRIDGE, title_of(BRIDGE), language="en"))
        for path in ("/0", "/1"):
            put(catalog, reads.one(post.url(path)).article, identity="url")
        for key, generation in catalog.pending(10):
            catalog.settle(key, generation)
    assert cli.run(*words) == 1
    assert (cli.object()["new"], cli.object()["updated"], cli.object()["unchanged"]) == (0, 0, 3)
    assert cli.object()["failed"] == [{"name": post.url("/2"), "reason": "the site answers 404 (Not Found)"}]
    post.pages["/0"] = Reply(page("Title 0", ("It has changed since then, and not for the better. " * 20,)))
    assert cli.run("--dry-run", *words) == 1
    assert (cli.object()["new"], cli.object()["updated"], cli.object()["unchanged"]) == (0, 1, 2)
    assert cli.ids() == ["a", post.url("/0"), post.url("/1")]


@pytest.mark.usefixtures("_at_hand")
def test_a_dry_run_tells_and_stores_nothing(cli: CommandLine, post: WebServer, tmp_path: Path) -> None:
    file = write_jsonl(tmp_path / "a.jsonl", {"id": "a", "text": BRIDGE})
    assert cli.run("--dry-run", "--json", file, "--feed", post.url("/feed"), *LOCAL) == 1
    summary = cli.object()
    assert (summary["new"], len(summary["failed"]), summary["passages"], summary["dry_run"]) == (3, 1, 0, True)
    assert f"{post.url('/1')}: new\n" in cli.error
    assert cli.error.endswith("Nothing was stored (--dry-run)\n")
    assert "loading" not in cli.error
    assert cli.ids() == []


def test_your_own_network_is_closed_unless_you_open_it(cli: CommandLine, post: WebServer) -> None:
    assert cli.run("--dry-run", post.url("/0")) == 1
    assert "leads to 127.0.0.1, which is not public; --allow-private opens your own network" in cli.error
    assert post.requests == []


def test_limit_and_since_hold_for_files_and_the_web(cli: CommandLine, post: WebServer, tmp_path: Path) -> None:
    file = write_jsonl(
        tmp_path / "a.jsonl",
        {"id": "a", "text": BRIDGE, "published": "2026-02-28"},
        {"id": "b", "text": BRIDGE, "published": "2026-03-01"},
        {"id": "c", "text": BRIDGE},
    )
    words = ("--dry-run", "--json", "--since", "2026-03-01", file, post.url("/0"), post.url("/1"), *LOCAL)
    assert cli.run(*words, "--limit", "3") == 0
    assert (cli.object()["new"], cli.object()["left_out"]) == (3, 1)
    assert "1 older than 2026-03-01 were left out\n" in cli.error
    assert post.paths() == ["/0"]
    assert cli.run(*words, "--limit", "2") == 0
    assert post.paths() == ["/0"], "the files are enough"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        pytest.param([], "name a file, a folder or an address to read", id="nothing"),
        pytest.param(["--json"], "name a file, a folder or an address to read", id="options only"),
        pytest.param(["a.txt", "--depth", "2"], "--depth is for --site", id="a depth of nothing"),
        pytest.param(["a.txt", "--limit", "0"], "'0' is no number from 1 on", id="a limit of none"),
        pytest.param(["a.txt", "--since", "03/04/2026"], "'03/04/2026' is no date", id="a date that is two"),
        pytest.param(["http://e.example/", "--interval", "0"], "for your own network", id="an impolite interval"),
        pytest.param(["a.txt", "--interval", "-1"], "", id="an interval into the past"),
    ],
)
def test_wrong_usage(cli: CommandLine, words: list[str], complaint: str) -> None:
    assert cli.run(*words) == 2
    assert complaint in cli.error
