import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.sources.decode import Decoded
from ingest.sources.html import read_html
from retrieval.errors import ArticleError
from tests.ingest.sources.reads import read_content

PAGE = """<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Bridge opens | The Gazette</title>
<meta property="og:site_name" content="The Gazette"><meta name="author" content="Reuters">
<link rel="canonical" href="https://Example.com/news/bridge?utm_source=x">
<meta property="article:published_time" content="2026-03-01T08:00:00Z"><script>var secret = 1</script></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/s">Sport</a></li></ul></nav>
<article><h1>Bridge opens</h1>
<p>The new bridge over the river <b>opened</b> on Sunday, said the <a href="/mayor">mayor</a>, who cut
a ribbon before some 400 people.</p>
<h2>Cost</h2><p>It cost 12 million pounds and took three years to build, twice as long as the council had planned.</p>
<ul><li>Length: 120 metres</li><li>Width: 12 metres</li></ul>
<table><tr><th>Year</th><th>Cost</th></tr><tr><td>2024</td><td>4m</td></tr></table>
<pre>line one
line two</pre></article>
<div class="comments"><p>A reader's comment that nobody asked for, long enough to look like a paragraph.</p></div>
<footer><p>All rights reserved. Cookies.</p></footer></body></html>"""

STRUCTURED = """<script type="application/ld+json">{"@context": "https://schema.org", "@type": "NewsArticle",
"author": {"@type": "Person", "name": "Ann Lee"}}</script>"""


def page(body: str, head: str = "") -> Decoded:
    return Decoded(f"<html><head>{head}</head><body>{body}</body></html>")


def test_a_page_becomes_an_article(tmp_path: Path) -> None:
    draft = read_content(tmp_path, "a.HTM", PAGE).only()
    article = draft.article
    assert (article.id, draft.identity) == ("https://example.com/news/bridge", "url")
    assert (article.title, article.author, article.source) == ("Bridge opens", "Reuters", "The Gazette")
    assert (article.published, article.language) == ("2026-03-01T08:00:00+00:00", "en")
    assert article.text == (
        "The new bridge over the river opened on Sunday, said the mayor, who cut a ribbon before some 400 people.\n\n"
        "Cost\n\n"
        "It cost 12 million pounds and took three years to build, twice as long as the council had planned.\n\n"
        "- Length: 120 metres\n- Width: 12 metres\n\nYear | Cost\n2024 | 4m\n\nline one\nline two"
    )


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param("<p>One short line.</p>", "One short line.", id="one line"),
        pytest.param(
            "Bare text<br>second line<br><br>new paragraph", "Bare text\nsecond line\n\nnew paragraph", id="no tags"
        ),
        pytest.param("<div>Alpha</div><div>Beta</div>", "Alpha\n\nBeta", id="divisions"),
        pytest.param(
            "<nav>Home</nav><p>Text</p><script>x</script><style>y</style><footer>f</footer>", "Text", id="chrome"
        ),
        pytest.param("<p>a<p>b<b>c<i>d", "a\n\nbcd", id="nothing closed"),
        pytest.param("<pre>one\n\ntwo</pre>", "one\n\ntwo", id="lines of preformatted text"),
        pytest.param("<ol start=4><li>a<li>b</ol>", "4. a\n5. b", id="numbered list"),
        pytest.param(
            "<table><tr><td><p>left</p><p>column</p></td><td><p>right</p></td></tr></table>",
            "left\n\ncolumn\n\nright",
            id="layout table",
        ),
        pytest.param("<p>a\x00b\x1bc&#x202e;d</p>", "abcd", id="control characters"),
    ],
)
def test_small_pages_keep_what_is_visible(tmp_path: Path, body: str, text: str) -> None:
    assert read_content(tmp_path, "a.html", page(body, "<title>T</title>").text).only().article.text == text


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        pytest.param(
            '<meta property="og:title" content="A"><title>B</title>', "<h1>C</h1><p>Text", "A", id="og:title first"
        ),
        pytest.param("<title>\n B \n</title>", "<h1>C</h1><p>Text", "B", id="then title"),
        pytest.param("", "<h2>D</h2><h1>C</h1><p>Text", "C", id="then the first heading"),
        pytest.param("", "<p>Text", "Text", id="then the first line"),
        pytest.param("<title></title>", "<p>Text", "Text", id="an empty title is none"),
        pytest.param(
            '<meta property="og:site_name" content="Times"><title>A - b | TIMES</title>',
            "<p>Text",
            "A - b",
            id="without the site's name",
        ),
        pytest.param(
            '<meta property="og:site_name" content="Times"><title>End - times past</title>',
            "<p>Text",
            "End - times past",
            id="only the site's name goes",
        ),
    ],
)
def test_title(head: str, body: str, title: str) -> None:
    assert read_html(page(body, head)).fields["title"] == title


@pytest.mark.parametrize(
    ("head", "field", "value"),
    [
        pytest.param('<meta name="date" content="2026-03-01">', "published", "2026-03-01", id="date"),
        pytest.param('<meta name="date" content="soon">', "published", None, id="no date"),
        pytest.param(
            '<meta property="article:author" content="https://fb.com/x">', "author", None, id="an address is no author"
        ),
        pytest.param('<link rel="canonical" href="https://e.org/">', "url", None, id="a site's address is no page's"),
        pytest.param('<link rel="canonical" href="/a">', "url", None, id="a relative address"),
        pytest.param('<meta property="og:url" content="https://e.org/a">', "url", "https://e.org/a", id="og:url"),
        pytest.param('<meta property="og:locale" content="de_DE">', "language", "de_DE", id="og:locale"),
        pytest.param(STRUCTURED, "author", "Ann Lee", id="structured data"),
    ],
)
def test_declared_fields(head: str, field: str, value: str | None) -> None:
    assert read_html(page("<p>" + "Some text of the article. " * 20, head)).fields[field] == value


@pytest.mark.parametrize(
    "head",
    [
        pytest.param('<meta charset="windows-1252">', id="declared"),
        pytest.param("", id="not declared"),
    ],
)
def test_a_page_that_is_not_utf8(tmp_path: Path, head: str) -> None:
    data = page("<p>It’s a “quoted” word</p>", head).text.encode("cp1252")
    assert read_content(tmp_path, "a.html", data).only().article.text == "It’s a “quoted” word"


def test_utf16_page(tmp_path: Path) -> None:
    data = page("<p>中文 text</p>").text.encode("utf-16")
    assert read_content(tmp_path, "a.html", data).only().article.text == "中文 text"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param("", "has no text", id="empty"),
        pytest.param("<html><body><script>x</script></body></html>", "has no text", id="only a script"),
        pytest.param("<html><body>" + "<div>" * 200_000 + "text", "nested too deeply", id="200,000 nested tags"),
        pytest.param("<p>" + "word " * 2_100_000, "too large in one piece", id="10 MB in one paragraph"),
        pytest.param("<p>" + "x" * 20_000_000, "larger than 20 MB", id="more than 20 MB"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(100), "is not text", id="a picture"),
    ],
)
def test_refused(tmp_path: Path, content: str | bytes, reason: str) -> None:
    assert reason in read_content(tmp_path, "a.html", content).reason()


def test_a_short_text_among_much_else_is_told_from_it() -> None:
    menu = "<div class=menu>" + "".join(f"<a href='/{n}'>Section number {n}</a> " for n in range(50)) + "</div>"
    brief = (
        "The harbour was closed on Sunday because of ice, said the harbour master, who expects ships again on Tuesday."
    )
    assert read_html(page(f"{menu}<article><p>{brief}</p></article>{menu}")).text == brief


@pytest.mark.parametrize(
    ("byline", "author"),
    [
        pytest.param("By Ann Lee and Bo van der Ek", "Ann Lee, Bo van der Ek", id="names"),
        pytest.param("Authority control databases", None, id="a caption"),
    ],
)
def test_a_byline_counts_when_it_is_names(byline: str, author: str | None) -> None:
    text = "<p>" + "Some text of the article. " * 20
    assert read_html(page(f"<div class='author'>{byline}</div>{text}")).fields["author"] == author


def test_a_page_with_too_many_tags_is_read_with_a_notice(tmp_path: Path) -> None:
    draft = read_content(tmp_path, "a.html", "<p>word</p>" * 60_000).only()
    assert draft.article.text.count("word") > 59_000
    assert "too large" in draft.notices[0]


TAGS_AND_TEXT = [
    "<p>", "</p>", "<div>", "</div>", "<ul>", "<li>", "<table>", "<tr>", "<td>", "<br>", "<pre>", "\n",
    "<script>", "<!--", "-->", "&amp;", "&#0;", "<h1>", "</h1>", "<a href=", '"', ">", "<", "x", "ü",
    "<meta charset=", "<title>", "</title>", "<html lang=en>", "<head>", "<body>", "<article>", "]]>",
    "<![CDATA[", "<?xml ?>", "<svg>", "<template>",
]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(TAGS_AND_TEXT) | st.text(max_size=5), max_size=30).map("".join))
def test_any_page_is_read_or_refused(content: str) -> None:
    with contextlib.suppress(ArticleError):
        assert isinstance(read_html(Decoded(content)).text, str)
