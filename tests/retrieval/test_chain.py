"""The whole chain on the sample articles with the real model: what is answered, what is refused, what breaks."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from langchain_core.runnables import Runnable
from langchain_core.tracers.langchain import wait_for_all_tracers
from langsmith.utils import get_env_var

from retrieval import wording
from retrieval.catalog import Catalog
from retrieval.chain import AnswerChain
from retrieval.clarifying import MOST_CHOICES
from retrieval.encoder import Encoder
from retrieval.errors import IndexUnavailable
from retrieval.gathering import MOST_TOLD
from retrieval.inquiry import Inquiry
from retrieval.models import Answer, Focus, Question, QuestionVectors, Turn
from retrieval.search import ExactSearch, PassageRetriever
from tests.building import BRIDGE, WHALE, article, put
from tests.contract import check_answer

QUESTIONS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data" / "questions.jsonl").read_text("utf-8").splitlines()
]
BRIDGE_QUESTION = "Why was Pellworth Bridge closed?"


class Away:
    """An index that does not answer: exact search stands in."""

    def query(self, vector: npt.NDArray[np.float32], k: int) -> list[tuple[int, float]]:
        raise IndexUnavailable("It is away.")


def chain_over(catalog: Catalog, encoder: Encoder) -> AnswerChain:
    encode = encoder.encode_question
    retriever = PassageRetriever(catalog=catalog, index=Away(), encode=encode, exact=ExactSearch())
    return AnswerChain(catalog, retriever, encoder, encode)


@pytest.fixture(scope="module")
def catalog(sample_data_dir: Path) -> Iterator[Catalog]:
    with closing(Catalog.in_directory(sample_data_dir)) as catalog:
        yield catalog


@pytest.fixture(scope="module")
def chain(catalog: Catalog, encoder: Encoder) -> AnswerChain:
    return chain_over(catalog, encoder)


def asked(chain: AnswerChain, text: str) -> Answer:
    return chain.answer_now(Question(text))


def plain(answer: Answer) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(json.dumps(answer.as_json()))
    return fields


@pytest.mark.parametrize("item", QUESTIONS[::4], ids=lambda item: str(item["id"]))
def test_every_answer_keeps_the_contract(
    chain: AnswerChain, catalog: Catalog, encoder: Encoder, item: dict[str, Any]
) -> None:
    answer = plain(chain.answer_now(Question(item["question"], id=item["id"])))
    check_answer(answer, catalog, encoder.count_pieces)
    assert answer["id"] == item["id"]
    assert answer["question"] == item["question"]
    assert answer["status"] in ("answered", "not_found")
    assert answer["period"] == {"from": "2024-10-12", "to": "2026-10-08"}
    assert answer["timings"].keys() == {"resolve", "encode", "search", "evidence", "total"}


@pytest.mark.parametrize(
    "text",
    [
        "?!",
        "hi",
        "a",
        "😀 😀",
        "x" * 4096,
        "橋 " * 500,
        "מה קרה לגשר?",
        "<b>bridge</b> & *bridge*",
        "\x00",
        "\u202ebridge",
    ],
)
def test_whatever_is_typed_is_answered(chain: AnswerChain, catalog: Catalog, encoder: Encoder, text: str) -> None:
    answer = plain(asked(chain, text))
    check_answer(answer, catalog, encoder.count_pieces)
    assert answer["status"] != "error"


def test_an_answer_has_quotes_with_all_that_is_known_of_their_articles(chain: AnswerChain) -> None:
    answer = asked(chain, BRIDGE_QUESTION)
    assert answer.status == "answered"
    assert 1 <= len(answer.quotes) <= 3
    quote = answer.quotes[0]
    assert "pellworth" in quote.article_id
    assert all((quote.title, quote.url, quote.source, quote.author, quote.published))
    assert quote.title in answer.text
    assert quote.text.split()[0] in answer.text
    assert answer.nearest == ()


def test_a_refusal_names_the_nearest_articles_and_the_period(chain: AnswerChain, catalog: Catalog) -> None:
    answer = asked(chain, "How do I bake a chocolate cake with zucchini on Mars?")
    assert answer.status == "not_found"
    assert answer.quotes == ()
    assert 0 < answer.confidence < 0.5, "also given when refused"
    assert len(answer.passages) == len(answer.sentences) == 10
    assert 1 <= len(answer.nearest) <= 3
    assert len({near.article_id for near in answer.nearest}) == len(answer.nearest)
    assert all(catalog.article(near.article_id) is not None for near in answer.nearest)
    assert all(near.title in answer.text for near in answer.nearest)
    assert "The articles cover 12 October 2024 to 8 October 2026." in answer.text


@pytest.mark.parametrize("text", ["Hello!", "Thanks", "   "])
def test_small_talk_needs_no_search(chain: AnswerChain, catalog: Catalog, encoder: Encoder, text: str) -> None:
    answer = plain(asked(chain, text))
    assert answer["status"] == "chat"
    assert answer["timings"].keys() == {"total"}
    check_answer(answer, catalog, encoder.count_pieces)


def test_a_follow_up_is_answered_as_the_question_that_it_stands_for(chain: AnswerChain) -> None:
    history = (Turn("user", BRIDGE_QUESTION), Turn("assistant", "Inspectors had found cracks."))
    answer = chain.answer_now(Question("How much will it cost?", history))
    assert answer.question == "Pellworth Bridge: How much will it cost?"
    alone = asked(chain, answer.question)
    assert alone.quotes != ()
    assert (answer.status, answer.quotes, answer.sentences) == (alone.status, alone.quotes, alone.sentences)
    assert answer.confidence == alone.confidence
    assert all("pellworth" in quote.article_id for quote in answer.quotes)
    assert "million crowns" in answer.text
    assert asked(chain, "How much will it cost?").question == "How much will it cost?"


def test_a_question_on_another_matter_does_not_look_back(chain: AnswerChain) -> None:
    question = "Who plays the organ in the new concert hall?"
    answer = chain.answer_now(Question(question, (Turn("user", BRIDGE_QUESTION),)))
    assert (answer.question, answer.quotes) == (question, asked(chain, question).quotes)


def test_a_follow_up_stays_in_the_focus(chain: AnswerChain) -> None:
    history = (Turn("user", BRIDGE_QUESTION),)
    focus = Focus(source="Kestrane Evening Mail")
    answer = chain.answer_now(Question("How much will it cost?", history, focus=focus))
    assert answer.question == "Pellworth Bridge: How much will it cost?"
    assert answer.status == "answered"
    assert {place.source for place in (*answer.quotes, *answer.sentences, *answer.passages)} == {focus.source}


def test_sources_are_compared_with_a_quote_of_each(chain: AnswerChain, catalog: Catalog, encoder: Encoder) -> None:
    answer = asked(chain, "How do the sources differ on Pellworth bridge?")
    check_answer(plain(answer), catalog, encoder.count_pieces, most_quotes=MOST_TOLD)
    assert {quote.source for quote in answer.quotes} == {"Lorrow Valley Post", "Kestrane Evening Mail"}
    assert [quote.source for quote in answer.quotes[:2]] != [answer.quotes[0].source] * 2


def test_what_happened_in_a_period_is_told_from_its_articles(
    chain: AnswerChain, catalog: Catalog, encoder: Encoder
) -> None:
    answer = asked(chain, "What happened between 1 February and 31 March 2025?")
    check_answer(plain(answer), catalog, encoder.count_pieces, most_quotes=MOST_TOLD)
    days = [quote.published or "" for quote in answer.quotes]
    assert len(days) >= 2
    assert days == sorted(days)
    assert all("2025-02-01" <= day <= "2025-03-31" for day in days)


def test_an_article_is_summed_up_in_its_own_words(chain: AnswerChain, catalog: Catalog, encoder: Encoder) -> None:
    answer = asked(chain, "Summarise the article about the oven")
    check_answer(plain(answer), catalog, encoder.count_pieces)
    assert {quote.title for quote in answer.quotes} == {"The oven that never goes cold"}
    assert len(answer.quotes) == 3
    starts = [quote.start for quote in answer.quotes]
    assert starts == sorted(starts)


def test_the_article_before_is_what_this_article_means(chain: AnswerChain) -> None:
    before = asked(chain, BRIDGE_QUESTION)
    answer = chain.answer_now(
        Question(
            "Summarise this article", (Turn("user", BRIDGE_QUESTION),), cited=tuple(q.place for q in before.quotes)
        )
    )
    assert {quote.article_id for quote in answer.quotes} == {before.quotes[0].article_id}


@pytest.mark.parametrize(
    ("text", "asked_back"),
    [
        pytest.param("Summarise this article", wording.WHICH_ARTICLE, id="no article in hand"),
        pytest.param("What about him?", wording.WHAT_IS_MEANT, id="nothing that it leans on"),
    ],
)
def test_an_unclear_question_is_asked_back_with_choices_that_can_be_answered(
    chain: AnswerChain, catalog: Catalog, encoder: Encoder, text: str, asked_back: str
) -> None:
    answer = asked(chain, text)
    check_answer(plain(answer), catalog, encoder.count_pieces)
    assert (answer.status, answer.text) == ("clarify", asked_back)
    assert 2 <= len(answer.choices) <= MOST_CHOICES
    assert all(asked(chain, choice).status == "answered" for choice in answer.choices)


def test_the_async_door_gives_the_same_answers(chain: AnswerChain) -> None:
    questions = [Question(item["question"], id=item["id"]) for item in QUESTIONS[:12]]

    async def all_at_once() -> list[Answer]:
        return await asyncio.gather(*(chain.answer(question) for question in questions))

    together = asyncio.run(all_at_once())
    for question, answer in zip(questions, together, strict=True):
        alone = chain.answer_now(question)
        assert (answer.id, answer.status, answer.text) == (question.id, alone.status, alone.text)


def test_the_chain_is_a_langchain_runnable(chain: AnswerChain) -> None:
    assert isinstance(chain.runnable, Runnable)
    answer = chain.runnable.invoke(Inquiry(Question(BRIDGE_QUESTION)))
    assert answer.quotes == asked(chain, BRIDGE_QUESTION).quotes


def test_an_empty_catalogue_tells_how_to_fill_it(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(Catalog.in_directory(Path("data"))) as catalog:
        fresh = Encoder()
        answer = plain(chain_over(catalog, fresh).answer_now(Question("Why?", id=3)))
        check_answer(answer, catalog, encoder.count_pieces)
    assert not fresh.loaded, "an empty catalogue needs no model"
    assert (answer["status"], answer["id"]) == ("not_found", 3)
    assert str(tmp_path / "data") in answer["text"]
    assert "citegram-ingest PATH" in answer["text"]


def test_a_removed_article_is_never_quoted_again(tmp_path: Path, encoder: Encoder) -> None:
    from ingest.encoding import prepare
    from retrieval.catalog import EmbeddingModel

    with closing(Catalog.in_directory(tmp_path)) as catalog:
        catalog.use_embedding_model(EmbeddingModel(encoder.name, encoder.fingerprint, encoder.dimensions))
        for name, text in (("bridge", BRIDGE), ("whale", WHALE)):
            prepared = prepare(article(name, text), encoder)
            catalog.put(
                prepared.article, "given", "/x", prepared.with_vectors(encoder.encode_passages(prepared.inputs))
            )
        chain = chain_over(catalog, encoder)
        question = "What did the museum buy?"
        assert [quote.article_id for quote in asked(chain, question).quotes] == ["whale"]
        catalog.remove("whale")
        after = asked(chain, question)
        assert {place.article_id for place in (*after.quotes, *after.passages, *after.sentences)} == {"bridge"}
        catalog.remove("bridge")
        assert "There are no articles yet" in asked(chain, question).text


def test_a_catalogue_of_another_model_is_an_error_that_says_what_to_do(tmp_path: Path, encoder: Encoder) -> None:
    with closing(Catalog.in_directory(tmp_path)) as catalog:
        put(catalog, article("a", BRIDGE))
        answer = plain(asked(chain_over(catalog, encoder), "Why?"))
        check_answer(answer, catalog, encoder.count_pieces)
    assert answer["status"] == "error"
    assert "citegram-ingest reindex --encode" in answer["error"]


def test_what_breaks_becomes_an_answer_and_the_log_keeps_no_question(
    catalog: Catalog, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(text: str) -> QuestionVectors:
        raise ZeroDivisionError(f"no way to encode {text}")

    retriever = PassageRetriever(catalog=catalog, index=Away(), encode=broken, exact=ExactSearch())
    with caplog.at_level(logging.DEBUG):
        answer = plain(AnswerChain(catalog, retriever, encoder, broken).answer_now(Question("my secret", id="q")))
    check_answer(answer, catalog, encoder.count_pieces)
    assert (answer["status"], answer["id"], answer["error"]) == ("error", "q", "ZeroDivisionError")
    assert answer["text"].startswith("Something went wrong")
    assert "ZeroDivisionError" in caplog.text
    assert "in broken" in caplog.text, "the log says where"
    assert "my secret" not in caplog.text


def test_a_catalogue_that_cannot_be_read_is_an_answer_too(tmp_path: Path, encoder: Encoder) -> None:
    with closing(Catalog.in_directory(tmp_path)) as catalog:
        chain = chain_over(catalog, encoder)
        catalog.close()
        for path in tmp_path.iterdir():
            path.unlink()
        (tmp_path / "catalog.sqlite3").write_bytes(b"This is no database. " * 500)
        answer = asked(chain, "Why?")
    assert answer.status == "error"
    assert answer.error is not None
    assert "restore it from a backup" in answer.error


def test_no_question_leaves_for_a_tracing_service_whatever_the_environment_says(
    chain: AnswerChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    received: list[str] = []

    class Service(BaseHTTPRequestHandler):
        def _take(self) -> None:
            received.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST = do_PATCH = _take  # noqa: N815

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        for name, value in {
            "LANGSMITH_TRACING": "true",
            "LANGSMITH_API_KEY": "key",
            "LANGSMITH_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        }.items():
            monkeypatch.setenv(name, value)
        get_env_var.cache_clear()  # type: ignore[attr-defined]
        try:
            assert chain.answer_now(Question("Who closed the bridge?")).status in ("answered", "not_found")
            wait_for_all_tracers()
        finally:
            server.shutdown()
            thread.join()
            get_env_var.cache_clear()  # type: ignore[attr-defined]
    assert received == []
