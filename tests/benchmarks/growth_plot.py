"""The plot of docs/speed.md: time of a question by stage and the rate of ingest over the number of passages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.benchmarks.growth import Size


def draw(sizes: Sequence[Size], path: Path) -> None:
    """Write the plot as SVG, the same bytes for the same figures."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "citegram"
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    time, rate = figure.subplots(1, 2)
    passages = [size.passages for size in sizes]
    for stage in sizes[0].asked.stages:
        line = "-o" if stage == "total" else "--"
        time.plot(passages, [size.quantile(stage, 0.5) for size in sizes], line, label=stage)
    time.set(xscale="log", xlabel="passages", ylabel="milliseconds, median", title="A question by stage")
    rate.plot(passages, [size.catalogue_rates[-1] for size in sizes], "-o", label="into the catalogue")
    rate.plot(passages, [size.index_rates[-1] for size in sizes], "-o", label="into the vector index")
    rate.plot(passages, [size.encoded_rate for size in sizes], "-o", label="with the encoder, both")
    rate.set(xscale="log", yscale="log", xlabel="passages there already", ylabel="passages a second", title="Ingest")
    for axes in (time, rate):
        axes.set_ylim(bottom=0 if axes is time else 1)
        axes.grid(alpha=0.3)
        axes.legend(frameon=False, fontsize=8)
    figure.savefig(path, metadata={"Date": None})
