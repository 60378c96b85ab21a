import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.normalize import canonical_text
from ingest.sources.markdown import read_markdown
from retrieval.errors import ArticleError
from tests.ingest.sources.reads import read_content


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        pytest.param("One\ntwo.\n\nThree.", "One two.\n\nThree.", id="wrapped lines are one paragraph"),
        pytest.param("One  \ntwo\\\nthree", "One\ntwo\nthree", id="hard line breaks stay"),
        pytest.param(
            "# Zed\n\nText.\n\n## B\nMore.", "Text.\n\nB\n\nMore.", id="headings are paragraphs, the title's goes"
        ),
        pytest.param("- a\n- b\n  - c\n- d", "- a\n- b\n  - c\n- d", id="list"),
        pytest.param("3. a\n4. b\n   * c", "3. a\n4. b\n  - c", id="numbered list"),
        pytest.param("- a\n\n- b", "- a\n\n- b", id="list of paragraphs"),
        pytest.param("Before.\n\n- a\n\nAfter.", "Before.\n\n- a\n\nAfter.", id="list between paragraphs"),
        pytest.param("> quoted\n> text\n>\n> more", "quoted text\n\nmore", id="quotation"),
        pytest.param("| Year | Cost |\n|---|---|\n| 2024 | 4 *m* |\n| | 8 |", "Year | Cost\n2024 | 4 m\n8", id="table"),
        pytest.param("```py\nif x:\n    y = '*'\n```", "if x:\n    y = '*'", id="code block"),
        pytest.param("a\n\n\tindented\n\t  more", "a\n\nindented\n  more", id="indented code"),
        pytest.param("a **b** _c_ `d*` ~~e~~ [f](http://g) <http://h>", "a b c d* e f http://h", id="inline markup"),
        pytest.param("a ![alt](b.png) c", "a c", id="pictures leave nothing"),
        pytest.param("a<b>b</b> <br>c<script>x()</script>", "ab\nc", id="inline HTML"),
        pytest.param("<div><p>a</p><style>p{}</style></div>\n\n<!-- no -->\n\nb", "a\n\nb", id="blocks of HTML"),
        pytest.param(
            "a\n\n<div hidden>never</div>\n\nb <span style='font-size:0'>seen</span>c", "a\n\nb c", id="hidden HTML"
        ),
        pytest.param("AT&amp;T &mdash; \\*x\\* 2 < 3", "AT&T — *x* 2 < 3", id="entities and escapes"),
        pytest.param("a\n\n---\n\nb", "a\n\nb", id="rule"),
        pytest.param(
            "The ISIS* offshoot and the Taliban* leaders",
            "The ISIS* offshoot and the Taliban* leaders",
            id="lone asterisks",
        ),
        pytest.param("[a]: http://b\n\nSee [a].", "See a.", id="references"),
        pytest.param("a &#x202e;b&#0;", "a b\ufffd", id="entities are no way around the canonical form"),
        pytest.param("word", "word", id="one word"),
        pytest.param("# Only a title", "Only a title", id="only a title stays as text"),
        pytest.param("- a\n" * 30, "\n".join(["- a"] * 30), id="a line that repeats is no title"),
    ],
)
def test_reading_text(tmp_path: Path, markdown: str, text: str) -> None:
    assert read_content(tmp_path, "a.md", f"---\ntitle: Zed\n---\n{markdown}").only().article.text == text


@pytest.mark.parametrize(
    ("markdown", "title", "text"),
    [
        pytest.param("---\ntitle: T\n---\n# T\n\nBody.", "T", "Body.", id="front matter, repeated as heading"),
        pytest.param("---\ntitle: T\n---\n# Other\n\nBody.", "T", "Other\n\nBody.", id="front matter, another heading"),
        pytest.param("# T *x*\n\nT x\n\nBody.", "T x", "Body.", id="first heading, repeated"),
        pytest.param(
            "Kicker\n\n## Part\n\n# T\n\nBody.", "T", "Kicker\n\nPart\n\nT\n\nBody.", id="heading of the first level"
        ),
        pytest.param("T\n=\n\nBody.", "T", "Body.", id="underlined heading"),
        pytest.param("First line.\nMore.\n\nBody.", "First line. More.", "First line. More.\n\nBody.", id="no heading"),
        pytest.param("# ![](a.png)\n\nBody.", "Body.", "Body.", id="empty heading"),
    ],
)
def test_title(tmp_path: Path, markdown: str, title: str, text: str) -> None:
    article = read_content(tmp_path, "a.md", markdown).only().article
    assert (article.title, article.text) == (title, text)


def test_front_matter_fills_the_article(tmp_path: Path) -> None:
    draft = read_content(
        tmp_path,
        "a.md",
        "---\ntitle: T\nauthor: [Ann Lee, Bo Ek]\nsource: The Gazette\nurl: https://E.org/a#x\npublished: 2026-03-01\n"
        "language: en-GB\ntags: [a, b]\nrank: 1\n---\nBody.",
    ).only()
    article = draft.article
    assert (article.id, draft.identity) == ("https://e.org/a", "url")
    assert (article.author, article.source, article.url) == ("Ann Lee, Bo Ek", "The Gazette", "https://E.org/a#x")
    assert (article.published, article.language) == ("2026-03-01", "en")
    assert dict(article.metadata) == {"tags": ["a", "b"], "rank": 1}


@pytest.mark.parametrize(
    ("markdown", "reason"),
    [
        pytest.param("", "has no text", id="empty"),
        pytest.param("---\ntitle: T\n---\n", "has no text", id="only front matter"),
        pytest.param("![](a.png)", "has no text", id="only a picture"),
        pytest.param("---\ntitle: [T]\n---\nBody.", '"title" that is not text', id="a list as title"),
        pytest.param("---\ntitle: a: b\n---\nBody.", "line 2", id="broken front matter"),
        pytest.param("<div>" * 1000 + "x", "nested too deeply", id="nested without end"),
    ],
)
def test_refused(tmp_path: Path, markdown: str, reason: str) -> None:
    assert reason in read_content(tmp_path, "a.md", markdown).reason()


def test_100_000_words(tmp_path: Path) -> None:
    article = read_content(tmp_path, "a.md", "word " * 100_000).only().article
    assert len(article.text) == 499_999


@settings(max_examples=60)
@given(st.text(st.sampled_from("ab \n\t#*_`[]()<>!-|>&;:/1.\\~="), max_size=200).map(canonical_text))
def test_any_markdown_is_read_or_refused(markdown: str) -> None:
    with contextlib.suppress(ArticleError):
        assert isinstance(read_markdown(markdown).text, str)


@settings(max_examples=60)
@given(st.lists(st.text(st.sampled_from("aZé中 ,"), min_size=1).filter(str.strip), min_size=1, max_size=5))
def test_plain_paragraphs_come_back(paragraphs: list[str]) -> None:
    plain = [" ".join(paragraph.split()) for paragraph in paragraphs]
    assert read_markdown("\n\n".join(plain)).text == "\n\n".join(plain)
