"""Write names beside points without overlaps."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from .style import GREY


def place_names(
    axes: Axes,
    points: Sequence[tuple[float, float]],
    names: Sequence[str],
    must: Iterable[int] = (),
    radius: Sequence[float] | None = None,
    lines: bool = True,
    **text: Any,
) -> list[int]:
    """Write each name beside its point, where it hides neither a point nor an earlier name.

    Places near the point are tried first. With ``lines``, places farther away follow, with a thin line to the point. A
    name without a free place is left out, unless its index is in ``must``.

    adjustText was tried instead. It cannot leave names out, so with 30 methods or 50 tasks its names cover markers and
    each other.

    Args:
        axes: The axes, with their limits already set.
        points: Data coordinates of the points. Names of earlier points choose their places first.
        names: One name for each point; an empty name makes the point an obstacle only.
        must: Indices of names that are written in any case, with a line if necessary.
        radius: Radius of each point's marker, in typographic points; 3 by default.
        lines: Whether a name may be far from its point and joined to it by a line.
        text: Properties of the letters, passed to ``Axes.annotate``.

    Returns:
        Indices of the names that were written.
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


def _places(extra: float, lines: bool) -> list[tuple[float, float, str]]:
    """Offsets in points and alignments, nearest first; ``extra`` points farther away for a large marker."""
    near = [(6, 0), (-6, 0), (0, 9), (0, -9), (5, 7), (5, -7), (-5, 7), (-5, -7)]
    around = [(1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1), (0, 1), (0, -1), (1, 0.5), (1, -0.5), (-1, 0.5)]
    far = [(reach * x, reach * y) for reach in (16, 26, 38, 52) for x, y in [*around, (-1, -0.5)]]
    return [
        (dx + np.sign(dx) * extra, dy + np.sign(dy) * extra, "left" if dx > 0 else "right" if dx < 0 else "center")
        for dx, dy in near + far * lines
    ]
