"""Sections of sites: walked again with what is remembered of them."""

from __future__ import annotations

import pytest

from tests.ingest.watching.world import World, counts, story
from tests.ingest.web.reading import BRIDGE, page
from tests.web_server import Reply, WebServer, unchanged_unless

HOUR, DAY = 3600.0, 86_400.0


def linking(name: str, *links: str) -> Reply:
    return Reply(
        page(
            name,
            (f"This is {name}. {BRIDGE[0]}", BRIDGE[1]),
            below="".join(f'<a href="{link}">x</a>' for link in links),
        )
    )


def listing(*links: str) -> Reply:
    return Reply("<ul>" + "".join(f'<li><a href="{link}">An article</a>' for link in links) + "</ul>")


@pytest.fixture
def section(world: World, site: WebServer) -> WebServer:
    world.write(f'site = "{site.url("/n/")}"\ngone = "remove"')
    site.pages |= {
        "/n/": unchanged_unless('"front"', "x", listing("/n/a", "/n/b")),
        "/n/a": unchanged_unless('"a"', "x", linking("A", "/n/c")),
        "/n/b": story("B"),
        "/n/c": story("C"),
    }
    return site


def test_unchanged_pages_are_not_read_and_their_links_are_followed(world: World, section: WebServer) -> None:
    assert counts(world.one()) == (3, 0, 0, 0, 0)
    section.requests.clear()
    assert counts(world.one(later=HOUR)) == (0, 0, 3, 0, 0)
    known = {request.path: request.headers.get("if-none-match") for request in section.requests}
    assert (known["/n/"], known["/n/a"], "/n/c" in known) == ('"front"', '"a"', True)
    section.pages["/n/c"] = story("C", "It has changed.")
    assert counts(world.one(later=HOUR)) == (0, 1, 2, 0, 0)


def test_what_nobody_links_to_any_more_is_looked_at_and_gone_when_it_is(world: World, section: WebServer) -> None:
    world.one()
    section.pages["/n/"] = listing("/n/a")
    assert counts(world.one(later=2 * DAY)) == (0, 0, 3, 0, 0)
    del section.pages["/n/b"]
    assert [counts(world.one(later=4 * DAY))[3] for _ in range(2)] == [0, 1]
    assert world.ids() == {section.url("/n/a"), section.url("/n/c")}


def test_a_page_that_is_still_linked_to_and_gone(world: World, section: WebServer) -> None:
    world.one()
    del section.pages["/n/b"]
    assert [counts(world.one(later=HOUR)) for _ in range(3)] == [(0, 0, 2, 0, 0), (0, 0, 2, 1, 0), (0, 0, 2, 0, 0)]


def test_a_dead_link_is_told_once(world: World, section: WebServer) -> None:
    section.pages["/n/b"] = linking("B", "/n/nowhere")
    assert len(world.one().failed) == 1
    assert counts(world.one(later=HOUR)) == (0, 0, 3, 0, 0)


def test_a_site_whose_first_page_is_away_fails(world: World, section: WebServer) -> None:
    world.one()
    section.pages["/n/"] = Reply("", 500)
    report = world.one(later=HOUR)
    assert report.error == "the site answers 500 (Internal Server Error)"
    assert len(world.ids()) == 3


def test_the_limit_is_one_of_pages_asked_for(world: World, section: WebServer) -> None:
    world.write(f'site = "{section.url("/n/")}"\nlimit = 2')
    assert counts(world.one()) == (1, 0, 0, 0, 0)
    assert len(section.paths()) == 2
    assert sum("--limit" in line for line in world.teller.lines) == 1
