"""From effort to seconds: by a model's measured speed, or in proportion to jobs that were measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .effort import Effort


@dataclass(frozen=True)
class Speed:
    """Speed of a model on one device, as :mod:`intertask.models.calibration` measures it.

    Attributes:
        device: Name of the device.
        threads: Number of CPU threads; 0 for a GPU.
        start: Seconds until the model of a job is loaded.
        step: Seconds of one optimizer step, without the passes.
        lengths: Numbers of tokens at which the speed was measured, ascending.
        forward: Seconds per text of a forward pass, at each of the lengths.
        trained: Seconds per text of a forward and backward pass in a batch, at each of the lengths.
        alone: Seconds per text of a forward and backward pass of a single text, at each of the lengths.
    """

    device: str
    threads: int
    start: float
    step: float
    lengths: Sequence[float]
    forward: Sequence[float]
    trained: Sequence[float]
    alone: Sequence[float]

    def seconds(self, effort: Effort) -> float:
        """Estimate the seconds of one job.

        Args:
            effort: Work of the job.
        """
        parts = ((effort.forward, self.forward), (effort.trained, self.trained), (effort.one_by_one, self.alone))
        texts = sum(count * self._at(effort.length, curve) for count, curve in parts if count)
        return effort.starts * self.start + effort.choices * texts + effort.steps * self.step

    def _at(self, length: float, curve: Sequence[float]) -> float:
        """Interpolate linearly between the lengths.

        Beyond the last length the last line continues; below the first length the first value holds.
        """
        if len(curve) == 1 or length <= self.lengths[0]:
            return curve[0] * max(length / self.lengths[0], 1)
        i = min(sum(known < length for known in self.lengths), len(curve) - 1)
        (x, y), (to_x, to_y) = ((self.lengths[n], curve[n]) for n in (i - 1, i))
        return y + (to_y - y) * (length - x) / (to_x - x)


def read_speed(calibration: Mapping[str, Any]) -> Speed | None:
    """Return the speed in the content of a calibration file.

    Args:
        calibration: Content of ``results/plan/<model>.json``.

    Returns:
        The speed; None if the model could not be measured.
    """
    return None if "failed" in calibration else Speed(**{key: calibration[key] for key in Speed.__dataclass_fields__})


def total_seconds(efforts: Mapping[str, Effort], measured: Mapping[str, float]) -> float | None:
    """Sum the seconds of training jobs, some of which were measured.

    A job without a measurement counts in proportion to its trained tokens, at the mean speed of those with one.

    Args:
        efforts: Job -> work, for all jobs.
        measured: Job -> seconds, for the measured ones.

    Returns:
        Seconds; None if a job was not measured and no other one tells the speed.
    """
    rest = [job for job in efforts if job not in measured]
    tokens = sum(efforts[job].trained_tokens for job in measured)
    if rest and not tokens:
        return None
    seconds = sum(measured.values())
    missing = sum(efforts[job].trained_tokens for job in rest) * seconds / tokens if tokens else 0
    return seconds + missing
