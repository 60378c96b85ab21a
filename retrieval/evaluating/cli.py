"""`citegram-ask --evaluate FOLDER`: how well the questions of a set are answered from its articles."""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrieval.command import run_command

if TYPE_CHECKING:
    from retrieval.evaluating.run import SetRun

_USAGE = 2
OPTION = "--evaluate"


def wanted(words: list[str]) -> bool:
    """Tell whether the words of `citegram-ask` ask for an evaluation."""
    before = words[: words.index("--")] if "--" in words else words
    return any(word == OPTION or word.startswith(f"{OPTION}=") for word in before)


def main(arguments: list[str]) -> int:
    """Run the evaluation; return 0, 1 when anything could not be measured, 2 for wrong usage or a wrong setting."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not options.evaluate:
        parser.error("name a folder of articles.jsonl and questions.jsonl, or several")
    if options.html and importlib.util.find_spec("matplotlib") is None:
        parser.error("--html needs matplotlib for its plots: pip install -e '.[evaluation]'")
    for path in filter(None, (options.json, options.html)):
        if path.is_dir() or not path.absolute().parent.is_dir():
            parser.error(f"{path} cannot be written; name a file in a folder that is there")
    return run_command(parser.prog, lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    from retrieval.errors import CitegramError, SetError, SettingsError

    problems: list[str] = []

    def on_problem(sentence: str) -> None:
        problems.append(sentence)
        sys.stderr.write(f"citegram-ask: {sentence}\n")

    try:
        runs = _runs(options, on_problem)
        _report(runs, options)
        failed = sum(outcome.failed for run in runs for outcome in run.outcomes)
        if failed:
            on_problem(f"{failed} answers failed; ask one of the questions on its own to see why.")
        return int(bool(problems))
    except CitegramError as error:
        sys.stderr.write(f"citegram-ask: {error}\n")
        return _USAGE if isinstance(error, SettingsError | SetError) else 1


def _runs(options: argparse.Namespace, on_problem: Any) -> list[SetRun]:
    from retrieval.encoder import Encoder
    from retrieval.evaluating.catalogs import data_directory
    from retrieval.evaluating.run import Options, run_set
    from retrieval.evaluating.sets import read_set
    from retrieval.settings import load_settings

    settings = load_settings()
    sets = [read_set(folder, on_problem) for folder in options.evaluate]
    encoder = Encoder(settings.embedding_model)
    chosen = Options(options.half, options.most, tuple(options.size))
    runs = []
    for items in sets:
        progress = _Progress()
        progress(f"{items.name}, ingesting", 0, 1)
        with data_directory(items, settings, options.keep) as data_dir:
            runs.append(
                run_set(items, data_dir, settings, encoder, chosen, on_progress=progress, on_problem=on_problem)
            )
        progress.end()
    return runs


def _report(runs: list[SetRun], options: argparse.Namespace) -> None:
    from retrieval.evaluating.table import table
    from retrieval.evaluation import as_json, figures, groups

    found = groups(runs)
    sys.stdout.write(table(found, [figures(group.outcomes) for group in found]) + "\n")
    for run in runs:
        if run.left_out:
            sys.stdout.write(
                f"{run.name}: {run.left_out} questions left out that expect small talk or a question back\n"
            )
        sys.stdout.writelines(f"{note}\n" for note in run.notes)
    if options.html:
        from retrieval.evaluating.report import report

        options.html.write_text(report(runs, _described(options)), encoding="utf-8")
    if options.json:
        described = {"half": options.half, "most": options.most}
        options.json.write_text(
            json.dumps(as_json(runs, described), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )


def _described(options: argparse.Namespace) -> str:
    """Say in a sentence which questions were asked."""
    questions = "All questions" if options.most is None else f"At most {options.most:,} questions of each set"
    half = {"tune": " on the articles for tuning", "report": " on the articles for reporting"}.get(options.half, "")
    return f"{questions}{half}, each beside its 95 per cent interval."


class _Progress:
    """One line on standard error, written over on a terminal."""

    def __init__(self) -> None:
        self._over = sys.stderr.isatty()
        self._what = ""
        self._at = 0.0

    def __call__(self, what: str, done: int, of: int) -> None:
        now = time.monotonic()
        if self._over and (what != self._what or done == of or now - self._at > 0.2):
            sys.stderr.write(f"\r\x1b[K{what}: {done} of {of}")
        elif what != self._what:
            sys.stderr.write(f"{what} ...\n")
        else:
            return
        sys.stderr.flush()
        self._what, self._at = what, now

    def end(self) -> None:
        if self._over:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="citegram-ask",
        description="Measure how well questions are answered from the articles that come with them.",
        epilog="A FOLDER holds articles.jsonl and questions.jsonl; docs/evaluating.md says what is in them and what the "
        "figures mean. Exit codes: 0, 1 when something could not be measured, 2 for wrong usage.",
    )
    parser.add_argument(
        OPTION, nargs="*", type=Path, metavar="FOLDER", required=True, help="a set of articles and questions"
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write all figures, and each question's outcome, as JSON"
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a report with plots")
    parser.add_argument(
        "--most", type=_positive, metavar="N", help="ask at most N questions of each set, always the same"
    )
    parser.add_argument("--half", choices=["tune", "report"], help="only questions on the articles of this half")
    parser.add_argument(
        "--size",
        type=_positive,
        action="append",
        default=[],
        metavar="N",
        help="ask catalogues of N articles as well (repeatable)",
    )
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the ingested articles here for the next time")
    return parser


def _positive(word: str) -> int:
    number = int(word) if word.isascii() and word.isdigit() else 0
    if not number:
        raise argparse.ArgumentTypeError("must be a whole number from 1 on")
    return number
