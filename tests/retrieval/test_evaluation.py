"""`citegram-ask --evaluate` on a small set, from the folder to the table, the JSON and the page."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from retrieval.catalog import Catalog
from retrieval.cli import main
from retrieval.encoder import Encoder
from retrieval.evaluating.metrics import Estimate
from retrieval.evaluating.outcomes import Outcome
from retrieval.evaluating.run import SetRun
from retrieval.evaluating.table import table
from retrieval.evaluation import LABELS, figures, groups

ARTICLES = [
    {
        "id": "bridge",
        "title": "Bridge in Westmere closed",
        "text": "The harbour bridge in Westmere was closed on Monday morning. Inspectors had found rust in eleven of its "
        "hanger cables. The city expects repairs to take nine weeks.",
    },
    {
        "id": "whale",
        "title": "A whale for the museum",
        "text": "The natural history museum in Torrin has bought the skeleton of a sperm whale. It will hang in the "
        "entrance hall from September. A fishing family had kept the bones in a barn for decades.",
    },
    {
        "id": "honey",
        "title": "Honey prize goes to Dunfell",
        "text": "Beekeeper Ilsa Marren of Dunfell has won the county honey prize. Her heather honey beat forty rivals. "
        "The jury praised its taste of smoke and thyme.",
    },
    {
        "id": "library",
        "title": "Bücherei öffnet sonntags",
        "text": "Die Stadtbücherei in Hellersteg öffnet ab Mai auch sonntags. Die Ausleihe läuft dann über Automaten.",
        "language": "de",
    },
]
SCRIPT = "<script>alert(1)</script>"
QUESTIONS: list[dict[str, Any]] = [
    {
        "id": "b1",
        "question": "What had inspectors found in the hanger cables of the Westmere bridge?",
        "answerable": True,
        "evidence": ["Inspectors had found rust in eleven of its hanger cables."],
        "answers": ["rust"],
        "article_ids": ["bridge"],
        "language": "en",
    },
    {
        "id": "w1",
        "question": "Which skeleton has the natural history museum in Torrin bought?",
        "answerable": True,
        "evidence": ["The natural history museum in Torrin has bought the skeleton of a sperm whale."],
        "answers": ["a sperm whale"],
        "language": "en",
    },
    {
        "id": "h1",
        "question": "Who has won the county honey prize?",
        "answerable": True,
        "evidence": ["Beekeeper Ilsa Marren of Dunfell has won the county honey prize."],
        "answers": ["Ilsa Marren"],
        "article_ids": ["honey"],
        "language": "en",
    },
    {
        "id": "l1",
        "question": "Ab wann öffnet die Stadtbücherei in Hellersteg sonntags?",
        "answerable": True,
        "evidence": ["Die Stadtbücherei in Hellersteg öffnet ab Mai auch sonntags."],
        "answers": ["Mai"],
        "article_ids": ["library"],
        "language": "de",
    },
    {
        "id": "n1",
        "question": f"Which orbit does the satellite of Peru follow? {SCRIPT}",
        "answerable": False,
        "kind": "off-topic",
        "language": "en",
    },
    {"question": "Hello", "answerable": False, "expected": "chat", "language": "en"},
    {"id": "gone", "question": "Why?", "answerable": True, "evidence": ["Nobody wrote this."], "language": "en"},
    {"id": "lost", "question": "Why?", "answerable": False, "article_ids": ["no such article"], "language": "en"},
]


def write_set(folder: Path, questions: list[dict[str, Any]]) -> Path:
    folder.mkdir()
    for name, records in (("articles", ARTICLES), ("questions", questions)):
        lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
        (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


@dataclass(frozen=True)
class Evaluated:
    """What one run of the command left behind."""

    folder: Path
    code: int
    output: str
    error: str
    made: dict[str, Any]
    page: str

    def figures(self, **described: object) -> dict[str, Any]:
        wanted = {"set": "village", "language": None, "articles": None, **described}
        (group,) = (one for one in self.made["groups"] if wanted.items() <= one.items())
        return dict(group["figures"])


def evaluate(folder: Path, *words: str) -> Evaluated:
    """Run the command on the whole set."""
    items = write_set(folder / "village", QUESTIONS)
    output, error = io.StringIO(), io.StringIO()
    before = signal.getsignal(signal.SIGTERM)
    files = ["--json", f"{folder / 'out.json'}", "--html", f"{folder / 'out.html'}"]
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(error):
        code = main(["--evaluate", f"{items}", *words, *files])
    signal.signal(signal.SIGTERM, before)
    assert (folder / "out.json").exists(), error.getvalue()
    made = json.loads((folder / "out.json").read_text("utf-8"))
    return Evaluated(folder, code, output.getvalue(), error.getvalue(), made, (folder / "out.html").read_text("utf-8"))


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Evaluated:
    """What the command makes, with the articles ingested in this process, where the model is loaded already."""
    from ingest.pipeline import Pipeline
    from ingest.sources.walk import read_articles

    def ingest(articles: Path, data_dir: Path, settings: object) -> None:
        with contextlib.closing(Catalog.in_directory(data_dir)) as catalog:
            pipeline = Pipeline(catalog, encoder, on_loading=lambda: None)
            assert {done.kind for done in pipeline.run(read_articles([str(articles)], lambda problem: None))} == {"new"}

    folder = tmp_path_factory.mktemp("evaluated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("retrieval.encoder.Encoder", lambda name: encoder)
        patch.setattr("retrieval.evaluating.catalogs._ingest", ingest)
        return evaluate(folder, "--size", "1", "--size", "4", "--keep", f"{folder / 'kept'}")


def test_what_is_there_is_found(evaluated: Evaluated) -> None:
    found = evaluated.figures()
    for name in ("passage@1", "sentence@3", "article@1", "within_1000", "mrr", "ndcg@10"):
        assert found[name]["value"] == 1.0, name
        assert found[name]["n"] == 4
    assert found["evidence_quoted"]["value"] == found["answer_quoted"]["value"] == 1.0
    assert found["auroc_off_topic"]["value"] > 0.9
    assert found["refused_kind:off-topic"]["n"] == 1
    assert found["failed"]["value"] == 0


def test_every_question_is_asked_of_other_articles_too(evaluated: Evaluated) -> None:
    asked = [one for one in evaluated.made["outcomes"] if one["articles"] is None]
    assert sorted(one["question"] for one in asked if one["present"]) == ["b1", "h1", "l1", "n1", "w1"]
    assert sorted(one["question"] for one in asked if not one["present"]) == ["b1", "h1", "l1", "w1"]
    assert {one["topic"] for one in asked if not one["present"]} == {"off-topic"}


def test_catalogues_of_one_article(evaluated: Evaluated) -> None:
    alone = [one for one in evaluated.made["outcomes"] if one["articles"] == 1]
    assert sum(one["topic"] == "answerable" for one in alone) == sum(one["topic"] == "off-topic" for one in alone) == 4
    assert evaluated.figures(articles=1)["passage@1"]["value"] == 1.0
    assert "village has 4 articles: none are left to ask 4 of them about." in evaluated.output


def test_languages_apart(evaluated: Evaluated) -> None:
    assert evaluated.figures(language="de")["passage@1"]["n"] == 1
    assert evaluated.figures(language="en")["passage@1"]["n"] == 3


def test_what_cannot_be_measured_is_told_and_ends_in_one(evaluated: Evaluated) -> None:
    assert evaluated.code == 1
    assert "question gone is left out: its evidence stands in no article, word for word." in evaluated.error
    assert "question lost is left out: there is no article no such article." in evaluated.error
    assert "village: 1 questions left out that expect small talk" in evaluated.output
    assert "satellite" not in evaluated.error + evaluated.output + json.dumps(evaluated.made)


def test_the_table_fits_a_terminal(evaluated: Evaluated) -> None:
    assert max(map(len, evaluated.output.splitlines())) <= 100
    assert "evidence passage first" in evaluated.output


def test_the_page_needs_nothing_and_escapes_everything(evaluated: Evaluated) -> None:
    page = evaluated.page
    assert page.startswith("<!doctype html>")
    assert page.count("<svg") == page.count("</svg>") == 8
    assert "<script" not in page
    assert "http" not in page.replace('xmlns:xlink="http://www.w3.org/1999/xlink"', "").replace(
        'xmlns="http://www.w3.org/2000/svg"', ""
    )


def test_kept_articles_are_not_ingested_again(evaluated: Evaluated, encoder: Encoder) -> None:
    from retrieval.evaluating.catalogs import data_directory
    from retrieval.evaluating.sets import read_set
    from retrieval.settings import load_settings

    items = read_set(evaluated.folder / "village", lambda sentence: None)
    stored = evaluated.folder / "kept" / "village" / "catalog.sqlite3"
    before = stored.stat().st_mtime_ns
    with data_directory(items, load_settings(None), evaluated.folder / "kept") as data_dir:
        assert data_dir == stored.parent
    assert stored.stat().st_mtime_ns == before


@pytest.mark.long
def test_with_the_ingest_command_itself(tmp_path: Path, evaluated: Evaluated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    again = evaluate(tmp_path, "--size", "1", "--size", "4")
    assert again.made == evaluated.made
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.html", "out.json", "village"]


# Figures of outcomes

OUTCOME = Outcome("set", "q", 1, "en", "", None, True, "answerable", True, False, 0.9, within=(True, True, True))


def test_recall_grows_with_depth() -> None:
    outcomes = [replace(OUTCOME, line=n, passage=n % 12, sentence=n % 7, article=n % 4) for n in range(60)]
    found = figures([replace(one, passage=min(one.passage, 10)) for one in outcomes])
    for kind, depths in (("passage", (1, 3, 5, 10)), ("sentence", (1, 3, 5)), ("article", (1, 3, 5))):
        values = [found[f"{kind}@{k}"].value for k in depths]
        assert values == sorted(values)
        assert 0 < values[0] < 1


def test_off_topic_and_on_topic_are_kept_apart() -> None:
    off = replace(OUTCOME, line=2, present=False, topic="off-topic", answered=False, confidence=0.1)
    on = replace(OUTCOME, line=3, topic="on-topic", answered=True, confidence=0.95)
    found = figures([replace(OUTCOME, sentence=1, passage=1), off, on])
    assert found["auroc_off_topic"].value == 1.0
    assert found["auroc_on_topic"].value == 0.0
    assert (found["refused_off_topic"].value, found["refused_on_topic"].value) == (1.0, 0.0)
    assert (found["accuracy_off_topic"].value, found["accuracy_on_topic"].value) == (1.0, 0.5)
    assert found["brier"].value == pytest.approx((0.1**2 + 0.1**2 + 0.95**2) / 3)
    assert found["brier_own"].value == pytest.approx((0.1**2 + 0.95**2) / 2)


def test_quotes_are_counted_over_all_answers() -> None:
    one = replace(OUTCOME, quotes=3, quotes_with_evidence=1, answer_quoted=True, characters=300)
    other = replace(OUTCOME, line=2, quotes=1, quotes_with_evidence=1, characters=100)
    refused = replace(OUTCOME, line=3, answered=False)
    found = figures([one, other, refused])
    assert found["quotes_evidence"].value == 0.5
    assert (found["evidence_quoted"].value, found["answer_quoted"].n) == (1.0, 1)
    assert found["quote_characters"].value == 200
    assert found["false_refusals"].value == pytest.approx(1 / 3)


def test_every_figure_has_a_name() -> None:
    whole = replace(OUTCOME, reciprocal_rank=1.0, ndcg=1.0, quotes=1, answer_quoted=True, answer_marked=True)
    outcomes = [whole, replace(whole, topic="on-topic", line=2), replace(whole, topic="off-topic", line=3)]
    assert set(figures(outcomes)) == set(LABELS)


def test_sets_are_shown_together_and_apart() -> None:
    runs = [
        SetRun(
            name, 3, (), (replace(OUTCOME, set=name, language=language), replace(OUTCOME, set=name, articles=1)), 0, ()
        )
        for name, language in (("one", "en"), ("two", "de"))
    ]
    assert [group.title for group in groups(runs)] == [
        "one", "two", "all sets", "all sets, de", "all sets, en",
        "one, 1 of its articles", "two, 1 of its articles", "all sets, 1 of its articles",
    ]  # fmt: skip


def test_a_figure_with_its_interval() -> None:
    (group,) = groups([SetRun("a set with a long name of many words", 3, (), (OUTCOME,), 0, ())])
    shown = table(
        [group], [{"passage@1": Estimate(0.9504, 0.9, 1.0, 9), "quote_characters": Estimate(350, 300, 400, 9)}]
    )
    assert ".950  .900-1.000" in shown
    assert "350   300-400" in shown


# Mistakes, and leaving


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        pytest.param(["--evaluate"], "name a folder of articles.jsonl and questions.jsonl", id="no folder"),
        pytest.param(["--evaluate", ".", "--most", "0"], "must be a whole number from 1 on", id="no questions"),
        pytest.param(["--evaluate", ".", "--half", "third"], "invalid choice", id="no such half"),
        pytest.param(["--evaluate", ".", "--json", "/no/such/folder/x"], "cannot be written", id="JSON to nowhere"),
        pytest.param(["--evaluate", ".", "--html", "."], "cannot be written", id="page onto a folder"),
    ],
)
def test_wrong_usage(words: list[str], reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert reason in capsys.readouterr().err


def test_a_page_without_matplotlib(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SystemExit):
        main(["--evaluate", ".", "--html", "x.html"])
    assert "--html needs matplotlib for its plots: pip install -e '.[evaluation]'" in capsys.readouterr().err


def test_a_folder_that_is_no_set(command_line: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--evaluate", str(tmp_path)]) == 2
    assert "articles.jsonl is not there" in capsys.readouterr().err
    assert not command_line.exists()


def test_a_catalogue_that_no_evaluation_made_is_left_alone(
    command_line: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    items = write_set(tmp_path / "set", QUESTIONS[:1])
    theirs = tmp_path / "kept" / "set" / "catalog.sqlite3"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"precious")
    assert main(["--evaluate", str(items), "--keep", str(tmp_path / "kept")]) == 1
    assert "holds a catalogue that no evaluation made" in capsys.readouterr().err
    assert theirs.read_bytes() == b"precious"


def test_articles_that_cannot_be_ingested(
    command_line: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    items = write_set(tmp_path / "set", QUESTIONS[:1])
    (items / "articles.jsonl").write_text('{"title": "without a text"}\n', encoding="utf-8")
    assert main(["--evaluate", str(items)]) == 1
    said = capsys.readouterr().err
    assert f'{items / "articles.jsonl"}:1: failed: has no "text"' in said
    assert said.endswith("articles.jsonl could not be ingested as a whole; correct what is named above.\n")
    assert list(tmp_path.iterdir()) == [items]


def test_ctrl_c_leaves_nothing_behind(tmp_path: Path, data_dir: Path) -> None:
    items = write_set(tmp_path / "set", QUESTIONS[:1])
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "retrieval", "--evaluate", str(items)],
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        assert b"ingesting" in process.stderr.readline()
        deadline = time.monotonic() + 30
        while not (children := psutil.Process(process.pid).children()) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 128 + signal.SIGINT
        assert b"Traceback" not in process.stderr.read()
    assert children
    assert not any(child.is_running() for child in children)
    assert list(scratch.iterdir()) == []
    assert not data_dir.exists()


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys\nfrom retrieval.cli import main\n"
        "try:\n    main(['--evaluate', '--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'torch', 'chromadb', 'numpy', 'pydantic', 'sqlite3', 'matplotlib', 'ir_measures'}\n"
        "print(sorted(heavy & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert "--size N" in done.stdout
    assert done.stderr == "[]\n"
