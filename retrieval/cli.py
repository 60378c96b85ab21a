"""Ask from the shell: one question, or a batch of them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from retrieval.command import parse_in_any_order, run_command
from retrieval.evaluating import cli as evaluation_cli

if TYPE_CHECKING:
    from retrieval.bootstrap import Citegram
    from retrieval.models import Answer

_USAGE = 2


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0, 1 when anything went wrong, 2 for wrong usage or a wrong setting."""
    words = sys.argv[1:] if arguments is None else arguments
    if evaluation_cli.wanted(words):
        return evaluation_cli.main(words)
    parser = _parser()
    options = parse_in_any_order(parser, words)
    if (options.batch is None) == (not " ".join(options.question).strip()):
        parser.error("give one question, or --batch FILE")
    return run_command(parser.prog, lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    from retrieval.bootstrap import open_citegram
    from retrieval.errors import CitegramError, SettingsError
    from retrieval.settings import load_settings

    try:
        with _lines(options.batch) as lines, open_citegram(load_settings()) as citegram:
            if citegram.describe().articles:
                sys.stderr.write("loading the embedding model ...\n")
                citegram.warm()
            if lines is not None:
                return _batch(citegram, lines)
            return _one(citegram, " ".join(options.question), as_json=options.json)
    except (CitegramError, _WrongUsage) as error:
        sys.stderr.write(f"citegram-ask: {error}\n")
        return _USAGE if isinstance(error, SettingsError | _WrongUsage) else 1


def _one(citegram: Citegram, text: str, *, as_json: bool) -> int:
    from retrieval.batch import without_surrogates
    from retrieval.models import Question

    answer = citegram.answer_now(Question(without_surrogates(text).strip()))
    _write(_json(answer) if as_json else _told(answer))
    if answer.error is not None:
        sys.stderr.write(f"citegram-ask: {answer.error}\n")
    return int(answer.status == "error")


def _told(answer: Answer) -> str:
    choices = "\n".join(f"- {choice}" for choice in answer.choices)
    return "\n\n".join(filter(None, [answer.text, choices, *answer.notices]))


def _batch(citegram: Citegram, lines: BinaryIO) -> int:
    from retrieval.batch import BadLine, read_question

    failed = False
    for line in lines:
        if not line.strip():
            continue
        try:
            answer = citegram.answer_now(read_question(line))
        except BadLine as bad:
            answer = bad.answer
        failed |= answer.status == "error"
        _write(_json(answer))
    return int(failed)


def _json(answer: Answer) -> str:
    return json.dumps(answer.as_json(), ensure_ascii=False)


def _write(text: str) -> None:
    """Write UTF-8 whatever the terminal's encoding: JSON is UTF-8, and a quote must not lose a character.

    What UTF-8 cannot hold, a lone surrogate in an `id` that is handed back, is written as JSON writes it: `\\ud800`.
    """
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


class _WrongUsage(Exception):
    """The command's words are off."""


@contextmanager
def _lines(batch: str | None) -> Iterator[BinaryIO | None]:
    if batch is None:
        yield None
    elif batch == "-":
        yield sys.stdin.buffer
    else:
        with _opened(batch) as file:
            yield file


def _opened(batch: str) -> BinaryIO:
    try:
        return Path(batch).open("rb")
    except OSError as error:
        raise _WrongUsage(f"{batch} cannot be read ({error.strerror}); name a file of questions, or - .") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="citegram-ask",
        description="Answer a question with exact quotes from the ingested articles.",
        usage="%(prog)s [--json] QUESTION | %(prog)s --batch FILE | %(prog)s --evaluate FOLDER [--help]",
        epilog="Settings come from the environment and .env. Exit codes: 0, 1 when an answer failed, 2 for wrong usage.",
    )
    parser.add_argument("question", nargs="*", help="the question, in plain words")
    parser.add_argument("--json", action="store_true", help="print the whole answer as one JSON object")
    parser.add_argument(
        "--batch", metavar="FILE", help="answer JSON Lines of {id, question, history, asked_on}; - reads standard input"
    )
    return parser
