"""The optional cross-encoder: it reads the question together with each of the best passages and refines their order."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from retrieval.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

logger = logging.getLogger(__name__)

Scores = npt.NDArray[np.float32]

MOST_RERANKED = 20
"""Passages worth reading twice; the time of a question grows with their number."""

MOST_PIECES = 512
"""Longest pair in word pieces, whatever the model could take: a question and a passage with its title fit well."""

WEIGHT = 1.0
"""Of the cross-encoder's opinion beside the order it is given; both are brought to one spread first."""

_BATCH = 8  # pairs a pass; sorted by length, so that little padding is computed
_ADVICE = (
    "set CITEGRAM_RERANKER_MODEL to the folder of a sentence-transformers cross-encoder with one score, to a name on the "
    "hub such as cross-encoder/ms-marco-MiniLM-L6-v2, or leave it unset to rank without one."
)


class Reranker:
    """A cross-encoder, loaded at first use (seconds) or by `load`. Safe to share between threads."""

    def __init__(self, name: str) -> None:
        """Remember the model's name on the hub or the path of its folder."""
        self.name = name
        self._loaded: _Loaded | None = None
        self._loading = threading.Lock()

    def load(self) -> None:
        """Load the model now and try it once.

        Raises:
            ModelError: it cannot be found, is damaged or gives anything but one score for a pair.
        """
        self._model()

    def logits(self, question: str, texts: Sequence[str]) -> Scores:
        """Return how well each text answers the question, shape (texts,), in the model's own scale: above 0 for yes.

        Pairs longer than the model's window are cut by its tokenizer, at the end of the longer part.

        Raises:
            ModelError: the model cannot be loaded, or fails on these texts; the message has no word of them.
        """
        return self._model().logits(question, texts)

    def _model(self) -> _Loaded:
        if self._loaded is None:
            with self._loading:
                if self._loaded is None:
                    self._loaded = _load(self.name)
        return self._loaded


def rerank(reranker: Reranker, question: str, texts: Sequence[str], own: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the scores of the best passages after the cross-encoder has read them, shape (texts,).

    Each score is `own + WEIGHT * spread(own) * z`, with z the cross-encoder's logit in standard deviations from the mean of
    these texts: models differ in their scale, and so no model can drown the order it is given. Where the model fails,
    the scores are `own`, and a line is logged.

    Args:
        reranker: the model.
        question: stand-alone.
        texts: title and text of each passage, at most `MOST_RERANKED`.
        own: what they scored so far, in the same order.
    """
    before = np.asarray(own, np.float64)
    try:
        logits = reranker.logits(question, texts)
    except ModelError as error:
        logger.warning("Answered without the reranker: %s", error)
        return before
    spread = float(logits.std()) if len(logits) else 0.0
    if spread < 1e-6:
        return before
    # passages that score alike so far are told apart by the model alone
    scale = float(before.std()) or 1.0
    return before + WEIGHT * scale * (logits.astype(np.float64) - float(logits.mean())) / spread


@dataclass(slots=True)
class _Loaded:
    name: str
    model: CrossEncoder
    threads: int
    running: threading.Lock
    """Passes run one at a time: two at once on the same cores only slow each other down."""

    def logits(self, question: str, texts: Sequence[str]) -> Scores:
        if not texts:
            return np.zeros(0, np.float32)
        try:
            found = self._pass([(question, text) for text in texts])
        except Exception as error:
            raise ModelError(f"The reranker {self.name!r} failed ({type(error).__name__}); {_ADVICE}") from error
        if found.shape != (len(texts),) or not np.isfinite(found).all():
            raise ModelError(f"The reranker {self.name!r} did not give one number for each passage; {_ADVICE}")
        return found

    def _pass(self, pairs: list[tuple[str, str]]) -> Scores:
        import torch

        with self.running:
            if torch.get_num_threads() != self.threads:
                torch.set_num_threads(self.threads)
            # the model's own activation is left out: some give logits, some probabilities
            found: Any = self.model.predict(
                pairs, batch_size=_BATCH, show_progress_bar=False, activation_fn=torch.nn.Identity()
            )
        return np.asarray(found, np.float32)


def _load(name: str) -> _Loaded:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    from sentence_transformers import CrossEncoder
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model = CrossEncoder(name, local_files_only=Path(name).is_dir())
    except Exception as error:
        raise ModelError(f"The reranker {name!r} cannot be loaded ({_first_line(error)}); {_ADVICE}") from error
    _require_one_trained_score(name, model)
    model.max_seq_length = min(MOST_PIECES, model.max_seq_length or MOST_PIECES)
    _in_half_precision(model)
    model.eval()
    loaded = _Loaded(name, model, _threads(), threading.Lock())
    loaded.logits("a question", ["a passage", "a passage longer than the window " * MOST_PIECES])
    return loaded


def _require_one_trained_score(name: str, model: CrossEncoder) -> None:
    if model.num_labels != 1:
        raise ModelError(
            f"The reranker {name!r} gives {model.num_labels} labels, as models that judge entailment do, "
            f"and not one score; {_ADVICE}"
        )
    # An embedding model loads too, with a new head of random weights: only its configuration tells.
    kinds = [str(kind) for kind in getattr(model.config, "architectures", None) or ()]
    if len(model) == 1 and not any(kind.endswith("ForSequenceClassification") for kind in kinds):
        raise ModelError(f"The reranker {name!r} has not been trained to score pairs; {_ADVICE}")


def _in_half_precision(model: CrossEncoder) -> None:
    """Compute in bfloat16 where the processor can, all but the head: its three digits would tie what ranks high."""
    import torch

    found = torch.cpu.get_capabilities()
    if model.device.type != "cpu" or not (found.get("avx512_bf16") or found.get("amx_bf16")):
        model.to(torch.float32)
        return
    model.to(torch.bfloat16)
    head = getattr(model.model, "classifier", None)
    if isinstance(head, torch.nn.Module):
        head.float()
        head.register_forward_pre_hook(lambda module, inputs: tuple(each.float() for each in inputs))


def _threads() -> int:
    """Return how many threads torch uses by itself; it is not asked, as the encoder lowers its number at times."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return int(asked) if asked.isdecimal() and int(asked) else os.cpu_count() or 1


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")[:200]
