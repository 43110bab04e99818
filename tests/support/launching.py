"""Start scripts through the launcher, and find their processes."""

import subprocess
import sys
from pathlib import Path

from waiting import DEADLINE_SECONDS

SLEEP = "import sys, time, os\nopen(sys.argv[1], 'w').write(str(os.getpid()))\ntime.sleep(3600)\n"


def command(*arguments) -> list[str]:
    return [sys.executable, "-m", "intertask.execution.launch", *map(str, arguments)]


def launch(environment, *arguments, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        command(*arguments), env=environment, capture_output=True, text=True, timeout=DEADLINE_SECONDS, **options
    )


def socket_of(environment) -> Path:
    (path,) = Path(environment["XDG_RUNTIME_DIR"]).glob("intertask-*/*.sock")
    return path


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
