"""The plot of docs/benchmarks.md, for a light and a dark page, from what the benchmarks left in build/bench.

Usage: build/peers/plot/bin/python benchmarks/plot.py [--quick] [--out DIR] [--format svg|png]

The page looks for them in docs.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

HERE = Path(__file__).parent
FIGURES = HERE.parent / "build" / "bench"
THEMES = {
    "light": {
        "page": "#ffffff", "ink": "#1f2328", "faint": "#59636e", "line": "#d1d9e0", "ours": "#0969da",
        "theirs": "#9aa4af",
    },
    "dark": {
        "page": "#0d1117", "ink": "#f0f6fc", "faint": "#9198a1", "line": "#3d444d", "ours": "#4493f8",
        "theirs": "#656c76",
    },
}  # fmt: skip
NAMES = {"pytest": "plain pytest", "otter": "otter run"}


def draw_cost(axes: Axes, tools: dict[str, Any], colours: dict[str, str]) -> None:
    """CPU a submission, as a multiple of the limit, the cheapest on top."""
    rows = sorted(tools.items(), key=lambda item: -item[1]["times_limit"])
    names = [NAMES.get(name, name) for name, _ in rows]
    values = [one["times_limit"] for _, one in rows]
    bars = axes.barh(
        names, values, height=0.62, color=[colours["ours" if name == "autograder" else "theirs"] for name, _ in rows]
    )
    axes.bar_label(bars, [f"{value:.2f}" if value < 2 else f"{value:.1f}" for value in values], padding=4,
                   color=colours["ink"])  # fmt: skip
    axes.axvline(1, color=colours["ink"], linewidth=1, linestyle=(0, (3, 2)))
    axes.annotate("the limit", (1, len(rows) - 0.45), xytext=(4, 0), textcoords="offset points", color=colours["faint"],
                  fontsize=9)  # fmt: skip
    axes.set_ylim(-0.5, len(rows) - 0.2)
    axes.set_xlim(0, max(values) * 1.15)
    axes.set_title("CPU a submission, times that of the test bodies", loc="left", fontsize=10.5, color=colours["ink"])
    axes.tick_params(axis="y", length=0, labelcolor=colours["ink"])
    axes.spines["left"].set_visible(False)


def draw_growth(axes: Axes, sizes: dict[str, Any], colours: dict[str, str]) -> None:
    """Wall seconds of a class after start-up, the memory written at each point."""
    counts = [int(size) for size in sizes]
    seconds = [one["wall_s"] for one in sizes.values()]
    axes.loglog(counts, seconds, color=colours["ours"], marker="o", markersize=6, linewidth=2)
    for count, second, one in zip(counts, seconds, sizes.values(), strict=True):
        axes.annotate(
            f"{second:,.3g} s\n{one['peak_pss_mib']:.0f} MiB", (count, second), xytext=(-8, 8),
            textcoords="offset points", color=colours["ink"], fontsize=9, ha="right", va="center",
        )  # fmt: skip
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter("")
    axes.set_xticks(counts, [f"{count:,}" for count in counts])
    axes.set_xticks([], minor=True)
    axes.set_xlim(counts[0] / 4, counts[-1] * 1.6)
    axes.set_ylim(seconds[0] / 2, seconds[-1] * 3)
    axes.set_xlabel("submissions", color=colours["faint"])
    axes.set_title("Seconds after start-up, two jobs; memory", loc="left", fontsize=10.5, color=colours["ink"])


def draw(theme: str, figures: Path, out: Path, form: str) -> Path:
    """Draw one plot into a file."""
    colours = THEMES[theme]
    peers = json.loads((figures / "peers.json").read_text())
    growth = json.loads((figures / "class_growth.json").read_text())
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.3), width_ratios=(1.25, 1), layout="constrained")
    figure.set_facecolor(colours["page"])
    for axes in (left, right):
        axes.set_facecolor(colours["page"])
        axes.spines[["top", "right"]].set_visible(False)
        for spine in axes.spines.values():
            spine.set_color(colours["line"])
        axes.tick_params(which="both", color=colours["line"], labelcolor=colours["faint"])
    draw_cost(left, peers["tools"], colours)
    draw_growth(right, growth["sizes"], colours)
    path = out / f"benchmarks_{theme}.{form}"
    figure.savefig(path, facecolor=colours["page"], dpi=160, metadata={"Date": None} if form == "svg" else None)
    plt.close(figure)
    return path


def main() -> None:
    """Draw both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="of a quick run's figures")
    parser.add_argument("--out", type=Path, help="where; docs for the page, else beside the figures")
    parser.add_argument("--format", choices=("svg", "png"), default="svg")
    options = parser.parse_args()
    figures = FIGURES / "quick" if options.quick else FIGURES
    mpl.rcParams |= {"font.size": 10, "svg.fonttype": "path", "svg.hashsalt": "benchmarks"}
    for theme in THEMES:
        print(f"wrote {draw(theme, figures, options.out or figures, options.format)}")


if __name__ == "__main__":
    main()
