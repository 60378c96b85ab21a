"""Feeds in the forms they come in, and in those that attacks have."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.documents.part import Part
from ingest.web.feeds import MOST_ENTRIES, read_feed
from retrieval.errors import ArticleError
from tests.ingest.web.reading import item, rss


def entries(feed: str | bytes) -> list[Part]:
    return list(read_feed(feed.encode() if isinstance(feed, str) else feed))


def entry(feed: str | bytes) -> Part:
    [only] = entries(feed)
    return only


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Blatt</title><entry>
<title type="html">A &amp;amp; B</title><link href="https://a.example/1"/><id>urn:1</id>
<published>2026-03-01T10:00:00+01:00</published><updated>2026-03-02T10:00:00Z</updated>
<author><name>Ada Lund</name></author><author><name>Bo Ek</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Hello</p></div></content></entry></feed>"""


def test_rss() -> None:
    more = (
        "<pubDate>Mon, 02 Mar 2026 08:00:00 +0200</pubDate><author>ada@post.example (Ada Lund)</author>"
        "<description>Short.</description><content:encoded><![CDATA[<p>All of the text.</p>]]></content:encoded>"
    )
    part = entry(rss(item("/news/bridge", "Bridge closes", more)))
    assert part.name == "/news/bridge"
    assert part.found.text == "<p>All of the text.</p>"
    assert part.found.fields == {
        "title": "Bridge closes", "published": "2026-03-02T08:00:00+02:00", "author": "Ada Lund",
        "source": "The Westmere Post",
    }  # fmt: skip


def test_atom() -> None:
    part = entry(ATOM)
    assert part.name == "https://a.example/1"
    assert part.found.text == "<p>Hello</p>"
    assert part.found.fields == {
        "id": "urn:1", "title": "A & B", "published": "2026-03-01T10:00:00+01:00", "author": "Ada Lund, Bo Ek",
        "source": "Blatt", "language": "de",
    }  # fmt: skip
    assert part.found.metadata == {"modified": "2026-03-02T10:00:00+00:00"}


def test_json_feed() -> None:
    items: list[object] = [
        {
            "id": 5, "url": "https://j.example/1", "title": "One", "content_text": "a < b\n\nc",
            "date_published": "2026-03-01T10:00:00+01:00", "authors": [{"name": "Ada"}, "x", {"name": 5}],
        },
        "not an entry",
        {"external_url": "https://j.example/2", "content_html": "<p>x</p>", "date_modified": "2026-03-02T10:00:00Z"},
    ]  # fmt: skip
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "J", "language": "en", "items": items}
    one, two = entries(json.dumps(feed))
    assert (one.name, one.found.text) == ("https://j.example/1", "<p>a &lt; b</p><p>c</p>")
    assert one.found.fields == {
        "title": "One", "published": "2026-03-01T10:00:00+01:00", "author": "Ada", "source": "J", "language": "en",
    }  # fmt: skip
    assert (two.name, two.found.text) == ("https://j.example/2", "<p>x</p>")
    assert two.found.metadata == {"modified": "2026-03-02T10:00:00+00:00"}


def test_rdf_and_a_permanent_link_in_place_of_a_link() -> None:
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>R</title></channel><item><title>T</title>'
        "<link>https://r.example/1</link><dc:date>2026-03-01</dc:date><dc:creator>Ada</dc:creator></item></rdf:RDF>"
    )
    part = entry(rdf)
    assert (part.name, part.found.fields["author"]) == ("https://r.example/1", "Ada")
    assert part.found.metadata == {"modified": "2026-03-01"}
    assert entry(rss("<item><guid>https://r.example/2</guid></item>")).name == "https://r.example/2"


def test_a_date_that_only_feedparser_understands_is_kept_in_utc() -> None:
    part = entry(rss(item("/a", more="<pubDate>Monday, 2 March 2026 08:00:00 EST</pubDate>")))
    assert part.found.fields["published"] == "2026-03-02T13:00:00+00:00"
    assert "published" not in entry(rss(item("/a", more="<pubDate>soon</pubDate>"))).found.fields


def test_old_bytes_are_read_in_the_encoding_they_declare() -> None:
    feed = rss(item("/a", "Мост закрыт")).replace("utf-8", "windows-1251").encode("cp1251")
    assert entry(feed).found.fields["title"] == "Мост закрыт"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        pytest.param("Bridge &lt;b&gt;closes&lt;/b&gt;", "Bridge closes", id="markup"),
        pytest.param("Bridge&lt;script&gt;alert(1)&lt;/script&gt; closes", "Bridge closes", id="a script"),
        pytest.param("Bridge &lt;script&gt;alert(1)", "Bridge", id="a script without an end"),
        pytest.param("<![CDATA[AT&amp;T <i>rises</i>]]>", "AT&T rises", id="an entity twice"),
        pytest.param("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2", id="signs that are no markup"),
        pytest.param("One\n  line", "One line", id="several lines"),
    ],
)
def test_titles_are_text(title: str, shown: str) -> None:
    assert entry(rss(item("/a", title))).found.fields["title"] == shown


def test_plain_text_as_a_body_keeps_its_paragraphs() -> None:
    part = entry(rss(item("/a", more="<description>One &amp;amp; two\n\nThree</description>")))
    assert part.found.text == "<p>One &amp; two</p><p>Three</p>"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "is not a feed", id="nothing"),
        pytest.param(b"/etc/passwd", "is not a feed", id="the name of a file"),
        pytest.param(b"http://127.0.0.1:1/", "is not a feed", id="an address"),
        pytest.param(b"<html><body><p>A page</p></body></html>", "is not a feed", id="a page"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(100), "is not a feed", id="a picture"),
        pytest.param(b'{"items": []}', "no JSON Feed", id="JSON of another kind"),
        pytest.param(b'{"items": ', "neither XML nor valid JSON", id="half of a JSON object"),
        pytest.param(b'{"a":' * 100_000, "neither XML nor valid JSON", id="JSON without a bottom"),
    ],
)
def test_what_is_no_feed_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason):
        entries(data)


def test_what_is_the_name_of_a_file_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_text(rss(item("/a")))
    with pytest.raises(ArticleError, match="is not a feed"):
        entries(str(tmp_path / "feed.xml"))


def laughing(levels: int) -> str:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, levels))
    return (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{entities}]>'
        f'<rss version="2.0"><channel><title>&l{levels - 1};</title></channel></rss>'
    )


@pytest.mark.parametrize(
    "feed",
    [
        pytest.param(laughing(10), id="a billion laughs"),
        pytest.param(
            '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel><title>&x;</title>'
            "</channel></rss>",
            id="an external entity",
        ),
    ],
)
def test_entities_of_its_own_cost_a_feed_its_reading(feed: str) -> None:
    with pytest.raises(ArticleError, match="declares entities of its own"):
        entries(feed)
    with contextlib.suppress(ArticleError):  # in another encoding they are no more than empty
        assert all("root:" not in str(part) and len(str(part)) < 1000 for part in entries(feed.encode("utf-16")))


def test_of_100_000_entries_the_first_ones_are_read() -> None:
    feed = rss(*(item(f"/{n}") for n in range(100_000)))
    began = time.process_time()
    parts = entries(feed)
    assert time.process_time() - began < 10
    assert [part.name for part in parts[:-1]] == [f"/{n}" for n in range(MOST_ENTRIES)]
    assert parts[-1].problem == "has more than 1,000 entries; the rest of them was not read"


def test_a_feed_that_is_cut_off_gives_the_entries_that_are_there() -> None:
    feed = rss(item("/1"), item("/2"))
    assert [part.name for part in entries(feed[: feed.rindex("<item>")])] == ["/1"]


def test_bare_signs_in_xml_do_not_cost_the_feed() -> None:
    assert entry(rss(item("/a?b=1&c=2", "Q & A"))).name == "/a?b=1&c=2"


def test_names_of_any_length_are_cut() -> None:
    more = f"<author>{'@' * 100_000}</author><guid isPermaLink='false'>{'x' * 100_000}</guid>"
    fields = entry(rss(item("/a", "y" * 100_000, more), title="z" * 100_000)).found.fields
    assert {name: len(str(value)) for name, value in fields.items()} == {"id": 2000, "title": 2000, "source": 2000}


SEEDS = [
    ATOM.encode(),
    rss(item("/a", more="<description>x</description>")).encode(),
    b'{"version":"https://jsonfeed.org/version/1"}',
]


@given(
    seed=st.sampled_from(SEEDS),
    cut=st.integers(0, 700),
    put=st.one_of(
        st.binary(max_size=40), st.sampled_from([b"<", b"]]>", b"<![CDATA[", b"&#x0;", b"<!--", b"\xff\xfe"])
    ),
    skip=st.integers(0, 40),
)
def test_damage_is_an_entry_less_or_a_reason(seed: bytes, cut: int, put: bytes, skip: int) -> None:
    with contextlib.suppress(ArticleError):
        for part in read_feed(seed[:cut] + put + seed[cut + skip :]):
            assert_fit(part.found.fields)


def assert_fit(fields: Any) -> None:
    assert all(isinstance(value, str) and value for value in fields.values())
