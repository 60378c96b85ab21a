"""Links to an article's page, at the quote."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views.links import MAX_LINK, link_to_page, link_to_quote, web_link
from tests.telegram.parser import is_link

PAGE = "https://news.example/a"
NINE_WORDS = "The bridge was closed on Monday after cracks appeared."
ADDRESS = "ab1.:/?#@[]%-_~!$&'()*+,;=|^{}é。"


@pytest.mark.parametrize(
    ("url", "quote", "expected"),
    [
        pytest.param(PAGE, "The bridge is shut.", "#:~:text=The%20bridge%20is%20shut.", id="short: the whole quote"),
        pytest.param(PAGE, NINE_WORDS, "#:~:text=The%20bridge%20was%20closed,Monday%20after%20cracks%20appeared.",
                     id="long: its first and last words"),
        pytest.param(PAGE, "Closed - again, & for good.", "#:~:text=Closed%20%2D%20again%2C%20%26%20for%20good.",
                     id="signs with a meaning in fragments"),
        pytest.param(PAGE, "One line\nand another", "#:~:text=One%20line,and%20another", id="several lines"),
        pytest.param(PAGE, "«Шторм»\u00a0прошёл", "#:~:text=%C2%AB%D0%A8%D1%82%D0%BE%D1%80%D0%BC%C2%BB%20"
                     "%D0%BF%D1%80%D0%BE%D1%88%D1%91%D0%BB", id="other scripts and no-break spaces"),
        pytest.param(f"{PAGE}#part", "Shut.", "#part:~:text=Shut.", id="behind a fragment"),
        pytest.param(f"{PAGE}#part:~:text=old", "Shut.", "#part:~:text=Shut.", id="instead of another directive"),
        pytest.param(f"{PAGE}?a=1&b=2", "Shut.", "?a=1&b=2#:~:text=Shut.", id="behind a query"),
        pytest.param(PAGE, " \n ", "", id="nothing to find"),
        pytest.param(PAGE, "x" * MAX_LINK, "", id="a word too long for a link"),
    ],
)  # fmt: skip
def test_a_link_opens_the_page_at_the_quote(url: str, quote: str, expected: str) -> None:
    assert link_to_quote(url, quote) == PAGE + expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(f"{PAGE}.pdf", f"{PAGE}.pdf#page=4", id="an address"),
        pytest.param(f"{PAGE}.pdf?v=2", f"{PAGE}.pdf?v=2#page=4", id="behind a query"),
        pytest.param(f"{PAGE}.pdf#page=1&zoom=200", f"{PAGE}.pdf#page=4", id="instead of another place"),
        pytest.param(PAGE + "x" * (MAX_LINK - len(PAGE)), PAGE + "x" * (MAX_LINK - len(PAGE)), id="too long"),
    ],
)
def test_a_link_opens_a_document_at_the_page(url: str, expected: str) -> None:
    assert link_to_page(url, 4) == expected
    assert web_link(expected) == expected


@given(st.text(st.characters()))
def test_no_quote_breaks_its_link(quote: str) -> None:
    link = link_to_quote(PAGE, quote)
    assert web_link(link) == link
    directive = link.partition(":~:text=")[2]
    named = [unquote(part) for part in directive.split(",")] if directive else []
    words = quote.encode("utf-8", "replace").decode().split()
    assert all(word in words for part in named for word in part.split())


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://news.example/a?b=c#d", id="https"),
        pytest.param("http://127.0.0.1:8000/", id="http with a port"),
        pytest.param("https://пример.рф/новость", id="international"),
        pytest.param("https://[2001:db8::1]:8443/a", id="address in brackets"),
        pytest.param("https://reader@news.example/a", id="with a name to log in"),
    ],
)
def test_web_addresses_are_linked(url: str) -> None:
    assert web_link(url) == url
    assert is_link(url)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(None, id="none"),
        pytest.param("", id="empty"),
        pytest.param("/srv/articles/a.txt", id="path"),
        pytest.param("file:///etc/passwd", id="file"),
        pytest.param("javascript:alert(1)", id="script"),
        pytest.param("tg://user?id=1", id="telegram's own scheme"),
        pytest.param("https://", id="no host"),
        pytest.param("https://a.example:port/", id="no port number"),
        pytest.param("https://[::1", id="broken brackets"),
        pytest.param("http://localhost/a", id="no dot in the host"),
        pytest.param("http://intranet:8080/a.html", id="no dot in the host but one behind"),
        pytest.param("https://a%2eexample/", id="encoded dot"),
        pytest.param("https://a。example/", id="another script's dot"),
        pytest.param("https://a@b@news.example/", id="two names to log in"),
        pytest.param("https://a.example:/", id="a colon and no port"),
        pytest.param("https://a|b.example/", id="a sign that no host has"),
        pytest.param("https://a.example/a b", id="space"),
        pytest.param('https://a.example/">', id="end of an attribute"),
        pytest.param("https://a.example/\ud800", id="lone surrogate"),
        pytest.param("https://a.example/" + "a" * MAX_LINK, id="too long"),
    ],
)
def test_nothing_else_is_linked(url: str | None) -> None:
    assert web_link(url) is None


@settings(max_examples=300)
@given(st.builds("{}://{}".format, st.sampled_from(["http", "https"]), st.text(ADDRESS, max_size=12)))
def test_telegram_links_whatever_is_linked(url: str) -> None:
    assert web_link(url) is None or is_link(url)
