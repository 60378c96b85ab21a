"""CONFIG.toml: what it may say, and the sentence for each mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.watching.config import parse_config, read_config
from ingest.watching.sources import DAY, HOUR, Source
from retrieval.errors import SettingsError

PATH = Path("/etc/citegram/watch.toml")
FEED = '[[source]]\nfeed = "https://post.example/feed"\n'

EXAMPLE = """
interval = "1h"          # how often each source is read; "30m" unless said otherwise
jitter = 0.2             # earlier or later by as much, so that not all are read at once
gone = "mark"            # articles that are gone: "keep" them, "mark" them, or "remove" them
recheck = "2d"           # pages that no listing says anything of are looked at again after so long
allow_private = true     # fetch from your own network too

[[source]]
feed = "https://post.example/feed.xml"
name = "The Westmere Post"
interval = "15m"

[[source]]
sitemap = "https://town.example/sitemap.xml"
since = 2026-01-01
limit = 500

[[source]]
site = "https://council.example/minutes/"
depth = 3
gone = "keep"

[[source]]
page = "https://post.example/about"

[[source]]
pages = ["https://a.example/1", "https://b.example/2"]
name = "Two pages"

[[source]]
folder = "articles"
interval = "10s"
"""


def test_all_that_it_may_say() -> None:
    config = parse_config(EXAMPLE.encode(), PATH)
    assert config.allow_private
    usual = {"interval": HOUR, "jitter": 0.2, "gone": "mark", "recheck": 2 * DAY}
    feed, sitemap, site, page, pages, folder = config.sources
    assert feed == Source(
        "The Westmere Post",
        "feed",
        ("https://post.example/feed.xml",),
        **{**usual, "interval": 900.0},  # type: ignore[arg-type]
    )
    assert (sitemap.name, sitemap.since, sitemap.limit) == ("https://town.example/sitemap.xml", "2026-01-01", 500)
    assert (site.kind, site.depth, site.gone) == ("site", 3, "keep")
    assert (page.kind, page.addresses) == ("pages", ("https://post.example/about",))
    assert (pages.kind, pages.addresses) == ("pages", ("https://a.example/1", "https://b.example/2"))
    assert (folder.name, folder.addresses, folder.interval) == ("articles", ("/etc/citegram/articles",), 10.0)


def test_what_it_says_when_it_says_little() -> None:
    [feed] = parse_config(b"\xef\xbb\xbf" + FEED.encode(), PATH).sources
    assert (feed.interval, feed.jitter, feed.gone, feed.recheck) == (HOUR / 2, 0.1, "keep", DAY)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", ("the top level: there is no source", "write [[source]]"), id="nothing"),
        pytest.param("a = 1\nb =\n", ("is not valid TOML", "line 2"), id="no TOML"),
        pytest.param("a = " + "[" * 5000, ("is not valid TOML (nested too deeply)",), id="nested"),
        pytest.param(f"intervall = '1h'\n{FEED}", ("top level: 'intervall' is no key here", "interval, "), id="a typo"),
        pytest.param(f"{FEED}depth = 2", ("source 1 (https://post.example/feed)", "'depth' is no key"), id="no site"),
        pytest.param(f"{FEED}\n[[source]]", ("source 2: it names nothing to read", "feed, sitemap"), id="empty source"),
        pytest.param(f"{FEED}folder = 'a'", ("source 1: it has feed and folder", "write one of"), id="two kinds"),
        pytest.param(FEED * 2, ("source 2: source 1 is called", "another name"), id="one name twice"),
        pytest.param("source = 1", ("'source' is no list of tables", "[[source]]"), id="source is no table"),
        pytest.param("[source]\nfeed = 'https://a.example/'", ("'source' is no list of tables",), id="one bracket"),
        pytest.param("[[source]]\nfeed = 1", ("'feed' is no text in quotes", 'feed = "https'), id="a number"),
        pytest.param("[[source]]\nfeed = 'feed.xml'", ("'feed' is not an http or https address",), id="no address"),
        pytest.param("[[source]]\nfeed = 'https://me:pw@a.example/'", ("user name or password",), id="a sign-in"),
        pytest.param("[[source]]\npages = 'https://a.example/'", ("'pages' is no list of addresses",), id="no list"),
        pytest.param("[[source]]\npages = []", ("'pages' is no list of addresses", "pages = ["), id="an empty list"),
        pytest.param("[[source]]\nfolder = '~nobody-of-this-name/a'", ("'folder' is in the home",), id="no home"),
        pytest.param(f"{FEED}name = ' '", ("'name' is no text in quotes",), id="no name"),
        pytest.param(f"{FEED}name = '{'x' * 201}'", ("'name' is empty or longer than 200",), id="a long name"),
        pytest.param(f"{FEED}interval = 30", ("'interval' is no time such as \"30m\"", '"6h"'), id="no unit"),
        pytest.param(f"{FEED}interval = '0m'", ("'interval' is not between a second and a year",), id="no time"),
        pytest.param(f"{FEED}interval = '5s'", ("an interval of 5 s is shorter than 60 s",), id="too often"),
        pytest.param(f"jitter = 2\n{FEED}", ("'jitter' is no share from 0 to 0.5", "jitter = 0.1"), id="jitter"),
        pytest.param(f"jitter = true\n{FEED}", ("'jitter' is no share",), id="jitter is no truth"),
        pytest.param(f"gone = 'delete'\n{FEED}", ("'gone' is none of",), id="policy"),
        pytest.param(f"gone = ['keep']\n{FEED}", ("'gone' is none of",), id="policies"),
        pytest.param(f"allow_private = 'yes'\n{FEED}", ("'allow_private' is neither true nor false",), id="truth"),
        pytest.param(f"{FEED}limit = 0", ("'limit' is no number from 1 on",), id="limit"),
        pytest.param(f"{FEED}limit = true", ("'limit' is no number from 1 on",), id="limit is no truth"),
        pytest.param(f"{FEED}since = '03/04/2026'", ("'since' is no date", '"2026-03-01"'), id="two days at once"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_its_place(text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_config(text.encode(), PATH)
    message = str(caught.value)
    assert message.startswith("watch.toml")
    assert message.endswith(".")
    assert "\n" not in message
    for word in words:
        assert word in message


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(SettingsError, match=r"watch\.toml is not UTF-8"):
        parse_config(b"\xff\xfea", PATH)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be read \(No such file or directory\); name a file"):
        read_config(tmp_path / "none.toml")
    with pytest.raises(SettingsError, match="cannot be read"):
        read_config(tmp_path)
