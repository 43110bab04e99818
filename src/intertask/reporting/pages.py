"""Pages that work offline: one HTML file each, with everything in it. Templates escape whatever comes from data."""

import math
from pathlib import Path
from typing import Any

import jinja2

from ..files import write_text

_TEMPLATES = Path(__file__).parent / "templates"


def write_page(path: Path, template: str, **values: Any) -> None:
    """Fill a template of this package and write the page atomically."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"number": number, "signed": signed, "sort_key": sort_key}
    write_text(path, environment.get_template(template).render(**values) + "\n")


def known(value: Any) -> bool:
    """Whether a number is there: not None, NaN or pandas' NA."""
    try:
        return value is not None and not math.isnan(value)
    except TypeError:
        return False


def number(value: Any, digits: int = 1) -> str:
    """``12.3``; an en dash where there is none."""
    return f"{value:.{digits}f}" if known(value) else "–"


def signed(value: Any, digits: int = 1) -> str:
    """``+1.2``, ``−0.3`` with a real minus, ``0.0``."""
    if not known(value):
        return "–"
    text = f"{value:+.{digits}f}"
    return f"{0:.{digits}f}" if float(text) == 0 else text.replace("-", "−")


def sort_key(value: Any) -> str:
    """For ``data-sort``: what the sorting script reads; empty, which sorts last, where there is no number."""
    return f"{value:.12g}" if known(value) else ""
