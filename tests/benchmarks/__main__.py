"""`make bench`: measures what README and docs state, and prints it."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.benchmarks import pages, quality, speed, telegram, writing

_ALL = ["quality", "help", "ask", "question", "rate", "writing", "telegram"]
_WHEN_NAMED = ["pages", "peers", "growth"]  # seconds; a second environment of some gigabytes; half an hour
_LONG_INGESTS = ["pages-rate", "jsonl"]  # 20 minutes each
_ON_FOLDERS = ["documents"]  # any files, not a set of questions
_WITH_MODEL = ["written", "obedient", "injection"]  # of CITEGRAM_MODEL, or of `make test-model`: an hour and more
_ON_SETS = ["ablation", "vectors", "passages", "follow-ups"]  # an hour for a large set


def main() -> None:
    """Run all benchmarks, or those that are named."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "what",
        nargs="*",
        choices=[*_ALL, *_WHEN_NAMED, *_LONG_INGESTS, *_WITH_MODEL, *_ON_FOLDERS, *_ON_SETS, []],
        default=[],
    )
    parser.add_argument(
        "--set",
        nargs="+",
        type=Path,
        default=[],
        metavar="FOLDER",
        help="use articles.jsonl and questions.jsonl there; the benchmarks on sets need it; documents: any files",
    )
    parser.add_argument(
        "--most", type=int, metavar="N", help="ask at most N questions of a set, always the same; pages-rate: N pages"
    )
    parser.add_argument("--size", type=int, metavar="MB", help="jsonl: of its large file (default 1000)")
    parser.add_argument(
        "--half",
        choices=["tune", "report"],
        help="benchmarks on sets: articles of this half; follow-ups: conversations; pages: pages",
    )
    parser.add_argument("--keep", type=Path, metavar="DIR", help="benchmarks on sets: keep ingested articles")
    parser.add_argument("--rounds", type=int, default=3, help="how often peers are measured in turn (default 3)")
    parser.add_argument(
        "--instructions", type=Path, metavar="FILE", help="obedient, injection: JSON Lines with `instruction`"
    )
    parser.add_argument("--plot", type=Path, metavar="FILE", help="growth: write its plot there, as SVG")
    options = parser.parse_args()
    wanted = options.what or _ALL
    on_sets = [name for name in _ON_SETS if name in wanted]
    for name in (*_ON_FOLDERS, *on_sets):
        if name in wanted and not options.set:
            parser.error(f"{name} needs --set FOLDER")
    if "quality" in wanted:
        for folder in options.set or [None]:
            print(f"Quality, {folder or 'on the sample articles and their questions'}:")
            articles = str(folder / "articles.jsonl") if folder else None
            questions = folder / "questions.jsonl" if folder else quality.SAMPLE_QUESTIONS
            quality.report(quality.measure(articles, questions, options.most))
    if "peers" in wanted:
        from tests.benchmarks.peers import compare

        for folder in options.set or [None]:
            print(f"Citegram and its peers, {folder or 'on the sample articles and their questions'}:")
            compare.run(folder, options.rounds, options.most)
    if "documents" in wanted:
        from tests.benchmarks import documents

        for folder in options.set:
            print(f"Documents in {folder}:")
            documents.run(folder)
    if "pages" in wanted:
        for folder in options.set or [None]:
            print("Main text of pages:")
            pages.run(folder, options.half)
    with_model = [name for name in _WITH_MODEL if name in wanted]
    if {"obedient", "injection"} & set(with_model) and options.instructions is None:
        parser.error(f"{with_model[-1]} needs --instructions FILE")
    for name in with_model:
        _with_model(name, options)
    for name in on_sets:
        _on_sets(name, options)
    if "pages-rate" in wanted:
        from tests.benchmarks import ingest_speed

        print("Pages to articles:")
        ingest_speed.run(options.most)
    if "jsonl" in wanted:
        from tests.benchmarks import ingest_size

        print("Large JSON Lines files:")
        ingest_size.run(options.size)
    if "growth" in wanted:
        from tests.benchmarks import growth

        print("Growth:")
        growth.run(plot=options.plot)
    for name, title, run in (
        ("help", "Start of the commands:", speed.help_time),
        ("ask", "First answer:", speed.first_answer),
        ("question", "Questions:", speed.question_time_and_memory),
        ("rate", "Ingest:", speed.ingest_rate),
        ("writing", "Writing:", writing.run),
        ("telegram", "Telegram:", telegram.waiting_times),
    ):
        if name in wanted:
            print(title)
            run()


def _with_model(name: str, options: argparse.Namespace) -> None:
    from tests.benchmarks import written

    print(f"{name.capitalize()}:")
    if name == "written":
        written.run(options.most)
    else:
        run = written.run_obedient if name == "obedient" else written.run_injection
        run(options.instructions, options.most)


def _on_sets(name: str, options: argparse.Namespace) -> None:
    from tests.benchmarks import ablation, follow_ups, passages, vectors
    from tests.benchmarks.sets import Chosen

    runs = {
        "ablation": ablation.run, "vectors": vectors.run, "passages": passages.run, "follow-ups": follow_ups.run
    }  # fmt: skip
    runs[name](Chosen(tuple(options.set), options.most, options.half, options.keep))


if __name__ == "__main__":
    main()
