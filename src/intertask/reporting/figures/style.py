"""How every figure looks: colours, sizes, the way to SVG and PDF; placing names beside points without overlaps."""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from matplotlib.transforms import Bbox

from ...files import atomic
from ...words import duration

#: Inches. At this width a figure is as wide as the page's text, 864 px, and letters of 9 pt are 12 px high.
WIDTH = 9.0

#: Okabe and Ito's colours, which people with any kind of colour blindness can tell apart; on white paper too.
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
INK, GREY, PALE = "#222222", "#767676", "#D8D8D8"
#: Diverging, safe for the colour-blind (ColorBrewer): brown below zero, blue-green above; no colour at zero.
DIVERGING = "BrBG"
#: Beside colours, so that a black-and-white print tells them apart too.
KINDS = [(BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (VERMILION, "D"), (PURPLE, "v"), (SKY, "P"), (INK, "X")]

STYLE = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial", "Helvetica"],
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.7,
    "text.color": INK,
    "text.parse_math": False,  # names come from data
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "xtick.major.width": 0.8,
    "ytick.major.width": 0.8,
    "lines.linewidth": 1.5,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.fonttype": "none",  # text stays text: small files, found by a search, read aloud
    "pdf.fonttype": 3,  # cutting the used letters out of a TrueType font would take seconds a figure
}
#: Without a date: the same results give the same files.
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_NO_PDF_METADATA = dict.fromkeys(("Creator", "Producer", "CreationDate"))


@dataclass(frozen=True)
class Drawing:
    """A figure of a report.

    Attributes:
        name: Path under ``results/figures``, without suffix.
        figure: What to draw; None where there is nothing to show.
        caption: What one sees in this run, in plain words; says why, where there is nothing.
    """

    name: str
    figure: Figure | None
    caption: str

    def svg(self) -> str:
        """The figure as an SVG element to put into a page.

        Ids carry the figure's name: those of two figures in one page must differ.
        """
        text = self._drawn[self._drawn.index("<svg") :]
        prefix = re.sub(r"[^A-Za-z0-9]+", "-", self.name)
        return re.sub(r'(\bid="|href="#|url\(#)', rf"\1{prefix}-", text)

    def save(self, folder: Path) -> None:
        """Write ``<name>.svg`` and ``<name>.pdf``; with nothing to show, a figure that says so."""
        with atomic(folder / f"{self.name}.svg") as temporary:
            temporary.write_text(self._drawn, encoding="utf-8")
        with atomic(folder / f"{self.name}.pdf") as temporary:
            self._shown.savefig(temporary, format="pdf", metadata=_NO_PDF_METADATA)

    @cached_property
    def _shown(self) -> Figure:
        figure = self.figure if self.figure is not None else _words(self.caption)
        # Laid out once: that is half of the work of every drawing.
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        return figure

    @cached_property
    def _drawn(self) -> str:
        with matplotlib.rc_context({"svg.hashsalt": self.name}), io.StringIO() as file:
            self._shown.savefig(file, format="svg", metadata=_NO_METADATA)
            return file.getvalue()


def new_figure(rows: int = 1, columns: int = 1, height: float = 4.0, width: float = WIDTH, **options):
    """A figure and its axes, [rows, columns] always; ``options`` as of ``Figure.subplots``.

    Drawn in this project's style, whatever the user's matplotlibrc says.
    """
    matplotlib.rcdefaults()
    matplotlib.rcParams.update(STYLE)
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def _words(sentence: str) -> Figure:
    figure, axes = new_figure(height=1.0)
    axes[0, 0].axis("off")
    axes[0, 0].text(0, 0.5, sentence, va="center", wrap=True)
    return figure


def grid_shape(panels: int, most: int = 4) -> tuple[int, int]:
    """Rows and columns of small multiples."""
    columns = min(panels, most)
    return -(-panels // columns), columns


def show_grid(axes: Axes, axis: str = "both") -> None:
    """Faint lines behind the data."""
    axes.grid(visible=True, axis=axis)


def duration_axis(axis, most: float) -> None:
    """A logarithmic axis of seconds that begins at 0, marked in seconds, minutes, hours and days."""
    marks = [0, 1, 10, 60, 600, 3600, 36000, 4 * 86400, 40 * 86400, 400 * 86400]
    axis.axes.set_xscale("symlog", linthresh=1)
    axis.set_major_locator(FixedLocator([mark for mark in marks if mark <= most * 1.2]))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(duration))


def place_names(
    axes: Axes,
    points: Sequence[tuple[float, float]],
    names: Sequence[str],
    must: Iterable[int] = (),
    radius: Sequence[float] | None = None,
    lines: bool = True,
    **text,
) -> list[int]:
    """Write each name beside its point where it hides neither a point nor an earlier name.

    Places near the point are tried first, then, with ``lines``, farther ones with a thin line to the point. A name that
    finds no place is left out, unless it ``must`` be there: such a one may always have a line.

    Args:
        axes: With its limits already set.
        points: Data coordinates; earlier ones choose first.
        names: One for each point.
        must: Indices of names that are written in any case.
        radius: Of each point's marker, in points; default 3.
        lines: Whether a name may stand apart from its point.
        text: Properties of the letters.

    Returns:
        Indices of the names that are there.
    """
    figure, must = axes.figure, set(must)
    text = {"path_effects": [withStroke(linewidth=2, foreground="white")], **text}  # readable on top of a line
    figure.draw_without_rendering()
    frame = axes.get_window_extent()
    pixel = figure.dpi / 72
    at = axes.transData.transform(points)
    radius = [3.0] * len(points) if radius is None else list(radius)
    taken = [
        Bbox.from_bounds(x - r * pixel, y - r * pixel, 2 * r * pixel, 2 * r * pixel)
        for (x, y), r in zip(at, radius, strict=True)
    ]
    shown = []
    for i in sorted(range(len(names)), key=lambda i: i not in must):
        label: Text = axes.annotate(
            names[i], points[i], xytext=(0, 0), textcoords="offset points", annotation_clip=False, **text
        )
        label.set_in_layout(False)
        size = label.get_window_extent()
        for dx, dy, align in _places(radius[i] - 3, lines or i in must):
            x = at[i][0] + dx * pixel - {"left": 0, "center": size.width / 2, "right": size.width}[align]
            y = at[i][1] + dy * pixel - size.height / 2
            box = Bbox.from_bounds(x, y, size.width, size.height)
            inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
            own = taken[i]
            if inside and not any(box.overlaps(other) for other in taken if other is not own):
                break
        else:
            if i not in must:
                label.remove()
                continue
            dx, dy, align = 6, 0, "left"
            box = Bbox.from_bounds(at[i][0] + 5 * pixel, at[i][1] - size.height / 2, size.width, size.height)
        label.remove()
        line = {"arrowstyle": "-", "color": GREY, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 3}
        far = abs(dx) > 8 + radius[i] or abs(dy) > 10 + radius[i]
        label = axes.annotate(
            names[i], points[i], xytext=(dx, dy), textcoords="offset points", ha=align, va="center",
            arrowprops=line if far else None, annotation_clip=False, **text,
        )  # fmt: skip
        label.set_in_layout(False)
        taken.append(box)
        shown.append(i)
    return shown


def _places(more: float, lines: bool) -> list[tuple[float, float, str]]:
    """Offsets in points and alignments, nearest first; ``more`` points of distance for a large marker."""
    near = [(6, 0), (-6, 0), (0, 9), (0, -9), (5, 7), (5, -7), (-5, 7), (-5, -7)]
    around = [(1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1), (0, 1), (0, -1), (1, 0.5), (1, -0.5), (-1, 0.5)]
    far = [(reach * x, reach * y) for reach in (16, 26, 38, 52) for x, y in [*around, (-1, -0.5)]]
    return [
        (dx + np.sign(dx) * more, dy + np.sign(dy) * more, "left" if dx > 0 else "right" if dx < 0 else "center")
        for dx, dy in near + far * lines
    ]
