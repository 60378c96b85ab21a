"""Sources that fail: they back off, are told, and hinder nobody."""

from __future__ import annotations

import time

import pytest

from ingest.watching import pages_round
from ingest.watching.refresh import Choice
from ingest.watching.report import totals
from ingest.watching.state import State
from retrieval.errors import CatalogError, ModelError
from tests.ingest.watching.world import World, counts, story
from tests.ingest.web.reading import item, rss
from tests.web_server import Reply, WebServer, busy, silence

HOUR, DAY = 3600.0, 86_400.0


@pytest.fixture
def two(world: World, site: WebServer) -> World:
    """A feed that is away and one that is there."""
    world.write(
        f'feed = "{site.url("/dead")}"\nname = "Dead"\ninterval = "6h"',
        f'feed = "{site.url("/feed")}"\nname = "Living"',
        top="jitter = 0",
    )
    site.pages |= {"/feed": Reply(rss(item("/a")), content_type="application/rss+xml"), "/a": story("A")}
    return world


def test_a_dead_source_hinders_no_living_one(two: World) -> None:
    reports = two.pass_over()
    assert reports["Dead"].error == "the site answers 404 (Not Found)"
    assert (reports["Living"].error, counts(reports["Living"])) == ("", (1, 0, 0, 0, 0))
    assert "Dead: failed: the site answers 404 (Not Found); it is tried again after 2026-05-29T08:26+00:00" in (
        two.teller.lines
    )


def test_it_is_left_alone_longer_each_time_but_no_longer_than_a_day(two: World, site: WebServer) -> None:
    waits = []
    for _ in range(4):
        report = two.pass_over()["Dead"]
        assert report.asked
        waits.append((report.next - two.now) / HOUR)
        two.now = report.next - 1
        left_alone = two.pass_over()["Dead"]
        assert (left_alone.asked, left_alone.error, left_alone.next) == (False, report.error, report.next)
        two.now = report.next
    assert waits == [12, 24, 24, 24]
    assert two.pass_over(later=-HOUR, choice=Choice(backing_off=True))["Dead"].asked
    assert two.pass_over(later=-HOUR, choice=Choice(("Dead",)))["Dead"].asked
    site.pages["/dead"] = Reply(rss(), content_type="application/rss+xml")
    report = two.pass_over(later=2 * DAY)["Dead"]
    assert (report.error, report.next - two.now) == ("", 6 * HOUR)


def test_a_source_that_asks_for_more_gets_it(two: World, site: WebServer) -> None:
    site.pages["/dead"] = busy("172800")
    report = two.pass_over()["Dead"]
    assert report.next - two.now == 2 * DAY


def test_a_busy_host_is_left_alone_with_the_rest_of_its_pages(world: World, site: WebServer) -> None:
    world.write(f'feed = "{site.url("/feed")}"\nname = "Post"', top="jitter = 0")
    site.pages["/feed"] = Reply(rss(*(item(f"/{n}") for n in range(5))), content_type="application/rss+xml")
    site.pages |= {f"/{n}": story(f"Number {n}") for n in range(5)}
    site.pages["/1"] = busy("7200")
    report = world.one()
    assert (counts(report), report.error) == ((1, 0, 0, 0, 0), "")
    assert site.paths() == ["/feed", "/0", "/1"]
    assert any("the other pages of its host are left for later" in line for line in world.teller.lines)
    site.pages["/1"] = story("Number 1")
    report = world.one(later=HOUR)
    assert "asks to be left alone" in report.error, "the client has not forgotten it, and the hour is one of the test's"


def test_a_site_that_is_busy_is_not_walked_on(world: World, site: WebServer) -> None:
    world.write(f'site = "{site.url("/n/")}"')
    site.pages["/n/"] = Reply("".join(f'<li><a href="/n/{n}">x</a>' for n in range(5)))
    site.pages |= {f"/n/{n}": busy("7200") for n in range(5)}
    report = world.one()
    assert "asks to be left alone" in report.error
    assert site.paths() == ["/n/", "/n/0"]


def test_a_source_that_hangs_hinders_no_other(world: World, site: WebServer) -> None:
    """What the other one brings is stored at once."""
    world.write(f'feed = "{site.url("/silent")}"', f'feed = "{site.url("/feed")}"\nname = "Living"')
    site.pages |= {"/silent": silence(site), "/feed": Reply(rss(item("/a")), content_type="application/rss+xml")}
    site.pages["/a"] = story("A")
    world.state.know(world.config.sources, world.config.path)
    with world.conductor() as conductor:
        reports = [conductor.begin(source, world.tools) for source in world.config.sources]
        deadline = time.monotonic() + 20
        while not reports[1].next:
            assert time.monotonic() < deadline
            conductor.turn(0.1)
        assert world.ids() == {site.url("/a")}
        assert [source.name for source in conductor.running] == [reports[0].name]
        world.stop.set()
        site.stopped.set()


def test_whatever_breaks_in_a_source_is_its_own_failure(
    two: World, site: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("words of an article")

    monkeypatch.setattr(pages_round, "fingerprint", broken)
    reports = two.pass_over()
    assert reports["Living"].error == "an unexpected ZeroDivisionError; please report it"
    assert not any("words of an article" in line for line in two.teller.lines)
    monkeypatch.undo()
    assert counts(two.pass_over(later=DAY)["Living"]) == (1, 0, 0, 0, 0)


def test_a_full_disk_is_the_failure_of_the_source_and_nothing_is_remembered_as_done(
    two: World, site: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise CatalogError("The disk of data is full; free some space and try again.")

    monkeypatch.setattr(State, "record", full)
    reports = two.pass_over()
    assert reports["Living"].error == "The disk of data is full; free some space and try again"
    monkeypatch.undo()
    assert two.state.items(two.state.standing(two.config.sources[1]).number) == {}
    assert counts(two.pass_over(later=DAY)["Living"])[:3] == (0, 0, 1), "the article was safe, and is read again"


def test_a_catalogue_that_cannot_be_written_fails_the_source_too(two: World) -> None:
    def full(_: object) -> None:
        raise CatalogError("The disk is full.")

    two.shelf.before_done = full
    assert two.pass_over()["Living"].error == "The disk is full"
    two.shelf.before_done = lambda draft: None
    assert counts(two.pass_over(later=DAY)["Living"]) == (1, 0, 0, 0, 0)


def test_a_pipeline_that_breaks_fails_whoever_it_was_at_work_for(two: World) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("words of an article")

    two.shelf.before_done = broken
    error = two.pass_over()["Living"].error
    assert error == "nothing could be stored, for an unexpected ZeroDivisionError; please report it"
    two.shelf.before_done = lambda draft: None
    assert counts(two.pass_over(later=DAY)["Living"]) == (1, 0, 0, 0, 0)


def test_a_model_that_cannot_be_used_ends_the_pass(two: World) -> None:
    def no_model(_: object) -> None:
        raise ModelError("The model cannot be loaded.")

    two.shelf.before_done = no_model
    with pytest.raises(ModelError):
        two.pass_over()
    two.go_on()
    two.shelf.before_done = lambda draft: None
    assert counts(two.pass_over()["Living"]) == (1, 0, 0, 0, 0)


def test_an_article_that_cannot_be_stored_is_tried_again(two: World, monkeypatch: pytest.MonkeyPatch) -> None:
    put = two.catalog.put
    monkeypatch.setattr(two.catalog, "put", lambda *_: (_ for _ in ()).throw(CatalogError("has too many passages")))
    report = two.pass_over()["Living"]
    assert (report.error, [failed["reason"] for failed in report.failed]) == ("", ["has too many passages"])
    monkeypatch.setattr(two.catalog, "put", put)
    assert counts(two.pass_over(later=DAY)["Living"])[:1] == (1,)


def test_a_stop_leaves_what_is_safe_remembered_and_the_rest_for_the_next_time(world: World, site: WebServer) -> None:
    world.write(f'feed = "{site.url("/feed")}"')
    site.pages["/feed"] = Reply(rss(*(item(f"/{n}") for n in range(6))), content_type="application/rss+xml")
    site.pages |= {f"/{n}": story(f"Number {n}") for n in range(6)}

    def stop_at_the_third(draft: object) -> None:
        if len(world.shelf.stored) == 3:
            world.stop.set()

    world.shelf.before_done = stop_at_the_third
    world.pass_over()
    world.go_on()
    done = len(world.ids())
    assert 3 <= done < 6
    site.requests.clear()
    assert world.one().new == 6 - done
    assert len(site.paths()) == 1 + 6 - done, "what was remembered is not asked for again"


def test_the_totals_of_a_pass(two: World) -> None:
    reports = list(two.pass_over().values())
    told = totals(reports, index="up to date", stopped=False, data_dir="data", seconds=1.234)
    assert (told["new"], told["failed"], told["seconds"]) == (1, [], 1.23)
    assert told["sources"][0] == {
        "name": "Dead", "new": 0, "updated": 0, "unchanged": 0, "gone": 0, "failed": [],
        "error": "the site answers 404 (Not Found)", "next": "2026-05-29T08:26:40+00:00",
    }  # fmt: skip


def test_sources_of_another_catalogue_are_forgotten(two: World) -> None:
    two.pass_over()
    two.state.close()
    two.state = State.in_directory(two.settings.data_dir, "f" * 32)
    two.catalog.remove(next(iter(two.ids())))
    assert counts(two.pass_over()["Living"]) == (1, 0, 0, 0, 0)
