"""The evaluation as one HTML page that needs no network and no script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from retrieval.evaluating.metrics import Estimate
from retrieval.evaluating.outcomes import Outcome
from retrieval.evaluating.plots import budget_plot, recall_plot, reliability_plot, risk_coverage_plot
from retrieval.evaluating.run import SetRun
from retrieval.evaluating.table import cell
from retrieval.evaluation import LABELS, Group, figures, groups, label

_MOST_LISTED = 30  # questions to look at, of a kind and a set
_HEAD = (
    "<!doctype html>",
    '<html lang="en">',
    '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    "<title>Citegram: evaluation</title>",
)
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-top: 1px solid #ddd; padding-top: 1rem; }
table { border-collapse: collapse; margin: 1rem 0; } th, td { text-align: left; padding: .2rem .8rem .2rem 0; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; } tr { border-bottom: 1px solid #eee; }
.wide { overflow-x: auto; } .faint { color: #777; } .plots { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { margin: 0; } figcaption { font-size: 13px; color: #555; max-width: 20rem; } svg { max-width: 100%; height: auto; }
"""


def report(runs: Sequence[SetRun], described: str) -> str:
    """Return the page: the figures of every group, and for each set its plots and the questions to look at.

    Args:
        described: what was asked, in a sentence.
    """
    found = groups(runs)
    measured = [figures(group.outcomes) for group in found]
    parts = ["<h1>Citegram: evaluation</h1>", f"<p>{escape(described)}</p>", *_about(runs)]
    parts += ["<h2>Figures</h2>", _table(found, measured)]
    for group, shown in zip(found, measured, strict=True):
        if not group.language:
            parts += [f"<h2>{escape(group.title)}</h2>", *_plots(group, shown)]
            parts += [part for run in runs if run.name == group.name for part in _to_look_at(run, group)]
    return "\n".join([*_HEAD, f"<style>{_STYLE}</style></head>", "<body>", *parts, "</body>", "</html>", ""])


def _about(runs: Sequence[SetRun]) -> Iterator[str]:
    yield '<div class="wide"><table><tr><th>set</th><th class="n">articles</th><th class="n">questions</th>'
    yield '<th class="n">left out</th><th></th></tr>'
    for run in runs:
        counts = "".join(f'<td class="n">{n:,}</td>' for n in (run.articles, len(run.questions), run.left_out))
        yield f"<tr><td>{escape(run.name)}</td>{counts}<td>{escape(' '.join(run.notes))}</td></tr>"
    yield "</table></div>"


def _table(found: Sequence[Group], measured: Sequence[Mapping[str, Estimate]]) -> str:
    heads = "".join(f'<th class="n">{escape(group.title)}</th>' for group in found)
    rows = [f"<tr><th></th>{heads}</tr>"]
    for name in (*LABELS, *dict.fromkeys(name for shown in measured for name in shown if name not in LABELS)):
        if any(name in shown for shown in measured):
            cells = "".join(_cell(name, shown.get(name)) for shown in measured)
            rows.append(f"<tr><td>{escape(label(name))}</td>{cells}</tr>")
    return f'<div class="wide"><table>{"".join(rows)}</table></div>'


def _cell(name: str, estimate: Estimate | None) -> str:
    value, _, interval = cell(name, estimate).partition(" ")
    title = "" if estimate is None else f' title="{estimate.n:,} behind it"'
    return f'<td class="n"{title}>{value} <span class="faint">{interval.strip()}</span></td>'


def _plots(group: Group, shown: Mapping[str, Estimate]) -> Iterator[str]:
    yield '<div class="plots">'
    if "passage@1" in shown:
        yield _figure(recall_plot(shown), "Recall: evidence among the first passages, sentences and articles.")
        yield _figure(budget_plot(shown), "Evidence within the first characters of the ranked passages.")
    asked = "Of all that was asked, off-topic questions included."
    yield _figure(
        risk_coverage_plot(group.outcomes), f"Risk and coverage: what stricter thresholds would cost. {asked}"
    )
    yield _figure(reliability_plot(group.outcomes), f"Reliability: on the line, the confidence is right. {asked}")
    yield "</div>"


def _figure(svg: str, caption: str) -> str:
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def _to_look_at(run: SetRun, group: Group) -> Iterator[str]:
    answerable = [one for one in group.outcomes if one.topic == "answerable" and not one.right]
    yield from _questions(run, "Evidence is not among the first three sentences", answerable)
    refused = [one for one in group.outcomes if one.right and not one.answered]
    yield from _questions(run, "Refused, with evidence among the first three sentences", refused)
    answered = [one for one in group.outcomes if one.topic != "answerable" and one.answered]
    yield from _questions(run, "Answered without evidence", answered)


def _questions(run: SetRun, title: str, outcomes: Sequence[Outcome]) -> Iterator[str]:
    if not outcomes:
        return
    words = {question.line: question.asked.text for question in run.questions}
    first = sorted(outcomes, key=lambda one: -one.confidence)[:_MOST_LISTED]
    yield f"<h3>{escape(title)}: {len(outcomes):,}</h3>"
    if len(first) < len(outcomes):
        yield f"<p>The {len(first)} with the highest confidence:</p>"
    yield '<table><tr><th class="n">confidence</th><th class="n">line</th><th>topic</th><th>question</th></tr>'
    for one in first:
        yield (
            f'<tr><td class="n">{one.confidence:.2f}</td><td class="n">{one.line}</td><td>{one.topic}</td>'
            f'<td dir="auto">{escape(words.get(one.line, ""))}</td></tr>'
        )
    yield "</table>"
