"""The evaluation, as `citegram-ask --evaluate` makes it, on the sample articles and their questions or on another set."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from retrieval.encoder import Encoder
from retrieval.errors import EvaluationError
from retrieval.evaluating.catalogs import data_directory
from retrieval.evaluating.run import Options, SetRun, run_set
from retrieval.evaluating.sets import read_questions
from retrieval.evaluating.table import table
from retrieval.evaluation import figures, groups
from retrieval.settings import load_settings
from tests.benchmarks.corpus import SAMPLES
from tests.benchmarks.environment import data_directory as no_settings

SAMPLE_QUESTIONS = Path(__file__).parents[1] / "data" / "questions.jsonl"


def measure(articles: str | None, questions: Path, most: int | None) -> SetRun:
    """Ingest articles and ask the questions; the samples where no articles are named."""
    name = questions.resolve().parent.name if articles else "samples"
    items = read_questions(name, Path(articles) if articles else SAMPLES, questions, _complain)
    with TemporaryDirectory() as unused, no_settings(Path(unused)):
        settings = load_settings(None)
        with data_directory(items, settings, keep=None) as data_dir:
            encoder = Encoder(settings.embedding_model)
            return run_set(items, data_dir, settings, encoder, Options(most=most), on_problem=_complain)


def _complain(sentence: str) -> None:
    raise EvaluationError(sentence)


def report(run: SetRun) -> None:
    """Print the figures as a table."""
    found = groups([run])
    sys.stdout.write(table(found, [figures(group.outcomes) for group in found]) + "\n")
