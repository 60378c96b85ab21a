"""`make bench`: measures what README and docs state, and prints it."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.benchmarks import quality, speed, telegram

_ALL = ["quality", "help", "ask", "question", "rate", "telegram"]


def main() -> None:
    """Run all benchmarks, or those that are named."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("what", nargs="*", choices=[*_ALL, []], default=[])
    parser.add_argument(
        "--set", type=Path, metavar="FOLDER", help="quality on articles.jsonl and questions.jsonl there"
    )
    parser.add_argument("--most", type=int, help="questions to ask, from the first")
    options = parser.parse_args()
    wanted = options.what or _ALL
    if "quality" in wanted:
        print(f"Quality, {options.set or 'on the sample articles and their questions'}:")
        articles = str(options.set / "articles.jsonl") if options.set else None
        questions = options.set / "questions.jsonl" if options.set else quality.SAMPLE_QUESTIONS
        quality.report(quality.measure(articles, questions, options.most))
    for name, title, run in (
        ("help", "Start of the commands:", speed.help_time),
        ("ask", "First answer:", speed.first_answer),
        ("question", "Questions:", speed.question_time_and_memory),
        ("rate", "Ingest:", speed.ingest_rate),
        ("telegram", "Telegram:", telegram.waiting_times),
    ):
        if name in wanted:
            print(title)
            run()


if __name__ == "__main__":
    main()
