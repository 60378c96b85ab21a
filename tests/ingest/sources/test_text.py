from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.normalize import canonical_text
from ingest.sources.text import read_text
from tests.ingest.sources.reads import read_content

TITLE = "Ex-officers “reportedly” joining the other side"
CHINESE = "市长为河上的大桥揭幕，这座桥花了三年时间建成，市民们都非常高兴地来到现场参加典礼并且拍照留念。"


@pytest.mark.parametrize(
    ("content", "title", "text"),
    [
        pytest.param(
            "Title\n\nTitle\n\nBody one.\n\nBody two.\n", "Title", "Title\n\nBody one.\n\nBody two.", id="title twice"
        ),
        pytest.param("Title\nTitle\nBody.", "Title", "Title\nBody.", id="title twice without blank lines"),
        pytest.param("Title\n\nBody.", "Title", "Title\n\nBody.", id="title once stays"),
        pytest.param(
            f'{TITLE}\n\nEX-OFFICERS "reportedly"  joining the other side\n\nBody.',
            TITLE,
            f"{TITLE}\n\nBody.",
            id="case, quotes and spaces make no other title",
        ),
        pytest.param("Title\n\nTitle", "Title", "Title", id="nothing but a title, twice"),
        pytest.param("Title\n\nTitle tells\n\nTitle", "Title", "Title\n\nTitle tells\n\nTitle", id="only at the start"),
        pytest.param("Word", "Word", "Word", id="one word"),
        pytest.param(
            "\n\n  Title  \n\nBody.\n\n\n", "Title", "Title  \n\nBody.", id="white space around the text goes"
        ),
        pytest.param(
            "***\nNews*\n\nThe ISIS* offshoot.", "News*", "***\nNews*\n\nThe ISIS* offshoot.", id="asterisks stay"
        ),
        pytest.param("a  b \n\n\n\n c", "a b", "a  b \n\n\n\n c", id="white space inside stays"),
        pytest.param("One.\r\nTwo.\rThree.", "One.", "One.\nTwo.\nThree.", id="mixed line ends"),
    ],
)
def test_title_and_text(tmp_path: Path, content: str, title: str, text: str) -> None:
    article = read_content(tmp_path, "a.txt", content).only().article
    assert (article.title, article.text) == (title, text)


@pytest.mark.parametrize(
    ("content", "source", "url", "text"),
    [
        pytest.param("T\n\nBody.\n\nSource: Sputnik News", "Sputnik News", None, "T\n\nBody.", id="colon"),
        pytest.param(
            "T\n\nBody.\n\nsource:Reuters\n\n", "Reuters", None, "T\n\nBody.", id="lower case, no space, at the end"
        ),
        pytest.param("T\n\nBody.\nSOURCE — Le Monde", "Le Monde", None, "T\n\nBody.", id="dash"),
        pytest.param("T\n\nBody.\n\nSource： 新华社", "新华社", None, "T\n\nBody.", id="wide colon"),
        pytest.param("T\n\nSource: X\n\nBody.", None, None, "T\n\nSource: X\n\nBody.", id="not the last line"),
        pytest.param("T\n\nSource-based learning", None, None, "T\n\nSource-based learning", id="a word with a hyphen"),
        pytest.param("T\n\nSource:", None, None, "T\n\nSource:", id="no name"),
        pytest.param("T\n\nSource: " + "x" * 201, None, None, "T\n\nSource: " + "x" * 201, id="too long for a name"),
        pytest.param("Source: X", None, None, "Source: X", id="nothing else"),
        pytest.param("T\n\nBody.\n\nSource: https://e.org/a", None, "https://e.org/a", "T\n\nBody.", id="page address"),
        pytest.param(
            "T\n\nBody.\n\nSource: https://e.org", "https://e.org", None, "T\n\nBody.", id="site address names no page"
        ),
        pytest.param("---\nsource: A\n---\nT\n\nSource: B", "A", None, "T\n\nSource: B", id="another source is given"),
        pytest.param("---\nsource: A\n---\nT\n\nSource: a", "a", None, "T", id="the same source is given"),
        pytest.param(
            "---\nurl: https://e.org/a\n---\nT\n\nSource: https://e.org/b",
            "https://e.org/b",
            "https://e.org/a",
            "T",
            id="another address is given",
        ),
    ],
)
def test_source_line(tmp_path: Path, content: str, source: str | None, url: str | None, text: str) -> None:
    article = read_content(tmp_path, "a.txt", content).only().article
    assert (article.source, article.url, article.text) == (source, url, text)


def test_title_of_the_front_matter_does_not_stand_in_the_text_again(tmp_path: Path) -> None:
    content = "---\ntitle: The title\nauthor: Ann Lee\n---\n\nThe Title\n\nThe title\n\nBody."
    article = read_content(tmp_path, "a.txt", content).only().article
    assert (article.title, article.author, article.text) == ("The title", "Ann Lee", "Body.")


@pytest.mark.parametrize(
    ("first_line", "title"),
    [
        pytest.param("x" * 200, "x" * 200, id="200 characters are a title"),
        pytest.param("x" * 1000, "x" * 199 + "…", id="one long word is cut"),
        pytest.param("word " * 100, "word " * 39 + "word…", id="words are not cut"),
        pytest.param(
            "The mayor of the town opened a bridge. " + "word " * 100,
            "The mayor of the town opened a bridge.",
            id="first sentence",
        ),
        pytest.param(
            "Mr. Lee of the U.S. " + "word " * 100,
            "Mr. Lee of the U.S. " + "word " * 35 + "word…",
            id="an early full stop ends no sentence",
        ),
        pytest.param(CHINESE + "字" * 300, CHINESE, id="Chinese sentence"),
    ],
)
def test_long_first_line(tmp_path: Path, first_line: str, title: str) -> None:
    article = read_content(tmp_path, "a.txt", first_line).only().article
    assert (article.title, article.text) == (title, first_line.strip())


@pytest.mark.parametrize(
    ("content", "length"),
    [
        pytest.param("word " * 100_000, 499_999, id="100,000 words in one paragraph"),
        pytest.param("x" * 1_000_000, 1_000_000, id="one word of a million letters"),
        pytest.param("x\n" * 300_000, 599_993, id="a line repeated for ever"),
    ],
)
def test_texts_of_any_shape(tmp_path: Path, content: str, length: int) -> None:
    assert len(read_content(tmp_path, "a.txt", content).only().article.text) == length


@given(st.text(st.sampled_from('Tt \n*:“"Source-')).map(canonical_text))
def test_only_lines_at_the_ends_go(content: str) -> None:
    found = read_text(content)
    left = [line.strip() for line in found.text.split("\n")]
    lines = iter([line.strip() for line in content.split("\n")])
    assert all(line in lines for line in left), "the lines left are lines of the file in their order"
    assert bool(found.text.strip()) == bool(content.strip())
