"""Small well-formed documents of every kind, to begin damage from."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile

from tests.ingest.documents.building import Text, column, docx, epub, paragraph, pdf, zipped
from tests.ingest.sources.gold import gold_pages
from tests.ingest.web.reading import BRIDGE, WHALE, body, item, rss

LINES = [line for text in (*BRIDGE, *WHALE) for line in text.split(". ")]

PAGES = [page.content.encode() for page in gold_pages()]

ATOM = f"""<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Post</title>
<entry><title type="html">A &lt;b&gt;bridge&lt;/b&gt;</title><link rel="alternate" href="/a"/><id>urn:1</id>
<updated>2026-03-01T08:00:00Z</updated><author><name>Ann Bee</name></author>
<content type="html">&lt;p&gt;{BRIDGE[0]}</content>
</entry></feed>""".encode()
JSON_FEED = (
    b'{"version": "https://jsonfeed.org/version/1.1", "title": "Post", "items": [{"id": "1", "url": "/a", "title": "T", '
    b'"content_html": "<p>x", "date_published": "2026-03-01T08:00:00Z", "authors": [{"name": "Ann"}]}]}'
)
FEEDS = [
    rss(item("/a", more=body(BRIDGE)), item("/b", "B", "<pubDate>Sun, 01 Mar 2026 08:00:00 GMT</pubDate>")).encode(),
    ATOM,
    JSON_FEED,
]
SITEMAP = (
    b'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://post.example/a'
    b"</loc><lastmod>2026-03-01</lastmod></url><url><loc>/b?c=1&d=2</loc></url></urlset>"
)
SITEMAPS = [
    SITEMAP,
    SITEMAP.replace(b"urlset", b"sitemapindex").replace(b"url>", b"sitemap>"),
    b"https://post.example/a\nhttps://post.example/b\n",
    gzip.compress(SITEMAP, mtime=0),
]
ROBOTS = b"""User-agent: *\nDisallow: /private/*.html$\nAllow: /private/open\nCrawl-delay: 2.5

user-agent: citegram/1.0\nuser-agent: other\nDisallow: /a%2fb*c # remark\nSitemap: https://post.example/sitemap.xml\n"""

EMAILS = [
    "From: Ann Bee <ann@post.example>\nTo: all\nSubject: =?utf-8?q?Re=3A_Br=C3=BCcke?=\n"
    "Date: Sun, 01 Mar 2026 08:00:00 +0100\n"
    'Message-ID: <1@post.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\n'
    "Content-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain; charset=iso-8859-1\n"
    "Content-Transfer-Encoding: quoted-printable\n\nDie Br=FCcke ist zu.\n\n--c\nContent-Type: text/html; charset=utf-8\n"
    "Content-Transfer-Encoding: base64\n\nPHA+VGhlIGJyaWRnZSBpcyBjbG9zZWQu\n--c--\n--b\n"
    "Content-Type: application/pdf; name=a.pdf\n"
    "Content-Disposition: attachment; filename*=utf-8''a%20b.pdf\n\nJVBERi0=\n--b--\n",
    f"Subject: Bridge\nFrom: ann@post.example\n\n{BRIDGE[0]}\n",
]  # fmt: skip
EMAIL_BYTES = [message.encode() for message in EMAILS]

TELEGRAM = (
    b'{"name": "Westmere Post", "type": "public_channel", "id": 12, "messages": [{"id": 1, "type": "message", "date": '
    b'"2026-03-01T08:00:00", "date_unixtime": "1772352000", "text": ["The ", {"type": "bold", '
    b'"text": "bridge"}, " is closed."], '
    b'"text_entities": [{"type": "plain", "text": "The bridge is closed."}], "author": "Ann"}, '
    b'{"id": 2, "type": "service"}]}'
)
TELEGRAM_ALL = b'{"chats": {"list": [' + TELEGRAM + b', {"type": "personal_chat", "messages": []}]}}'

MARKDOWN = f"""---\ntitle: "Bridge: closed"\npublished: 2026-03-01\ntags: [a, {{b: c}}]\nid: 007\n---
# Bridge\n\n{BRIDGE[0]}\n\n* one\n  1. two\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```py\nx = 1\n```

[a](http://b) ![c](d)
<div hidden>x</div>\n""".encode()
PLAIN = f"---\ntitle: Bridge\n---\nBridge\n{BRIDGE[0]}\n\nSource: The Post\n".encode()
TABLES = [
    f'id,title,text,published\n1,Bridge,"{BRIDGE[0]}",2026-03-01\n2,"a ""b""","line\nline",\n'.encode(),
    "Text;Ort\nDie Brücke;Süd\n".encode("cp1252"),
    "text\ttag\nBridge\ta\n".encode("utf-16"),
]
JSON_LINES = (
    b'{"id": "a", "title": "T", "text": "The bridge", "published": "2026-03-01", "tags": [1, {"a": null}]}\n\n'
    b'{"text": "b"}\n'
)

NOTES = {
    "word/footnotes.xml": '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    '<w:footnote w:id="2"><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote></w:footnotes>'
}
DOCX = docx(
    paragraph("Bridge", "Title")
    + paragraph(BRIDGE[0], inside='<w:r><w:footnoteReference w:id="2"/></w:r>')
    + "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    + "<w:p><m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath></w:p>",
    core="<dc:title>Bridge</dc:title><dc:creator>Ann</dc:creator><dcterms:modified>2026-03-01T08:00:00Z</dcterms:modified>",
    more=NOTES,
)
EPUB = epub(
    {"one.xhtml": f"<html><body><h1>One</h1><p>{BRIDGE[0]}</p></body></html>", "two.xhtml": f"<p>{WHALE[0]}</p>"},
    about="<dc:title>Book</dc:title><dc:creator>Ann</dc:creator><dc:date>2026-03-01</dc:date><dc:language>en</dc:language>",
    navigation="<a href='one.xhtml'>One</a>",
)
PDF = pdf(
    [
        Text(40, 780, "The Post 1"), Text(40, 740, "A bridge", 18), *column(40, 700, LINES[:3]),
        *column(320, 700, LINES[3:5]),
    ],
    [Text(40, 780, "The Post 2"), *column(40, 700, [*LINES[5:], "a b c", "it is divi-", "ded here."])],
    info={"Title": "A bridge", "Author": "Ann Bee", "CreationDate": "D:20260301080000+01'00'"},
)  # fmt: skip


def _tar() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in (("a/b.txt", PLAIN), ("c.jsonl", JSON_LINES)):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


TAR = _tar()
ZIPS = [
    zipped({"a/b.txt": PLAIN, "c.jsonl": JSON_LINES, "d.csv": TABLES[0]}),
    zipped({"a.txt": PLAIN}, zipfile.ZIP_STORED),
]

SEEDS: dict[str, list[bytes]] = {
    "html": PAGES, "page": PAGES, "links": PAGES, "feed": FEEDS, "sitemap": SITEMAPS, "robots": [ROBOTS],
    "markdown": [MARKDOWN], "text": [PLAIN, MARKDOWN], "email": EMAIL_BYTES, "telegram": [TELEGRAM, TELEGRAM_ALL],
    "jsonl": [JSON_LINES], "table": TABLES, "epub": [EPUB], "docx": [DOCX], "zip": ZIPS, "tar": [TAR],
    "charsets": TABLES,
}  # fmt: skip
"""By the name of the seam."""
