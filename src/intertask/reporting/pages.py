"""Write pages that work offline: one HTML file each, with everything in it. Templates escape all text from data."""

from pathlib import Path
from typing import Any

import jinja2

from ..files import write_text
from ..words import count, duration, interval, known, number, signed

_TEMPLATES = Path(__file__).parent / "templates"


def write_page(path: Path, template: str, **values: Any) -> None:
    """Fill a template of this package, and write the page atomically.

    Args:
        path: The HTML file.
        template: File name of the template.
        values: Variables of the template.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"number": number, "signed": signed, "duration": duration, "sort_key": sort_key}
    environment.globals |= {"interval": interval, "count": count}
    write_text(path, environment.get_template(template).render(**values) + "\n")


def sort_key(value: Any) -> str:
    """Return the value of ``data-sort``, which the sorting script reads; empty, which sorts last, if it is unknown.

    Args:
        value: A number; None and NaN are unknown.
    """
    return f"{value:.12g}" if known(value) else ""
