"""`make bench ARGS="passages --set FOLDER ..."`: what is found with shorter and longer passages than those that ship."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ingest.chunking import MOST_CHARACTERS
from ingest.encoding import prepare
from retrieval.catalog import FILE_NAME, Catalog
from retrieval.encoder import Encoder
from retrieval.errors import EvaluationError
from retrieval.evaluating.outcomes import Outcome, outcome_of
from tests.benchmarks.columns import DIFFERS, cells
from tests.benchmarks.sets import Chosen, Opened, opened
from tests.benchmarks.tables import markdown, titled

SIZES = tuple(sorted({250, 350, 500, MOST_CHARACTERS, 900, 1_200}))
"""Characters that a passage of more than one sentence may have; the encoder's window bounds it too."""

HEADINGS = ("passage @1", "@5", "within 1,000", "within 2,000", "within 4,000", "sentence @1", "@3")

_CAPTION = (
    "Passages are within the encoder's window too, whatever is allowed. The coefficients are those fitted on passages of "
    f"{MOST_CHARACTERS}. {DIFFERS} differs from those by more than chance (paired bootstrap, 95 %)."
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What became of the questions with passages of one size."""

    passages: int
    outcomes: tuple[Outcome, ...]


def run(chosen: Chosen) -> None:
    """Print a table for each set, and one of all sets together."""
    everything: dict[int, list[Measured]] = {}
    for one in opened(chosen):
        found = {most: _measured(one, most) for most in SIZES}
        _print(one.items.name, found)
        for most, of in found.items():
            everything.setdefault(most, []).append(of)
    if len(chosen.folders) > 1:
        _print("All sets", {most: _together(of) for most, of in everything.items()})


def _together(found: Sequence[Measured]) -> Measured:
    return Measured(sum(one.passages for one in found), tuple(o for one in found for o in one.outcomes))


def _measured(opened_set: Opened, most: int) -> Measured:
    """Ask the answerable questions of the articles, cut into passages of a size."""
    name = opened_set.items.name
    sys.stderr.write(f"{name}, passages of {most} characters\n")
    with (
        recut(opened_set.data_dir, opened_set.encoder, most) as data_dir,
        closing(opened_set.sittings(data_dir)) as sittings,
    ):
        sitting = next(sittings)
        outcomes = tuple(
            outcome_of(name, question, sitting.citegram.answer_now(question.asked), present=True)
            for question, _ in sitting.questions
            if question.answerable
        )
        passages = sitting.citegram.catalog.summary().passages
    if not outcomes or any(one.failed for one in outcomes):
        raise EvaluationError(
            f"{name} has no question with an answer, or an answer failed; ask one of them on its own."
        )
    return Measured(passages, outcomes)


@contextmanager
def recut(data_dir: Path, encoder: Encoder, most: int) -> Iterator[Path]:
    """Give a copy of a data directory with its articles cut and encoded anew, in passages of at most so many characters."""
    with TemporaryDirectory(prefix="citegram-passages-") as folder:
        for path in data_dir.glob(f"{FILE_NAME}*"):
            shutil.copy(path, folder)
        if most != MOST_CHARACTERS:
            with closing(Catalog.in_directory(Path(folder))) as catalog:
                encode_anew(catalog, encoder, most)
        yield Path(folder)


def encode_anew(catalog: Catalog, encoder: Encoder, most: int) -> int:
    """Give every article passages of at most so many characters; return the number of articles."""
    model = catalog.embedding_model
    assert model is not None
    prepared = [(stored.key, prepare(stored.article, encoder, most)) for stored in catalog.articles()]
    encoded = [(key, one.with_vectors(encoder.encode_passages(one.inputs))) for key, one in prepared]
    return catalog.replace_vectors(model, encoded)


def _print(name: str, found: Mapping[int, Measured]) -> None:
    questions = len(found[MOST_CHARACTERS].outcomes)
    sys.stdout.write(titled(f"{name}: {questions:,} questions with an answer. {_CAPTION}", table(found)))


def table(found: Mapping[int, Measured]) -> str:
    """Return sizes as rows."""
    shipped = found[MOST_CHARACTERS].outcomes
    rows = [
        (
            f"{most:,}{' (shipped)' if most == MOST_CHARACTERS else ''}",
            f"{one.passages:,}",
            *cells(one.outcomes, HEADINGS, () if most == MOST_CHARACTERS else shipped),
        )
        for most, one in found.items()
    ]
    return markdown(("characters", "passages", *HEADINGS), rows)
