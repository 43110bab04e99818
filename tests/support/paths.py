"""Where the repository is, and the optional shared material beside it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Real datasets and published transfers, not part of the repository; tests that use them skip where it is absent.
SHARED = ROOT.parent / "shared"
