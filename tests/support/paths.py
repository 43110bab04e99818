"""Paths of the repository and of the optional shared material next to it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Real datasets and published transfers, not part of the repository; tests that use them skip where it is absent.
SHARED = ROOT.parent / "shared"
