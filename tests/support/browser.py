"""A headless Chromium that reports the requests and the errors of a page."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Visit(NamedTuple):
    """``requests``: addresses other than the page's file; ``console``: messages; ``dom``: the page after loading."""

    requests: list[str]
    console: list[str]
    dom: str


def visit(page: Path, folder: Path) -> Visit:
    """Open a file in Chromium, with a separate profile in ``folder``."""
    log = folder / "net.json"
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-component-update",
        "--disable-sync",
    ]
    flags += ["--disable-background-networking", f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}"]
    flags += ["--enable-logging=stderr", "--virtual-time-budget=2000", "--dump-dom", page.resolve().as_uri()]
    done = subprocess.run([CHROMIUM, *flags], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    found = [event.get("params", {}).get("url", "") for event in events]
    # Requests of Chromium's own services do not come from the page.
    asked = {url for url in found if re.match(r"(?:https?|ftp|file):", url) and "google" not in url}
    console = re.findall(r"CONSOLE[:(].*", done.stderr)
    return Visit(sorted(asked - {page.resolve().as_uri()}), console, done.stdout)
