from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.documents.pdf import read_pdf
from ingest.normalize import canonical_text
from retrieval.errors import ArticleError
from tests.ingest.documents.building import Text, column, pdf

LEFT = [
    "The harbour of Larkmoor was dug in 1874 by men who",
    "came down from the hills in spring and went home in",
    "autumn, and who were paid in salt and in fish. It is",
    "nine metres deep at its mouth and silts up each win-",
    "ter, so that a dredger has worked there ever since.",
]
RIGHT = [
    "Nobody knows who built the first lighthouse. It was",
    "of wood and burned down twice, the second time in a",
    "storm that took the roof of the chapel with it. The",
    "present one, of granite, has stood for a hundred and",
    "twelve years and has been repaired only once.",
]


def text_of(*pages: list[Text]) -> str:
    return read_pdf(pdf(*pages)).text


def test_columns_are_read_one_after_the_other() -> None:
    rows = [one for pair in zip(column(40, 600, LEFT), column(320, 600, RIGHT), strict=True) for one in pair]
    text = text_of([Text(180, 700, "A harbour and its light", 18), *rows])
    assert text == (
        "The harbour of Larkmoor was dug in 1874 by men who came down from the hills in spring and went home in autumn, "
        "and who were paid in salt and in fish. It is nine metres deep at its mouth and silts up each winter, so that a "
        "dredger has worked there ever since.\n\n"
        "Nobody knows who built the first lighthouse. It was of wood and burned down twice, the second time in a storm "
        "that took the roof of the chapel with it. The present one, of granite, has stood for a hundred and twelve years "
        "and has been repaired only once."
    )


def test_what_spans_two_columns_parts_what_is_above_from_what_is_below() -> None:
    upper = [*column(40, 700, LEFT[:3]), *column(320, 700, RIGHT[:3])]
    heading = [Text(40, 630, "Second part of the report on the harbour, its light and the people who kept both", 12)]
    lower = [*column(40, 590, LEFT[3:]), *column(320, 590, RIGHT[3:])]
    text = text_of([*lower, *heading, *upper])
    places = [text.index(words) for words in ("harbour of", "Nobody", "Second part", "nine metres", "present one")]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            ["The lights of the har-", "bour went out at ten."], "The lights of the harbour went out", id="divided"
        ),
        pytest.param(
            ["A well-known keeper and a well-", "known baker met at noon."],
            "a well-known baker",
            id="compound elsewhere",
        ),
        pytest.param(["She wrote for Larkmoor-", "Week until it closed down."], "Larkmoor-Week", id="before a capital"),
        pytest.param(["Open from 1914 to the years 1918-", "1920, then closed."], "1918-1920", id="before a digit"),
    ],
)
def test_hyphens_at_line_ends(lines: list[str], expected: str) -> None:
    assert expected in text_of(column(40, 700, lines))


def test_an_indented_line_begins_a_paragraph() -> None:
    lines = column(
        40, 700, ["The first paragraph is about the harbour and", "ends with this line, which is as long as it."]
    )
    lines += [
        Text(55, 676, "The second one is about its lighthouse and the"),
        Text(40, 664, "people who kept it burning."),
    ]
    assert text_of(lines).split("\n\n")[1] == (
        "The second one is about its lighthouse and the people who kept it burning."
    )


def test_cells_of_a_table_stand_on_one_line() -> None:
    rows = [("Year", "Ships", "Catch"), ("1901", "12", "340 t"), ("1902", "15", "410 t")]
    cells = [Text(40 + 120 * n, 700 - 14 * m, cell) for m, row in enumerate(rows) for n, cell in enumerate(row)]
    assert text_of(
        [Text(40, 740, "What the fleet of Larkmoor brought home in two years of peace and quiet."), *cells]
    ).endswith("Year | Ships | Catch\n1901 | 12 | 340 t\n1902 | 15 | 410 t")


def pages_with_margins(count: int) -> list[list[Text]]:
    return [
        [
            Text(40, 770, f"Larkmoor Gazette, 3 March {1900 + n}"),
            *column(40, 700, [f"Page {word} tells of one storm more, and of the roofs", "that it took, as it were."]),
            Text(290, 30, f"– {n + 1} –"),
        ]
        for n, word in enumerate(["one", "two", "three", "four", "five"][:count])
    ]


@pytest.mark.parametrize("count", [2, 3, 5])
def test_running_heads_and_page_numbers_go(count: int) -> None:
    text = text_of(*pages_with_margins(count))
    assert "Gazette" not in text
    assert "–" not in text
    assert text.count("tells of one storm more") == count


def test_a_page_number_on_a_single_page_goes_and_a_heading_stays() -> None:
    assert text_of([Text(40, 770, "Storm"), *column(40, 700, RIGHT[:2]), Text(290, 30, "1")]).startswith(
        "Storm\n\nNobody"
    )
    assert not text_of([Text(40, 770, "Storm"), *column(40, 700, RIGHT[:2]), Text(290, 30, "1")]).endswith("1")


def test_what_is_on_every_page_stays_when_there_is_nothing_else() -> None:
    page = [Text(40, 770, "Larkmoor")]
    assert "Larkmoor" in text_of(page, page, page)


def test_each_page_begins_at_its_offset() -> None:
    found = read_pdf(pdf(*pages_with_margins(3), [], [Text(40, 700, "The last page.")]))
    starts = found.metadata["pages"]
    bounds = [*starts, len(found.text)]
    pages = [found.text[start:end].strip() for start, end in pairwise(bounds)]
    assert [page[:9] for page in pages] == ["Page one ", "Page two ", "Page thre", "", "The last "]


def test_a_sentence_that_runs_over_a_page_is_whole_and_the_page_begins_inside() -> None:
    found = read_pdf(pdf(column(40, 120, LEFT[:4]), column(40, 700, [*LEFT[4:], "It has sunk twice."])))
    assert "silts up each winter, so that a dredger" in found.text
    assert found.text[found.metadata["pages"][1] :].startswith("ter, so that")


def test_title_author_and_date_come_from_the_file() -> None:
    info = {"Title": "On harbours", "Author": "Mara Holt", "CreationDate": "D:20240229113000+01'00'"}
    found = read_pdf(pdf([Text(40, 700, "On harbours"), Text(40, 660, "They silt up.")], info=info))
    assert found.fields == {"title": "On harbours", "author": "Mara Holt", "published": "2024-02-29T11:30:00+01:00"}
    assert found.metadata["published_guessed"] is True
    assert found.text == "They silt up."


@pytest.mark.parametrize(
    "info",
    [
        {"Title": "Microsoft Word - draft3.docx", "Author": "User", "CreationDate": "D:19050101"},
        {"Title": "untitled", "Author": "mholt@example.org", "CreationDate": "yesterday"},
        {"Title": "report_final.indd", "Author": "Administrator", "CreationDate": "D:20241399"},
    ],
)
def test_what_no_person_has_written_there_is_not_believed(info: dict[str, str]) -> None:
    page = [Text(40, 700, "A storm in March", 18), *column(40, 660, RIGHT)]
    found = read_pdf(pdf(page, info=info))
    assert found.fields == {"title": "A storm in March", "author": None, "published": None}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(pdf([Text(40, 700, "x")], encrypted=True), "is encrypted", id="encrypted"),
        pytest.param(pdf([], picture=True), "holds pictures of pages and no text", id="scanned"),
        pytest.param(pdf([]), "has no text", id="an empty page"),
        pytest.param(pdf(), "has no pages|is damaged", id="no page"),
        pytest.param(b"%PDF-1.4\n", "is damaged or no PDF", id="cut off"),
        pytest.param(b"", "is damaged or no PDF", id="0 bytes"),
        pytest.param(b"Hello", "is damaged or no PDF", id="text"),
    ],
)
def test_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason):
        read_pdf(data)


def test_pages_that_are_only_pictures_are_named() -> None:
    found = read_pdf(pdf(column(40, 700, LEFT), [], picture=True))
    assert found.notices == ("page 2 holds only pictures, which were not read",)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_page_that_is_shown_turned_is_read_all_the_same(rotate: int) -> None:
    assert read_pdf(pdf(column(40, 700, RIGHT), rotate=rotate)).text.startswith("Nobody knows who built")


WORDS = st.text(st.sampled_from("abc -.,|é1\u00adA"), min_size=1, max_size=30)
PAGES = st.lists(
    st.lists(
        st.builds(Text, st.sampled_from([40, 60, 300]), st.integers(20, 780), WORDS, st.sampled_from([8, 10, 14])),
        max_size=8,
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(pages=PAGES)
def test_any_page_gives_canonical_text_and_offsets_in_it(pages: list[list[Text]]) -> None:
    if not any(letter.isalnum() or letter in ".,|-" for page in pages for text in page for letter in text.text):
        with pytest.raises(ArticleError, match="has no text"):
            read_pdf(pdf(*pages))
        return
    found = read_pdf(pdf(*pages))
    assert canonical_text(found.text) == found.text
    starts = found.metadata["pages"]
    assert len(starts) == len(pages)
    assert list(starts) == sorted(starts)
    assert all(0 <= start <= len(found.text) for start in starts)
    assert all(
        found.text[start - 1].isspace() or found.text[start].isalnum()
        for start in starts
        if 0 < start < len(found.text)
    )


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 2000), junk=st.binary(max_size=6), at=st.integers(0, 2000))
def test_damaged_files_are_read_or_refused(cut: int, junk: bytes, at: int) -> None:
    whole = pdf(column(40, 700, LEFT), column(40, 700, RIGHT))
    data = whole[:at] + junk + whole[at + len(junk) : len(whole) - cut]
    with suppress(ArticleError):
        assert read_pdf(data).text
