"""What is gone: kept, marked or removed, once it is certain, and never half of a source at once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ingest.watching.refresh import Choice
from tests.building import BRIDGE, write_jsonl
from tests.ingest.watching.world import World, counts, story
from tests.ingest.web.reading import item, rss
from tests.web_server import Reply, WebServer, unchanged_unless

HOUR, DAY = 3600.0, 86_400.0


def watched(world: World, site: WebServer, gone: str, pages: int = 3) -> None:
    """A feed of some pages, which in each later round all fall due."""
    world.write(f'feed = "{site.url("/feed")}"\nname = "Post"', top=f'recheck = "1h"\ngone = "{gone}"\njitter = 0')
    site.pages["/feed"] = Reply(rss(*(item(f"/{n}") for n in range(pages))), content_type="application/rss+xml")
    site.pages |= {f"/{n}": unchanged_unless(f'"{n}"', "x", story(f"Number {n}")) for n in range(pages)}
    assert world.one().new == pages


@pytest.mark.parametrize("gone", ["keep", "mark", "remove"])
def test_a_page_is_gone_when_that_is_said_twice(world: World, site: WebServer, gone: str) -> None:
    watched(world, site, gone)
    page = site.pages.pop("/1")
    url = site.url("/1")
    assert counts(world.one(later=DAY)) == (0, 0, 2, 0, 0)
    assert "gone_since" not in world.metadata(url)
    assert counts(world.one(later=DAY)) == (0, 0, 2, 1, 0)
    assert (url in world.ids()) == (gone != "remove")
    if gone == "mark":
        assert world.metadata(url)["gone_since"] == "2026-05-30"
    assert counts(world.one(later=60 * DAY))[3] == 0, "it is told once"
    site.pages["/1"] = page
    report = world.one(later=60 * DAY)
    assert counts(report)[:2] == {"keep": (0, 0), "mark": (0, 1), "remove": (1, 0)}[gone]
    assert "gone_since" not in world.metadata(url)
    assert counts(world.one(later=60 * DAY))[2:] == (3, 0, 0)


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param((404, 200, 404, 200), id="there again in between"),
        pytest.param((500, 503, 403, 500), id="another error"),
    ],
)
def test_a_page_that_may_be_there_is_not_gone(world: World, site: WebServer, answers: tuple[int, ...]) -> None:
    watched(world, site, "remove")
    page = site.pages["/1"]
    for status in answers:
        site.pages["/1"] = page if status == 200 else Reply("", status)
        assert world.one(later=3 * DAY).gone == 0
    assert len(world.ids()) == 3


def test_a_page_that_the_feed_names_without_its_being_there_was_never_gone(world: World, site: WebServer) -> None:
    watched(world, site, "remove")
    site.pages["/feed"] = Reply(rss(*(item(f"/{n}") for n in range(4))), content_type="application/rss+xml")
    reports = [world.one(later=DAY) for _ in range(4)]
    assert [len(report.failed) for report in reports] == [1, 0, 0, 0]
    assert [report.gone for report in reports] == [0, 0, 0, 0]


@pytest.mark.parametrize("gone", ["mark", "remove"])
def test_most_of_a_source_is_not_believed_to_be_gone_until_an_operator_says_so(
    world: World, site: WebServer, gone: str
) -> None:
    watched(world, site, gone, pages=8)
    for n in range(5):
        del site.pages[f"/{n}"]
    assert world.one(later=2 * HOUR).error == ""
    report = world.one(later=2 * HOUR)
    assert report.error.startswith(
        "5 of its 8 pages or files are gone at once; nothing was removed; if that is right: "
    )
    assert report.error.endswith("--source Post --accept-gone`")
    assert len(world.ids()) == 8
    assert not any("gone_since" in world.metadata(id_) for id_ in world.ids())
    assert world.one(later=2 * DAY).error == report.error
    assert counts(world.one(later=0, choice=Choice(("Post",)), accept_gone=True))[3] == 5
    assert len(world.ids()) == (3 if gone == "remove" else 8)
    assert world.one(later=3 * DAY).error == ""


def test_four_are_believed_to_be_gone_though_they_are_all_of_them(world: World, site: WebServer) -> None:
    watched(world, site, "remove", pages=4)
    for n in range(4):
        del site.pages[f"/{n}"]
    assert [world.one(later=2 * HOUR).gone for _ in range(2)] == [0, 4]
    assert world.ids() == set()


def test_a_file_that_was_cut_off_is_not_believed(world: World) -> None:
    (world.folder / "articles").mkdir()
    world.write('folder = "articles"\ngone = "remove"')
    records = [{"id": f"a{n}", "text": f"{BRIDGE} {n}"} for n in range(12)]
    file = write_jsonl(world.folder / "articles" / "a.jsonl", *records)
    world.one()
    write_jsonl(file, *records[:3])
    for _ in range(2):
        report = world.one(later=DAY)
        assert report.error.startswith("9 of its 12 articles are gone at once; nothing was removed")
    assert len(world.ids()) == 12
    write_jsonl(file, *records[:11])
    report = world.one(later=DAY)
    assert (report.error, report.gone) == ("", 1)
    assert len(world.ids()) == 11


def test_what_another_source_still_has_is_not_gone(world: World, site: WebServer) -> None:
    world.write(
        f'feed = "{site.url("/feed")}"\nname = "Post"',
        'folder = "articles"',
        top='recheck = "1h"\ngone = "remove"',
    )
    (world.folder / "articles").mkdir()
    file = write_jsonl(world.folder / "articles" / "a.jsonl", {"id": site.url("/0"), "text": BRIDGE, "title": "Kept"})
    site.pages |= {"/feed": Reply(rss(item("/0")), content_type="application/rss+xml"), "/0": story("Number 0")}
    world.pass_over()
    del site.pages["/0"]
    assert [sum(report.gone for report in world.pass_over(later=DAY).values()) for _ in range(2)] == [0, 0]
    assert world.ids() == {site.url("/0")}
    file.write_text("")
    assert [report.gone for report in world.pass_over(later=DAY).values()] == [1, 1]
    assert world.ids() == set()


def test_all_of_a_pass_are_removed_at_once(world: World, site: WebServer) -> None:
    world.write(*(f'feed = "{site.url(f"/feed{n}")}"' for n in range(3)), top='recheck = "1h"\ngone = "remove"')
    for n in range(3):
        site.pages[f"/feed{n}"] = Reply(rss(item(f"/{n}")), content_type="application/rss+xml")
        site.pages[f"/{n}"] = story(f"Number {n}")
    world.pass_over()
    for n in range(3):
        del site.pages[f"/{n}"]
    world.pass_over(later=DAY)
    calls = []
    remove = world.shelf.remove

    def counting(ids: Sequence[str]) -> str:
        calls.append(len(ids))
        return remove(ids)

    world.shelf.remove = counting  # type: ignore[method-assign]
    world.pass_over(later=DAY)
    assert calls == [3]


def test_what_an_operator_removed_stays_away(world: World, site: WebServer) -> None:
    watched(world, site, "keep")
    world.catalog.remove(site.url("/1"))
    for _ in range(3):
        world.one(later=DAY)
    assert site.url("/1") not in world.ids()
    site.pages["/1"] = story("Number 1", "It has changed since.")
    assert world.one(later=30 * DAY).new == 1
