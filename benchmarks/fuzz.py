"""Try configurations, task files, data files, files to predict and model folders that are mutated at random.

python benchmarks/fuzz.py --seconds 180 [--seed N] [--target data]

Every input must end with success or with one message. The program prints each input that does not, with the command
that repeats it, and ends with exit code 1 if there is one. ``tests/support/fuzzing.py`` describes the inputs.
"""

import argparse
import os
import sys
import time
from collections import Counter
from pathlib import Path

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")  # before numpy
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from fuzzing import TARGETS, Finding, run_many, run_one


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=180, help="how long to try (default: 180)")
    parser.add_argument(
        "--seed", type=int, default=int(time.time()), help="seed of the first input (default: the time)"
    )
    parser.add_argument("--target", choices=TARGETS, help="try only these inputs (default: all)")
    parser.add_argument("--once", action="store_true", help="try only the input of this seed")
    options = parser.parse_args()
    names = [options.target] if options.target else list(TARGETS)
    if options.once:
        found = [Finding(name, options.seed, what) for name in names if (what := run_one(name, options.seed))]
        tried = len(names)
    else:
        found, tried, shown = [], 0, time.monotonic()
        print(f"Seed {options.seed}", flush=True)
        for finding in run_many(options.seed, options.seconds, names):
            tried += 1
            found += [finding] if finding else []
            if time.monotonic() - shown > 20:
                shown = time.monotonic()
                print(f"{tried:,} inputs, {len(found)} findings", flush=True)
    kinds = Counter(finding.what.strip().splitlines()[-1][:200] for finding in found)
    for finding in found:
        kind = finding.what.strip().splitlines()[-1][:200]
        if kinds.pop(kind, None):  # the same fault is printed once
            again = f"python benchmarks/fuzz.py --once --target {finding.target} --seed {finding.seed}"
            print(f"\n{finding.what}\n  again: {again}")
    print(f"{tried:,} inputs tried, {len(found)} with a finding")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
