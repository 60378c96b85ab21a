"""A whole article as a file."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.views.document import MAX_FILE_NAME, file_name, full_text
from bot.views.text import clean
from bot.views.words import Words, words_for
from retrieval.models import Article, Span, StoredArticle
from tests.bot.views.untrusted import speakers, stored_articles

EN, RU = words_for("en"), words_for("ru")
TEXT = (
    "The harbour bridge was closed on Monday. Rust was found.\n\n"
    "Buses are diverted.\nThe repairs take nine weeks.\n\nThe end."
)
STORED = StoredArticle(
    Article("a", TEXT, "Harbour bridge <closes>", "https://news.example/bridge?a=1&b=2", "2026-03-03", "Ada Brook",
            "Harbour Post", "en"),
    key=17, version=1, hash="", passages=1,
)  # fmt: skip
ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "header", "h1", "p", "a", "nav", "article", "mark",
}  # fmt: skip
spans = st.tuples(st.integers(0, 200), st.integers(0, 200)).map(lambda pair: Span(pair[0], sum(pair)))


class Seen(HTMLParser):
    """What a browser makes of a page: the article's paragraphs, marks by id, and every tag."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.paragraphs: list[str] = []
        self.marked: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)
        if "article" in self.open and tag == "p":
            self.paragraphs.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "article" in self.open and "p" in self.open:
            self.paragraphs[-1] += data
        if "mark" in self.open:
            self.marked.append(data)

    def values(self, name: str) -> list[str]:
        return [attrs[name] or "" for _, attrs in self.tags if name in attrs]


def opened(stored: StoredArticle, marks: list[Span], words: Words = EN) -> Seen:
    return Seen(full_text(stored, marks, words).decode())


def visible(text: str) -> str:
    return "".join(clean(text).split())


def marked_by(quote: str) -> Span:
    return Span(TEXT.index(quote), TEXT.index(quote) + len(quote))


@settings(max_examples=80)
@given(stored_articles, st.lists(spans, max_size=4), speakers)
@example(
    replace(STORED, article=replace(STORED.article, text="<script>alert(1)</script>&amp;\n\n-->")), [Span(3, 40)], RU
)
@example(replace(STORED, article=replace(STORED.article, text="\x1bRust")), [Span(0, 1), Span(0, 2)], EN)
def test_no_article_gets_markup_of_its_own_into_the_page(
    stored: StoredArticle, marks: list[Span], words: Words
) -> None:
    seen, text = opened(stored, marks, words), stored.article.text
    assert {tag for tag, _ in seen.tags} <= ELEMENTS
    assert not any(name.startswith("on") for _, attrs in seen.tags for name in attrs)
    assert visible("".join(seen.paragraphs)) == visible(text)
    covered = sorted({n for mark in marks for n in range(mark.start, min(mark.end, len(text)))})
    assert visible("".join(seen.marked)) == visible("".join(text[n] for n in covered))
    with_text = [n for n, mark in enumerate(marks, 1) if visible(text[mark.start : mark.end])]
    assert sorted(seen.values("id")) == [f"q{n}" for n in with_text]
    assert [link for link in seen.values("href") if link.startswith("#")] == [f"#q{n}" for n in with_text]


def test_the_page_tells_what_it_is_and_where_it_comes_from() -> None:
    page = full_text(STORED, (), EN).decode()
    assert page.startswith("<!DOCTYPE html>\n")
    assert "<title>Harbour bridge &lt;closes&gt;</title>" in page
    assert '<h1 dir="auto">Harbour bridge &lt;closes&gt;</h1>' in page
    assert "Harbour Post · Ada Brook · 3 March 2026" in page
    assert '<a href="https://news.example/bridge?a=1&amp;b=2">Open the original page</a>' in page
    assert '<article lang="en">' in page


def test_the_page_is_readable_on_a_phone_by_day_and_night_and_runs_nothing() -> None:
    seen = opened(STORED, [])
    content = dict(zip(seen.values("name"), seen.values("content")[1:], strict=True))
    assert content["viewport"] == "width=device-width, initial-scale=1"
    assert seen.values("content")[0].startswith("default-src 'none'; style-src 'unsafe-inline'")
    page = full_text(STORED, (), EN).decode()
    assert "color-scheme: light dark" in page
    assert "src=" not in page
    assert "url(" not in page
    assert "@import" not in page


def test_paragraphs_are_those_of_the_article() -> None:
    assert opened(STORED, []).paragraphs == [
        "The harbour bridge was closed on Monday. Rust was found.",
        "Buses are diverted.",
        "The repairs take nine weeks.",
        "The end.",
    ]


def test_quotes_are_marked_and_can_be_jumped_to() -> None:
    page = full_text(STORED, [marked_by("Rust was found."), marked_by("The end.")], EN).decode()
    assert 'Monday. <mark id="q1">Rust was found.</mark></p>' in page
    assert '<mark id="q2">The end.</mark>' in page
    assert '<nav>Quotes: <a href="#q1">1</a><a href="#q2">2</a></nav>' in page


def test_the_page_tells_what_is_doubtful_and_on_which_page_of_the_document_its_quotes_stand() -> None:
    metadata = {"pages": [0, TEXT.index("Buses"), TEXT.index("The end")], "published_guessed": True,
                "gone_since": "2026-05-20"}  # fmt: skip
    paged = replace(STORED, article=replace(STORED.article, metadata=metadata))
    over = Span(TEXT.index("The repairs"), len(TEXT))
    page = full_text(paged, [marked_by("Rust was found."), over], EN).decode()
    assert "Ada Brook · about 3 March 2026 · gone from its source since 20 May 2026</p>" in page
    assert '<nav>Quotes: <a href="#q1">1 · p. 1</a><a href="#q2">2 · pp. 2–3</a></nav>' in page


def test_a_quote_over_several_paragraphs_is_marked_in_each() -> None:
    page = full_text(STORED, [Span(TEXT.index("Rust"), TEXT.index(" are"))], EN).decode()
    assert '<mark id="q1">Rust was found.</mark></p>\n<p dir="auto"><mark>Buses</mark> are diverted.</p>' in page


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        pytest.param(
            ["The end.", "end"],
            '<mark id="q1">The </mark><mark id="q2">end</mark><mark>.</mark>',
            id="one inside another",
        ),
        pytest.param(["The end.", "The end."], '<mark id="q1"><a id="q2"></a>The end.</mark>', id="the same twice"),
    ],
)
def test_quotes_that_overlap_all_have_their_place(marks: list[str], expected: str) -> None:
    assert expected in full_text(STORED, [marked_by(mark) for mark in marks], EN).decode()


def test_what_an_article_lacks_is_left_out() -> None:
    bare = replace(STORED, article=Article("a", "Rust.", " ", url="javascript:alert(1)"))
    page = full_text(bare, [Span(90, 99)], EN).decode()
    assert '<h1 dir="auto">Untitled</h1>\n</header>\n<article>\n<p' in page


def test_the_page_speaks_russian() -> None:
    page = full_text(STORED, [marked_by("The end.")], RU).decode()
    assert '<html lang="ru">' in page
    assert "Harbour Post · Ada Brook · 3 марта 2026" in page
    assert "<nav>Цитаты: " in page


@pytest.mark.parametrize(
    ("title", "name"),
    [
        pytest.param("Harbour bridge: closed, 'for now'", "Harbour-bridge-closed-for-now-17.html", id="English"),
        pytest.param("Рекорд жары в Белозарске", "Рекорд-жары-в-Белозарске-17.html", id="Russian"),
        pytest.param("हिन्दी समाचार", "हिन्दी-समाचार-17.html", id="vowel signs stay"),
        pytest.param("../../etc/passwd", "etc-passwd-17.html", id="a path"),
        pytest.param("CON", "CON-17.html", id="a device of Windows"),
        pytest.param("\u202e👍 /\\", "article-17.html", id="no letters"),
        pytest.param("", "article-17.html", id="no title"),
    ],
)
def test_a_file_is_named_after_the_article(title: str, name: str) -> None:
    assert file_name(replace(STORED, article=replace(STORED.article, title=title))) == name


@settings(max_examples=60)
@given(stored_articles)
def test_every_file_name_is_safe_and_short(stored: StoredArticle) -> None:
    name = file_name(stored)
    assert re.fullmatch(r"[^\s/\\:*?\"<>|.-][^\s/\\:*?\"<>|.]*-\d+\.html", name)
    assert len(name.encode()) <= MAX_FILE_NAME + len(f"-{stored.key}.html")
