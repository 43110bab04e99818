"""A machine with two GPUs, as ``nvidia-smi -L`` lists it."""

import os
from pathlib import Path

MIGS = ["MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f", "MIG-cba663e8-9bed-5b25-b243-5985ef7c9beb"]
UUIDS = ["GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77", "GPU-5d7f5bcd-a5c1-4c3e-9a3a-0f8d1a0dbb40"]
LISTED = f"""\
GPU 0: NVIDIA A100-SXM4-40GB (UUID: {UUIDS[0]})
  MIG 1g.5gb      Device  0: (UUID: {MIGS[0]})
  MIG 1g.5gb      Device  1: (UUID: {MIGS[1]})
GPU 1: NVIDIA A100-SXM4-40GB (UUID: {UUIDS[1]})
"""


def nvidia_smi(folder: Path, text: str, code: int = 0) -> str:
    """A folder for PATH with a program of this name that prints a text and counts its calls."""
    folder.mkdir(exist_ok=True)
    (folder / "text").write_text(text)
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\necho x >>{folder}/calls\ncat {folder}/text\nexit {code}\n")
    program.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"
