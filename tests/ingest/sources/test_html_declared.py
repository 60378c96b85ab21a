import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.sources.declared import Declared
from ingest.sources.decode import Decoded
from ingest.sources.html import read_html
from ingest.sources.reading import parse_page

TEXT = "<p>" + "Some text of the article, and a little more of it. " * 10 + "</p>"


def declared(head: str = "", body: str = "<p>Text</p>", address: str = "") -> Declared:
    return Declared(parse_page(f"<html><head>{head}</head><body>{body}</body></html>"), address)


def ld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


@pytest.mark.parametrize(
    ("author", "names"),
    [
        pytest.param("Ann Lee", "Ann Lee", id="text"),
        pytest.param({"name": "Ann Lee"}, "Ann Lee", id="object"),
        pytest.param([{"name": "Ann Lee"}, "Bo Ek", "Bo Ek"], "Ann Lee, Bo Ek", id="several, one twice"),
        pytest.param({"@id": "#b"}, "Bea Orn", id="by reference"),
        pytest.param({"name": ["Ann Lee", "A. Lee"]}, "Ann Lee", id="a name in two forms"),
        pytest.param("https://e.org/ann", "", id="an address"),
        pytest.param({"name": "admin"}, "", id="nobody"),
        pytest.param("ann@e.org", "", id="a mail address"),
        pytest.param("By Ann Lee", "Ann Lee", id="with By"),
        pytest.param(None, "", id="null"),
        pytest.param(7, "", id="a number"),
    ],
)
def test_authors_in_structured_data(author: object, names: str) -> None:
    graph = [{"@type": "Person", "@id": "#b", "name": "Bea Orn"}, {"@type": "NewsArticle", "author": author}]
    assert declared(ld({"@graph": graph})).authors() == names


def test_the_article_is_found_among_other_structured_data() -> None:
    page = declared(
        ld([{"@type": "BreadcrumbList"}, {"@type": "WebPage", "name": "Wrong"}])
        + ld({"@type": ["Thing", "http://schema.org/BlogPosting"], "headline": "A &amp; B",
              "inLanguage": {"alternateName": "de"}, "publisher": {"name": "The Post"},
              "datePublished": "2026-03-01T08:00:00Z", "dateModified": "2026-03-02",
              "isAccessibleForFree": "False"})
    )  # fmt: skip
    assert (page.title(), page.site(), page.language()) == ("A & B", "The Post", "de")
    assert (page.published(), page.modified()) == ("2026-03-01T08:00:00+00:00", "2026-03-02")
    assert page.structured.for_subscribers


@pytest.mark.parametrize(
    "block",
    [
        pytest.param("{", id="cut off"),
        pytest.param("[" * 100_000, id="nested without end"),
        pytest.param('{"@type": "Article", "author": ' + "9" * 5000 + "}", id="an endless number"),
        pytest.param("null", id="null"),
        pytest.param('"Article"', id="text"),
        pytest.param("", id="empty"),
    ],
)
def test_broken_structured_data_says_nothing(block: str) -> None:
    page = declared(f'<script type="application/ld+json">{block}</script><meta name=author content="Ann Lee">')
    assert page.authors() == "Ann Lee"


@pytest.mark.parametrize(
    ("head", "body", "published"),
    [
        pytest.param('<meta name="dcterms.issued" content="2026-03-01">', "", "2026-03-01", id="Dublin Core"),
        pytest.param("", "<b itemprop=datePublished content=2026-03-01>1 March</b>", "2026-03-01", id="microdata"),
        pytest.param("", "<time pubdate datetime=2026-03-01>1 March</time>", "2026-03-01", id="pubdate"),
        pytest.param("", "<time class='entry published' datetime=2026-03-01>x</time>", "2026-03-01", id="class"),
        pytest.param("", "<time datetime=2026-03-01>x</time>", "", id="any time is not it"),
        pytest.param(
            '<meta name="date" content="2026-03-01">'
            + ld({"@type": "Article", "datePublished": "2026-03-01T08:00:00+02:00"}),
            "",
            "2026-03-01T08:00:00+02:00",
            id="the one with a zone, of the same day",
        ),
        pytest.param(
            '<meta property="article:published_time" content="2026-03-01">'
            + ld({"@type": "Article", "datePublished": "2025-01-01T08:00:00Z"}),
            "",
            "2026-03-01",
            id="the first, of different days",
        ),
    ],
)  # fmt: skip
def test_published(head: str, body: str, published: str) -> None:
    assert declared(head, body).published() == published


@pytest.mark.parametrize(
    ("link", "address", "canonical"),
    [
        pytest.param("/a", "https://e.org/b?x=1", "https://e.org/a", id="relative"),
        pytest.param("https://www.e.org/a", "https://m.e.org/a", "https://www.e.org/a", id="the same site's main form"),
        pytest.param("https://news.e.org/a", "https://e.org/a", "https://news.e.org/a", id="a part of the site"),
        pytest.param("https://other.org/a", "https://e.org/a", "", id="another site's article"),
        pytest.param("https://note.org/a", "https://e.org/a", "", id="a site whose name ends alike"),
        pytest.param("https://other.org/a", "", "https://other.org/a", id="a file, from anywhere"),
        pytest.param("https://e.org/", "https://e.org/a", "", id="the front page"),
        pytest.param("http://[::1", "https://e.org/a", "", id="no address"),
    ],
)
def test_canonical(link: str, address: str, canonical: str) -> None:
    assert declared(f'<link rel="canonical" href="{link}">', address=address).canonical() == canonical


def test_the_address_a_page_came_from_stands_where_it_declares_none() -> None:
    assert read_html(Decoded(TEXT), "https://e.org/a").fields["url"] == "https://e.org/a"
    assert read_html(Decoded(TEXT)).fields["url"] is None


def test_a_declared_date_is_not_marked_and_a_shown_one_is() -> None:
    told = read_html(Decoded(f'<html><head><meta name="date" content="2026-03-01"></head><body>{TEXT}</body></html>'))
    shown = read_html(Decoded(f"<html><body><p class='date'>1 March 2026</p>{TEXT}</body></html>"))
    assert (told.fields["published"], "published_guessed" in told.metadata, told.notices) == ("2026-03-01", False, ())
    assert (shown.fields["published"], shown.metadata["published_guessed"]) == ("2026-03-01", True)
    assert "guessed" in shown.notices[0]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["Article", "#a"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["@type", "@graph", "@id", "author", "name", "publisher", "datePublished", "inLanguage"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@settings(max_examples=80, deadline=None)
@given(JSON)
def test_any_structured_data_is_read(value: object) -> None:
    page = declared(ld([{"@type": "Article"}, value]))
    assert isinstance(page.title() + page.authors() + page.site() + page.published() + page.language(), str)
