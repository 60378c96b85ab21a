import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.fetching.robots import Rules, parse_robots

GROUPS = b"""\xef\xbb\xbf# rules
User-agent: OtherBot
Disallow: /

User-Agent: first
user-agent: CITEGRAM/2.0   # with a version
Sitemap: https://news.example/sitemap.xml
Crawl-delay: 2.5
Disallow: /private
Allow: /private/press

User-agent: *
Disallow: /all
"""


def may(rules: str, path: str) -> bool:
    return parse_robots(f"User-agent: *\n{rules}".encode()).allow(path)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        pytest.param("/news", True, id="not spoken of"),
        pytest.param("/private/a", False, id="disallowed"),
        pytest.param("/private/press/1", True, id="the longer rule allows"),
        pytest.param("/all/x", True, id="the group for all is not for one that is named"),
    ],
)
def test_the_group_that_names_citegram_is_the_one_that_counts(path: str, allowed: bool) -> None:
    rules = parse_robots(GROUPS)
    assert rules.allow(path) is allowed
    assert rules.delay == 2.5


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        pytest.param("Disallow:", "/a", True, id="nothing is disallowed"),
        pytest.param("Disallow: /", "/a", False, id="everything"),
        pytest.param("Disallow: /a\nAllow: /a", "/a", True, id="of two equals the one that allows"),
        pytest.param("Allow: /page\nDisallow: /*.htm", "/page.htm", False, id="longest wins, wildcard or not"),
        pytest.param("Disallow: /*.pdf$", "/a.pdf", False, id="end"),
        pytest.param("Disallow: /*.pdf$", "/a.pdf?x", True, id="end, and more comes"),
        pytest.param("Disallow: /*.pdf$", "/a.pdf/b.pdf", False, id="end, twice"),
        pytest.param("Disallow: /a$", "/a/b", True, id="end without a wildcard"),
        pytest.param("Disallow: /a*b*b$", "/ab", True, id="one letter cannot be two"),
        pytest.param("Disallow: /search?q=", "/search?q=x", False, id="query"),
        pytest.param("Disallow: /Press", "/press", True, id="capitals differ"),
        pytest.param("Disallow: /ü", "/%C3%BC", False, id="bare in the rule, escaped in the path"),
        pytest.param("Disallow: /%7ejoe", "/~joe", False, id="escaped in the rule, bare in the path"),
        pytest.param("Disallow: /a%2fb", "/a/b", True, id="an escaped slash is none"),
        pytest.param("Disallow: /a%2fb", "/a%2Fb", False, id="escapes in capitals or not"),
        pytest.param("Disallow: /%2A", "/*x", False, id="an escaped star is a star"),
        pytest.param("Disallow: /a%24", "/a$b", False, id="an escaped dollar is a dollar"),
        pytest.param("Disallow: /a$b", "/a$b", False, id="a dollar in the middle is a dollar"),
        pytest.param("Crawl-delay: soon\nNonsense\nDisallow: /a", "/a", False, id="lines that say nothing"),
    ],
)
def test_rules_are_read_by_the_standard(rules: str, path: str, allowed: bool) -> None:
    assert may(rules, path) is allowed


def test_groups_of_one_name_are_one() -> None:
    rules = parse_robots(b"User-agent: *\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n\nUser-agent: *\nDisallow: /b\n")
    assert [rules.allow(path) for path in ("/a", "/b", "/c")] == [False, False, True]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<!DOCTYPE html><p>Not found", id="a page"),
        pytest.param(b"Disallow: /", id="a rule for nobody"),
        pytest.param(b"User-agent: *bot\nDisallow: /", id="a star that is not the name"),
        pytest.param(b"\xff\xfe\x00U\x00s", id="no UTF-8"),
    ],
)
def test_where_nothing_is_said_everything_may_be_fetched(data: bytes) -> None:
    assert parse_robots(data) == Rules()


@given(st.binary(max_size=400), st.text(max_size=30))
def test_any_file_can_be_read(data: bytes, path: str) -> None:
    assert parse_robots(b"User-agent: *\n" + data).allow(f"/{path}") in (True, False)


@given(st.text("ab*", max_size=7), st.booleans(), st.text("ab", max_size=9))
def test_a_pattern_fits_as_a_regular_expression_would(pattern: str, whole: bool, path: str) -> None:
    expression = "/" + pattern.replace("*", ".*") + ("$" if whole else "")
    fits = re.match(expression, f"/{path}") is not None
    assert may(f"Disallow: /{pattern}{'$' if whole else ''}", f"/{path}") is not fits


def test_patterns_built_to_take_long_take_no_time() -> None:
    evil = f"Disallow: /{'*a' * 900}b\n" * 300
    started = time.process_time()
    assert may(evil, "/" + "a" * 7000)
    assert time.process_time() - started < 2.0
