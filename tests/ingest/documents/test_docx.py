import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.documents.docx import read_docx
from ingest.normalize import canonical_text
from retrieval.errors import ArticleError
from tests.ingest.documents.building import docx, paragraph, zipped

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def cell(*paragraphs: str) -> str:
    return f"<w:tc>{''.join(map(paragraph, paragraphs))}</w:tc>"


def test_headings_paragraphs_and_tables_as_reading_text() -> None:
    table = f"<w:tbl><w:tr>{cell('Year')}{cell('Ships')}</w:tr><w:tr>{cell('1901')}{cell('12')}</w:tr></w:tbl>"
    body = paragraph("The harbour", "Title") + paragraph("Its ships", "heading1") + paragraph("There were few.") + table
    found = read_docx(docx(body))
    assert found.fields["title"] == "The harbour"
    assert found.text == "Its ships\n\nThere were few.\n\nYear | Ships\n1901 | 12"


def test_a_first_line_that_stands_for_a_title_stays() -> None:
    found = read_docx(docx(paragraph("The harbour silts up.") + paragraph("A dredger works there.")))
    assert found.fields["title"] == "The harbour silts up."
    assert found.text == "The harbour silts up.\n\nA dredger works there."


def test_list_items_are_lines_of_their_own() -> None:
    numbering = (
        f'<w:numbering {NAMESPACE}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl>'
        '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    item = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    body = "".join(f"<w:p>{item}<w:r><w:t>{word}</w:t></w:r></w:p>" for word in ("salt", "fish"))
    assert read_docx(docx(body, more={"word/numbering.xml": numbering})).text == "- salt\n- fish"


def test_notes_stand_last_without_arrows() -> None:
    note = f'<w:footnote w:id="2">{paragraph("By the keeper himself.")}</w:footnote>'
    notes = f"<w:footnotes {NAMESPACE}>{note}</w:footnotes>"
    body = paragraph("It burned twice.", inside='<w:r><w:footnoteReference w:id="2"/></w:r>')
    text = read_docx(docx(body, more={"word/footnotes.xml": notes})).text
    assert text.startswith("It burned twice.")
    assert text.endswith("By the keeper himself.")
    assert "↑" not in text


def test_what_is_deleted_goes_and_what_is_inserted_stays() -> None:
    body = (
        "<w:p><w:r><w:t>It is </w:t></w:r><w:del><w:r><w:delText>eight</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>nine</w:t></w:r></w:ins><w:r><w:t> metres deep.</w:t></w:r></w:p>"
    )
    assert read_docx(docx(body)).text.replace("  ", " ") == "It is nine metres deep."


def test_the_letters_of_formulas_stay() -> None:
    formula = "<m:oMath><m:r><m:t>a=b</m:t></m:r></m:oMath>"
    body = f"<w:p><w:r><w:t>So </w:t></w:r>{formula}<w:r><w:t> holds.</w:t></w:r></w:p>"
    assert read_docx(docx(body)).text == "So a=b holds."


def test_properties_of_the_document() -> None:
    core = (
        "<dc:title>On harbours</dc:title><dc:creator>Mara Holt</dc:creator><dc:language>en-GB</dc:language>"
        "<dcterms:modified>2024-02-29T10:30:00Z</dcterms:modified>"
    )
    found = read_docx(docx(paragraph("They silt up."), core))
    assert found.fields == {
        "title": "On harbours", "author": "Mara Holt", "language": "en-GB", "published": "2024-02-29T10:30:00Z",
    }  # fmt: skip
    assert found.metadata == {"published_guessed": True}
    assert len(found.notices) == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "is not a Word document", id="0 bytes"),
        pytest.param(b"Hello", "is not a Word document", id="text"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is encrypted or of the old .doc format", id="old format"),
        pytest.param(
            docx("", more={"word/x.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
            "declares XML entities",
            id="entities",
        ),
        pytest.param(
            docx("", more={"word/x.xml": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'}),
            "declares XML entities",
            id="external entity",
        ),
        pytest.param(docx("<w:p>"), "is damaged", id="not well-formed"),
        pytest.param(docx("", more={"word/x.xml": " " * 5_000_000}), "unpacks to more", id="bomb"),
        pytest.param(zipped({f"{n}": b"" for n in range(10_001)}), "unpacks to more", id="too many parts"),
    ],
)
def test_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason):
        read_docx(data)


WHOLE = docx(paragraph("The harbour", "Title") + paragraph("It silts up."))


def test_one_that_does_not_name_its_main_part_is_damaged() -> None:
    nowhere = docx(paragraph("It silts up.")).replace(b"word/document.xml", b"word/documens.xml")
    with pytest.raises(ArticleError, match="does not say which of its parts is the text"):
        read_docx(nowhere)


@settings(max_examples=40, deadline=None)
@given(at=st.integers(0, len(WHOLE)), junk=st.binary(max_size=4), cut=st.integers(0, 300))
def test_damaged_files_are_read_or_refused(at: int, junk: bytes, cut: int) -> None:
    try:
        found = read_docx(WHOLE[:at] + junk + WHOLE[at + len(junk) : len(WHOLE) - cut])
    except (ArticleError, LookupError, ValueError, AttributeError, TypeError):
        return  # what mammoth raises on parts that lack others is told by the worker
    assert canonical_text(found.text) == found.text
