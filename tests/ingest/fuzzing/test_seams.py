"""Whatever bytes a parser is given, there is an article in its final form or one line with the reason."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.worker import Worker
from retrieval.errors import ArticleError
from tests.ingest.fuzzing import seeds
from tests.ingest.fuzzing.damage import damaged
from tests.ingest.fuzzing.inputs import INPUTS
from tests.ingest.fuzzing.properties import demand_articles, fit
from tests.ingest.fuzzing.seams import READS

_FEW, _MANY = 15, 1_000
_UNHURRIED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
_CRASH = "makes the program that reads it crash"
_PDFS = damaged(
    [seeds.PDF],
    (b"obj", b"endobj", b"stream\n", b"<<", b">>", b"/Kids [2 0 R]", b"/Length 9999999", b"/Count -1", b" Tf", b"Tm"),
)


@pytest.mark.parametrize("name", READS)
@settings(max_examples=_FEW, suppress_health_check=_UNHURRIED)
@given(data=st.data())
def test_any_bytes_are_articles_or_a_reason(name: str, data: st.DataObject) -> None:
    READS[name](data.draw(INPUTS[name]))


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", READS)
@settings(max_examples=_MANY, suppress_health_check=_UNHURRIED)
@given(data=st.data())
def test_very_many_bytes_are_articles_or_a_reason(name: str, data: st.DataObject) -> None:
    READS[name](data.draw(INPUTS[name]))


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as worker:
        yield worker


def read_pdf(worker: Worker, data: bytes) -> None:
    with fit():
        try:
            demand_articles(worker.read("pdf", data))
        except ArticleError as error:
            if _CRASH in str(error):
                raise AssertionError("PDFium crashes") from error
            raise


@settings(max_examples=_FEW, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=_PDFS)
def test_any_pdf_is_an_article_or_a_reason(worker: Worker, data: bytes) -> None:
    read_pdf(worker, data)


@pytest.mark.long
@pytest.mark.timeout(900)
@settings(max_examples=_MANY, suppress_health_check=_UNHURRIED)
@given(data=_PDFS)
def test_very_many_pdfs_are_articles_or_a_reason(worker: Worker, data: bytes) -> None:
    read_pdf(worker, data)
