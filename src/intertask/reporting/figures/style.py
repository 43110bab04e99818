"""The common look of all figures, and how a figure is written as SVG and PDF."""

import html
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from ...files import atomic
from ...words import duration

#: Width of a figure in inches. It is as wide as the text of a page, 864 px, and letters of 9 pt are 12 px high.
WIDTH = 9.0

#: The colors of Okabe and Ito, which are distinct for all kinds of color blindness, also on white paper.
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
INK, GREY, PALE = "#222222", "#767676", "#D8D8D8"
#: Diverging color map: orange below zero, white at zero, blue above. Equal distances from zero look different with each
#: kind of color blindness, also at the ends, where many maps become equally dark.
DIVERGING = LinearSegmentedColormap.from_list(
    "orange-blue", ["#a84300", "#e38b3c", "#f8cfa0", "#fbfbfb", "#a9d0ee", "#4a92cf", "#0f4f96"]
)
#: Colors and shapes of points. The shapes are distinct in a black-and-white print too.
MARKERS = [(BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (VERMILION, "D"), (PURPLE, "v"), (SKY, "P"), (INK, "X")]

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
    "svg.fonttype": "none",  # text stays text, so files are small, searchable and accessible to screen readers
    "pdf.fonttype": 3,  # extracting the used letters of a TrueType font would take seconds for each figure
}
#: No dates, so that the same results give the same files.
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_NO_PDF_METADATA = dict.fromkeys(("Creator", "Producer", "CreationDate"))


@dataclass(frozen=True)
class Drawing:
    """A figure of a report.

    Attributes:
        name: Path under ``results/figures``, without suffix.
        figure: The figure; None if the run has nothing to show.
        caption: Description of what the figure shows for this run, or why there is nothing to show.
    """

    name: str
    figure: Figure | None
    caption: str

    def svg(self) -> str:
        """Return the figure as an SVG element that can be embedded in a page, with the caption as alternative text.

        Ids are prefixed with the figure's name, because ids of two figures in one page must differ.
        """
        text = self._drawn[self._drawn.index("<svg") :]
        text = text.replace("<svg", f'<svg role="img" aria-label="{html.escape(self.caption)}"', 1)
        prefix = re.sub(r"[^A-Za-z0-9]+", "-", self.name)
        return re.sub(r'(\bid="|href="#|url\(#)', rf"\1{prefix}-", text)

    def save(self, folder: Path) -> None:
        """Write ``<name>.svg`` and ``<name>.pdf``. Without a figure, they show the caption.

        Args:
            folder: The folder of all figures.
        """
        with atomic(folder / f"{self.name}.svg") as temporary:
            temporary.write_text(self._drawn, encoding="utf-8")
        with atomic(folder / f"{self.name}.pdf") as temporary:
            self._shown.savefig(temporary, format="pdf", metadata=_NO_PDF_METADATA)

    @cached_property
    def _shown(self) -> Figure:
        """The figure, or the caption as a figure, with a fixed layout."""
        figure = self.figure if self.figure is not None else _text_figure(self.caption)
        # The layout is computed once, because it is half of the work of every drawing.
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        return figure

    @cached_property
    def _drawn(self) -> str:
        """The text of the SVG file."""
        with matplotlib.rc_context({"svg.hashsalt": self.name}), io.StringIO() as file:
            self._shown.savefig(file, format="svg", metadata=_NO_METADATA)
            return file.getvalue()


def new_figure(
    rows: int = 1, columns: int = 1, height: float = 4.0, width: float = WIDTH, **options: Any
) -> tuple[Figure, np.ndarray]:
    """Create a figure in the project's style, whatever the user's matplotlibrc says.

    Args:
        rows: Number of rows of axes.
        columns: Number of columns of axes.
        height: Height in inches.
        width: Width in inches.
        options: Passed to ``Figure.subplots``.

    Returns:
        The figure and its axes, an array [rows, columns].
    """
    matplotlib.rcdefaults()
    matplotlib.rcParams.update(STYLE)
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def _text_figure(sentence: str) -> Figure:
    """A figure that shows nothing but a sentence."""
    figure, axes = new_figure(height=1.0)
    axes[0, 0].axis("off")
    axes[0, 0].text(0, 0.5, sentence, va="center", wrap=True)
    return figure


def grid_shape(panels: int, most: int = 4) -> tuple[int, int]:
    """Return the numbers of rows and columns in which panels are arranged.

    Args:
        panels: Number of panels.
        most: Maximum number of columns.
    """
    columns = min(panels, most)
    return -(-panels // columns), columns


def show_grid(axes: Axes, axis: str = "both") -> None:
    """Draw faint grid lines behind the data.

    Args:
        axes: The axes.
        axis: Direction of the lines: ``x``, ``y`` or ``both``.
    """
    axes.grid(visible=True, axis=axis)


def text_color(background: Sequence[float]) -> str:
    """Return black or white, whichever has more contrast to a background: at least 4.5, as WCAG 2 asks for.

    Args:
        background: Red, green and blue between 0 and 1; further values are ignored.
    """
    channels = np.asarray(background[:3])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return "black" if linear @ [0.2126, 0.7152, 0.0722] > 0.179 else "white"


def duration_axis(axis: Axis, most: float) -> None:
    """Make an axis of seconds logarithmic, beginning at 0, with ticks in seconds, minutes, hours and days.

    Args:
        axis: The axis.
        most: Largest value, in seconds.
    """
    marks = [0, 1, 10, 60, 600, 3600, 36000, 4 * 86400, 40 * 86400, 400 * 86400]
    axis.axes.set_xscale("symlog", linthresh=1)
    axis.set_major_locator(FixedLocator([mark for mark in marks if mark <= most * 1.2]))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(duration))
