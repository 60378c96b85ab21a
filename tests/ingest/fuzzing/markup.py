"""Pieces of HTML, XML and JSON that parsers stumble over, and pages made of them."""

from __future__ import annotations

import json

from hypothesis import strategies as st

HTML = tuple(
    piece.encode()
    for piece in (
        "<p>", "</p>", "<div>", "</div>", "<article>", "</article>", "<main>", "<h1>", "</h1>", "<h2>",
        "<b>", "</b>", "<a href='/b'>", "</a>", "<ul>", "<li>", "</ul>", "<ol start=99999999>",
        "<ol start=-1>", "<table>", "<tr>", "<td>", "<th colspan=9999>", "</table>", "<pre>", "</pre>",
        "<br>", "<hr>", "<blockquote>", "<form>", "<input type=password>", "<button>Accept all</button>",
        "<template>", "<plaintext>", "<noscript>", "<svg>", "<math>", "<iframe>", "<textarea>", "<select>",
        "<title>", "</title>", "<script>", "</script>", "<style>p{color:#fff}</style>", "<style>@media{",
        "<!--", "-->", "<![CDATA[", "]]>", "<?php", "<!DOCTYPE x [", "<html lang=x>",
        "<body style='opacity:0'>", "<base href='//[::1'>", "<base href=''>",
        "<link rel=canonical href='http://[x'>", "<link rel=canonical href='/a b'>", "<meta charset=utf-7>",
        "<meta charset=utf-16>", "<meta property='og:title' content='\x1b]0;x\x07'>",
        "<meta name=author content='a&#10;b'>", "<meta name=date content='2024-02-30'>",
        "<meta name=date content='99999-01-01T00:00:00+99:99'>", "<time datetime='0000-00-00' pubdate>",
        "<span itemprop=author itemscope>", "<p itemprop=datePublished content=''>",
        "<p style='color:rgb(1e9,,%)'>", "<p style='font-size:1e-9px'>",
        "<p style='position:absolute;left:-99999999999em'>", "<p hidden>", "<font color='#'>",
        "<p class='share ad cookie'>", "<sup>[1]</sup>", "&#x0;", "&#xD800;", "&#x110000;", "&#8238;", "&nbsp;",
        "&bogus;", "&#x200b;", "&#13;", "&#10;", "<p/>", "</", "<", ">", "<p <b", "<a\x00b>",
        "<x:y xmlns:x=u>", "<\u00e9>", "<p \u00e9=\u00e9>", "\U000e0041",
    )
)  # fmt: skip

XML = tuple(
    piece.encode()
    for piece in (
        "<!DOCTYPE x [<!ENTITY a 'b'>]>", "<!DOCTYPE rss SYSTEM 'file:///etc/passwd'>", "&a;", "&lt;",
        "&amp;amp;", "&#0;", "&#xD800;", "<![CDATA[", "]]>", "<!--", "-->", "<?x?>", "<x:y xmlns:x='u'>",
        "xmlns=''", " xml:base='http://[::1'", "</", "/>", "<item>", "</item>", "<entry>", "<link/>",
        "<link href='javascript:x'/>", "<link>http://[</link>", "<title type='xhtml'>", "<guid>", "<loc>",
        "</loc>", "<url>", "</url>", "<sitemap>", "<lastmod>99999-13-99</lastmod>",
        "<pubDate>Mon, 99 Foo 0000 99:99:99 +9999</pubDate>", "<updated>20240230</updated>", "<content:encoded>",
        "<author>a@b (c)</author>", "<content type='text'>", "<content mode='base64'>",
        "<description>&lt;p&gt;x</description>", "<media:group>", "<enclosure length='x'/>",
        "<georss:point>1</georss:point>", "<georss:polygon>1 2 x</georss:polygon>", "<w:p>", "<w:t>", "</w:t>",
        "<w:tbl>", "<w:tc>", "<w:gridSpan w:val='-1'/>", "<w:vMerge/>", "<w:fldChar/>",
        "<w:footnoteReference w:id='x'/>", "<w:numId w:val='x'/>", "<itemref idref='x'/>",
        "<item id='x' href='../../x'/>",
    )
)  # fmt: skip

JSON = (
    b"{", b"}", b"[", b"]", b",", b":", b'"', b'"text":', b'"id":', b"null", b"true", b"-0", b"1e400",
    b"NaN", b"\\ud83d", b'"\\ud800"', b"\\u0000", b'"type":"message"', b'"messages":[',
    b'"date_unixtime":"1e9"', b'"text_entities":[[]]', b'"username":"abcde"', b'"items":[5]', b"9" * 5000,
)  # fmt: skip

PIECES: dict[str, tuple[bytes, ...]] = {
    "html": HTML, "page": HTML, "links": HTML, "feed": (*XML, *JSON), "sitemap": XML, "telegram": JSON, "jsonl": JSON,
    "robots": (b"Disallow: ", b"*", b"$", b"%zz", b"User-agent: *\n", b"Crawl-delay: nan\n"),
    "markdown": (*HTML, b"---\n", b"> ", b"- ", b"|", b"[a]: <", b"&a", b"!!bool", b"? [", b"<<:"),
    "text": (b"---\n", b": ", b"- ", b"\t", b"Source: "),
    "email": (
        b"\n\n", b"--b\n", b"=?x?q?=FF?=", b"Content-Type: ", b"; charset=", b"boundary=", b"<@,;:>", b"message/rfc822",
    ),
    "table": (b",", b'"', b"text", b"\ntext,text\n"), "epub": (*XML, *HTML), "docx": XML,
    "tar": (b"0000777\0", b"\x80" + bytes(10), b"x", b"L", b"S"), "charsets": (b"charset=", b"<meta charset="),
}  # fmt: skip
"""By the name of the seam."""

_KEYS = (
    "@type", "@id", "@graph", "author", "creator", "name", "alternateName", "datePublished", "dateModified",
    "headline", "url", "publisher", "inLanguage", "isAccessibleForFree",
)  # fmt: skip
_SCALARS = st.sampled_from(
    (
        "",
        "NewsArticle",
        "WebPage",
        "#a",
        "Ann Bee",
        "2024-01-01",
        "20240230",
        "http://[",
        "\x1b[0m",
        "\ud800",
        0,
        -1.5,
        10**30,
        None,
        True,
    )
)
STRUCTURED = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5),
    max_leaves=12,
)
"""What stands in JSON-LD, and in other places than it should."""


def declaring(value: object) -> bytes:
    """A page that declares `value` as its structured data."""
    text = "<p>The bridge was closed on Monday morning, the city says. " * 3
    return f'<script type="application/ld+json">{json.dumps(value)}</script><h1>Bridge</h1>{text}'.encode()
