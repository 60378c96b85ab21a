import pytest

from ingest.documents.epub import read_epub
from retrieval.errors import ArticleError
from tests.ingest.documents.building import epub, zipped

ABOUT = (
    "<dc:title>Harbours</dc:title><dc:creator>Mara Holt</dc:creator><dc:creator>Ewan Pike</dc:creator>"
    "<dc:language>en</dc:language><dc:publisher>Gull Press</dc:publisher><dc:date>1931-05</dc:date>"
)
LONG = "<p>The harbour silts up every winter, and every spring it is dug out again.</p>" * 400


def page(heading: str, body: str) -> str:
    return f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body><h1>{heading}</h1>{body}</body></html>'


def test_a_short_book_is_one_article_in_the_order_of_its_spine() -> None:
    chapters = {"b.xhtml": page("Salt", "<p>It was dear.</p>"), "a.xhtml": page("Fish", "<p>There was much.</p>")}
    [part] = read_epub(epub(chapters, ABOUT, navigation="<ol><li>Salt</li><li>Fish</li></ol>"))
    assert part.name == ""
    assert part.found.text == "Salt\n\nIt was dear.\n\nFish\n\nThere was much."
    assert part.found.fields == {
        "title": "Harbours", "author": ["Mara Holt", "Ewan Pike"], "language": "en", "source": "Gull Press",
        "published": "1931-05",
    }  # fmt: skip


def test_long_chapters_are_articles_and_a_short_one_goes_with_the_next() -> None:
    chapters = {"t.xhtml": page("Harbours", ""), "1.xhtml": page("Salt", LONG), "2.xhtml": page("Fish", LONG)}
    parts = list(read_epub(epub(chapters, ABOUT)))
    assert [(part.name, part.found.fields["title"]) for part in parts] == [
        ("OPS/1.xhtml", "Harbours: Salt"),
        ("OPS/2.xhtml", "Harbours: Fish"),
    ]
    assert parts[0].found.text.startswith("Harbours\n\nSalt\n\nThe harbour silts")
    assert parts[1].found.text.startswith("The harbour silts")
    assert parts[1].found.metadata == {"book": "Harbours", "chapter": "Fish"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"Hello", "is not an EPUB book", id="text"),
        pytest.param(zipped({"a.txt": "x"}), "is not an EPUB book", id="another archive"),
        pytest.param(epub({}), "has no text", id="no chapters"),
        pytest.param(
            epub({"a.xhtml": page("a", "b")}, more={"META-INF/rights.xml": "<r/>"}), "is protected", id="rights"
        ),
        pytest.param(
            epub(
                {"a.xhtml": page("a", "b")},
                more={
                    "META-INF/encryption.xml": '<e xmlns:n="urn:n"><n:EncryptedData><n:EncryptionMethod Algorithm="aes"/>'
                    "</n:EncryptedData></e>"
                },
            ),
            "is protected",
            id="encrypted",
        ),
        pytest.param(
            epub({"a.xhtml": "<p>x</p>"}, more={"META-INF/container.xml": "<container/>"}),
            "is damaged",
            id="no package",
        ),
        pytest.param(epub({"a.xhtml": "x" * 5_000_000}), "unpacks to more", id="bomb"),
    ],
)
def test_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason):
        list(read_epub(data))


def test_chapters_outside_the_book_are_not_looked_for() -> None:
    with pytest.raises(ArticleError, match="has no text"):
        list(read_epub(epub({"../../../etc/passwd": ""})))
