"""The cross-encoder: what its scores are, which models can be used, and that an answer comes whatever it does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import retrieval.reranker
from retrieval.errors import ModelError
from retrieval.reranker import Reranker, rerank

WORDS = ["bridge", "closed", "whale", "museum", "harbour", "rust", "monday", "tunnel", "nine", "weeks"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WINDOW = 48
TEXTS = ["nine weeks monday closed", "museum rust whale nine", "harbour museum tunnel closed"]


def make_cross_encoder(folder: Path, kind: str = "ranker") -> Path:
    """Write a small BERT that scores pairs, and return its folder: a `ranker` looks for a word that both texts have."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertModel, BertTokenizer

    torch.manual_seed(0)
    settings: dict[str, Any] = {
        "vocab_size": len(SPECIAL) + len(WORDS),
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 1,
        "intermediate_size": 32,
        "max_position_embeddings": WINDOW,
        "num_labels": 3 if kind == "entailment" else 1,
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
        "initializer_range": 0.1,
    }
    config = BertConfig(**settings)
    model: Any = BertModel(config) if kind == "embedding" else BertForSequenceClassification(config)
    if kind == "ranker":
        teach_to_look_for_shared_words(model)
    if kind == "not a number":
        torch.nn.init.constant_(model.classifier.weight, float("nan"))
    model.save_pretrained(folder)
    words = folder / "words.txt"
    words.write_text("\n".join([*SPECIAL, *WORDS]), encoding="utf-8")
    BertTokenizer(str(words)).save_pretrained(folder)
    return folder


def teach_to_look_for_shared_words(model: Any) -> None:
    """Train until a question of two words finds texts of four that have one of them; at first, words see their like."""
    import torch

    with torch.no_grad():
        embeddings, attention = model.bert.embeddings, model.bert.encoder.layer[0].attention.self
        embeddings.position_embeddings.weight.zero_()
        embeddings.word_embeddings.weight.copy_(2 * torch.eye(*embeddings.word_embeddings.weight.shape))
        attention.query.weight.copy_(torch.eye(32))
        attention.key.weight.copy_(torch.eye(32))
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    kinds = torch.tensor([0] * 4 + [1] * 5).expand(64, -1)
    first, after = torch.full((64, 1), 2), torch.full((64, 1), 3)
    for _ in range(600):
        question, text = torch.randint(5, 15, (64, 2)), torch.randint(5, 15, (64, 4))
        shared = (text[:, :, None] == question[:, None, :]).flatten(1).any(1).float()
        pairs = torch.cat([first, question, after, text, after], 1)
        logits = model(input_ids=pairs, token_type_ids=kinds).logits[:, 0]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, shared)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        if loss.item() < 0.02:
            return
    raise AssertionError("the model of this test has not learnt its task")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_cross_encoder(tmp_path_factory.mktemp("models") / "ranker")


@pytest.fixture(scope="module")
def reranker(folder: Path) -> Reranker:
    reranker = Reranker(str(folder))
    reranker.load()
    return reranker


def test_a_text_that_shares_a_word_with_the_question_scores_high(reranker: Reranker) -> None:
    logits = reranker.logits("rust bridge", TEXTS)
    assert logits.shape == (3,)
    assert logits.dtype == np.float32
    assert logits[1] > 2
    assert logits[[0, 2]].max() < -2


def test_no_texts_no_scores(reranker: Reranker) -> None:
    assert reranker.logits("rust", []).shape == (0,)


def test_a_text_scores_the_same_alone_and_among_others(reranker: Reranker) -> None:
    texts = [*TEXTS, "", "rust " * 30, *TEXTS * 5]
    together = reranker.logits("rust bridge", texts)
    alone = np.concatenate([reranker.logits("rust bridge", [text]) for text in texts[:5]])
    assert np.allclose(together[:5], alone, atol=0.1)
    assert [int(together[5:8].argmax()), int(together[-3:].argmax())] == [1, 1]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        pytest.param("rust bridge", "nine weeks whale museum " * 200, id="a long passage"),
        pytest.param("rust bridge " * 200, "nine weeks", id="a long question"),
        pytest.param("rust bridge " * 200, "nine weeks " * 200, id="both"),
    ],
)
def test_what_is_longer_than_the_window_is_cut(reranker: Reranker, question: str, text: str) -> None:
    assert np.isfinite(reranker.logits(question, [text, "whale"])).all()


def test_what_is_cut_off_is_not_seen(reranker: Reranker) -> None:
    seen, unseen = reranker.logits("rust bridge", ["nine weeks " * 100, "nine weeks " * 100 + "rust rust"])
    assert seen == pytest.approx(unseen)


def test_bfloat16_ranks_as_fp32_does(folder: Path, reranker: Reranker, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    whole = Reranker(str(folder))
    with monkeypatch.context() as patch:
        patch.setattr(torch.cpu, "get_capabilities", dict)
        whole.load()
    with monkeypatch.context() as patch:
        patch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
        half = Reranker(str(folder))
        half.load()
    texts = [" ".join(np.random.default_rng(n).choice(WORDS, 4)) for n in range(40)]
    exact, rough = whole.logits("rust bridge", texts), half.logits("rust bridge", texts)
    assert ((exact > 0) == (rough > 0)).all()
    assert 0 < (exact > 0).sum() < 40
    assert np.abs(exact - rough).max() < 0.05 * np.ptp(exact), "what swaps its place was all but equal"


def test_many_threads_get_the_scores_of_one(folder: Path, reranker: Reranker) -> None:
    expected = reranker.logits("rust bridge", TEXTS)
    shared = Reranker(str(folder))
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda: found.append(shared.logits("rust bridge", TEXTS).tolist())) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected.tolist()] * 4


# Models that cannot be used


def refused(name: Path | str) -> str:
    with pytest.raises(ModelError) as caught:
        Reranker(str(name)).load()
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"The reranker {str(name)!r} ")
    assert "; set CITEGRAM_RERANKER_MODEL to" in message
    return message


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        pytest.param(
            "entailment", "gives 3 labels, as models that judge entailment do, and not one", id="three labels"
        ),
        pytest.param("embedding", "has not been trained to score pairs", id="an embedding model, whose head is random"),
        pytest.param("not a number", "did not give one number for each passage", id="no numbers"),
    ],
)
def test_a_model_of_another_kind(tmp_path: Path, kind: str, problem: str) -> None:
    assert problem in refused(make_cross_encoder(tmp_path / "model", kind))


def cut_weights(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])


def remove_settings(folder: Path) -> None:
    (folder / "config.json").unlink()


@pytest.mark.parametrize("spoil", [cut_weights, remove_settings], ids=lambda spoil: spoil.__name__)
def test_a_damaged_model(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    folder = make_cross_encoder(tmp_path / "model", "random")
    spoil(folder)
    assert "cannot be loaded (" in refused(folder)


def test_a_model_that_is_nowhere() -> None:
    assert "cannot be loaded (" in refused("no-such-owner/no-such-model")


# Refining an order


def test_the_model_changes_the_order(reranker: Reranker) -> None:
    refined = rerank(reranker, "rust bridge", TEXTS, [2.0, 1.9, 1.8])
    assert refined.shape == (3,)
    assert refined.argmax() == 1


def test_what_was_far_ahead_stays_ahead(reranker: Reranker) -> None:
    texts = ["nine weeks", *["whale museum"] * 10, "rust rust"]
    assert rerank(reranker, "rust bridge", texts, [9.0, *[1.0] * 10, 0.5])[0] > 1.0


def test_equal_scores_are_told_apart_by_the_model(reranker: Reranker) -> None:
    assert rerank(reranker, "rust bridge", TEXTS, [1.0, 1.0, 1.0]).argmax() == 1


@pytest.mark.parametrize("texts", [[], ["rust"], ["whale"] * 3], ids=["none", "one", "all alike"])
def test_where_there_is_nothing_to_tell_apart_the_scores_stay(reranker: Reranker, texts: list[str]) -> None:
    own = [float(n) for n in range(len(texts))]
    assert rerank(reranker, "rust bridge", texts, own).tolist() == own


def test_an_answer_comes_when_the_model_fails(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failing = Reranker(str(folder))
    failing.load()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("out of memory at rust bridge")

    monkeypatch.setattr(failing._model().model, "predict", fail)
    with caplog.at_level(logging.DEBUG, retrieval.reranker.__name__):
        assert rerank(failing, "rust bridge", TEXTS, [3.0, 1.0, 2.0]).tolist() == [3.0, 1.0, 2.0]
    (record,) = caplog.records
    assert record.getMessage().startswith(
        f"Answered without the reranker: The reranker {str(folder)!r} failed (RuntimeError)"
    )
    assert "rust" not in caplog.text, "a reader's words"
