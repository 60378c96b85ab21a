"""Addresses: which words are meant as one, what a link leads to, and what one site is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.web.links import is_address, resolved, same_site


@pytest.mark.parametrize(
    ("word", "address"),
    [
        ("https://e.example/a", True),
        ("HTTP://e.example", True),
        ("file:///etc/passwd", True),
        ("articles/a.txt", False),
        ("./https:", False),
        ("C:\\articles", False),
        ("notes: a.txt", False),
    ],
)
def test_words_meant_as_addresses(word: str, address: bool) -> None:
    assert is_address(word) == address


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        pytest.param("b", "https://e.example/a/b", id="relative"),
        pytest.param("/b#c", "https://e.example/b", id="with a fragment"),
        pytest.param("//o.example/b", "https://o.example/b", id="of another host"),
        pytest.param(" ?q=1 ", "https://e.example/a/?q=1", id="a query"),
        pytest.param("javascript:alert(1)", None, id="a script"),
        pytest.param("mailto:a@e.example", None, id="a mail address"),
        pytest.param("data:text/html,x", None, id="data"),
        pytest.param("file:///etc/passwd", None, id="a file"),
        pytest.param("http://[::1/", None, id="half an IPv6 address"),
        pytest.param("http://e.example:port/", None, id="a port that is none"),
        pytest.param("/" + "x" * 3000, None, id="too long"),
    ],
)
def test_what_a_link_leads_to(link: str, leads_to: str | None) -> None:
    assert resolved("https://e.example/a/", link) == leads_to


@given(st.text(max_size=60))
def test_any_link_leads_to_a_web_address_or_nowhere(link: str) -> None:
    found = resolved("https://e.example/a/", link)
    assert found is None or found.lower().startswith(("http://", "https://"))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("https://e.example/b", True),
        ("http://www.e.example/", True),
        ("https://m.e.example/", True),
        ("https://e.example:8080/", False),
        ("https://blog.e.example/", False),
        ("https://e.example.evil.example/", False),
    ],
)
def test_one_site(other: str, same: bool) -> None:
    assert same_site("https://e.example/a", other) == same
