"""What a question asks for: how much each of its tokens counts, and how common its terms are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from retrieval.asked import Asked, asked
from retrieval.catalog import Catalog
from retrieval.models import Span
from tests.building import BRIDGE, WHALE, article, put


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    catalog = Catalog.in_directory(tmp_path_factory.mktemp("catalog"))
    put(catalog, article("bridge", BRIDGE, "Harbour bridge closes", language="en"))
    put(catalog, article("whale", WHALE, "Museum buys a whale", language="en"))
    put(catalog, article("港", "港口的大桥星期一关闭了。检查员发现了铁锈。", "大桥关闭", language="zh"))
    yield catalog
    catalog.close()


def of(catalog: Catalog, question: str) -> Asked:
    with catalog.snapshot() as snapshot:
        return asked(question, snapshot)


def spans(question: str, token: str = r"\w+|[^\w\s]") -> list[Span]:
    return [Span(*match.span()) for match in re.finditer(token, question)]


def weights(catalog: Catalog, question: str, token: str = r"\w+|[^\w\s]") -> dict[str, float]:
    """How much each token counts, by its text."""
    places = spans(question, token)
    told = of(catalog, question).token_weights(places, ("en", "zh"))
    assert told.sum() == pytest.approx(1, abs=1e-5)
    return {question[place.start : place.end]: float(weight) for place, weight in zip(places, told, strict=True)}


def test_function_words_and_marks_count_nothing(catalog: Catalog) -> None:
    told = weights(catalog, "Why was the bridge closed?")
    assert {token for token, weight in told.items() if weight == 0} == {"Why", "was", "the", "?"}


def test_what_is_rarer_counts_more(catalog: Catalog) -> None:
    told = weights(catalog, "Has the museum a periwinkle?")
    assert told["periwinkle"] > told["museum"] > 0


def test_a_word_s_tokens_share_what_it_counts(catalog: Catalog) -> None:
    question = "Which whale skeletons?"
    whole, cut = weights(catalog, question), weights(catalog, question, r"skele|tons|\w+|\?")
    assert cut["skele"] == cut["tons"] == pytest.approx(whole["skeletons"] / 2)
    assert cut["whale"] == pytest.approx(whole["whale"])


@pytest.mark.parametrize("question", ["What is it?", "Where was that, and who was there?"])
def test_function_words_count_where_there_is_nothing_else(catalog: Catalog, question: str) -> None:
    told = weights(catalog, question)
    assert all(weight > 0 for token, weight in told.items() if token.isalpha())
    assert told["?"] == 0


def test_without_any_telling_token_all_count_alike(catalog: Catalog) -> None:
    question = "Why was the bridge closed?"
    first_words = [place for place in spans(question) if question[place.start : place.end] in ("Why", "was", "the")]
    told = of(catalog, question).token_weights(first_words, ("en",))
    np.testing.assert_allclose(told, 1 / 3)


def test_no_tokens(catalog: Catalog) -> None:
    assert of(catalog, "Why?").token_weights([], ("en",)).shape == (0,)


def test_chinese_is_weighed_by_its_pairs(catalog: Catalog) -> None:
    question = "大桥为什么关闭？"
    what = of(catalog, question)
    assert what.language == "zh"
    assert ("大桥",) in what.groups
    told = weights(catalog, question, r".")
    assert told["大"] > 0
    assert told["？"] == 0


def test_of_a_question_longer_than_the_window_what_was_seen_shares_all(catalog: Catalog) -> None:
    question = "why was it closed and " * 200 + "what did the bridge do?"
    seen = spans(question)[:254]
    told = of(catalog, question).token_weights(seen, ("en",))
    closed = [question[span.start : span.end] == "closed" for span in seen]
    assert told[closed].sum() == pytest.approx(1, abs=1e-4)


def test_terms_come_with_how_many_passages_have_them(catalog: Catalog) -> None:
    what = of(catalog, "Which bridge has the periwinkle?")
    by_term = {group[0]: n for group, n in zip(what.groups, what.frequencies, strict=True)}
    assert by_term["bridg"] >= 1
    assert by_term["periwinkl"] == 0
    assert what.shares.sum() == pytest.approx(1)
    assert what.shares.argmax() == [group[0] for group in what.groups].index("periwinkl")


def test_the_kind_of_answer_is_told(catalog: Catalog) -> None:
    assert of(catalog, "When was the bridge closed?").kind == "date"
    assert of(catalog, "Tell me of the bridge.").kind is None


def test_no_articles_at_all(tmp_path: Path) -> None:
    catalog = Catalog.in_directory(tmp_path)
    what = of(catalog, "Why was the bridge closed?")
    assert set(what.frequencies) == {0}
    assert np.isfinite(what.idf).all()
    catalog.close()
