"""Seconds by measured speed, and in proportion to what was measured."""

import pytest
from estimates import SPEED

from intertask.costs.effort import Effort
from intertask.costs.speed import read_speed, total_seconds


def test_seconds_of_a_job():
    assert SPEED.seconds(Effort(forward=10, length=10)) == pytest.approx(2 + 1)
    assert SPEED.seconds(Effort(trained=10, steps=4, choices=3, length=100)) == pytest.approx(2 + 90 + 2)
    assert SPEED.seconds(Effort(one_by_one=1, length=55)) == pytest.approx(2 + 2.2)  # halfway between two lengths
    assert SPEED.seconds(Effort(forward=1, length=190)) == pytest.approx(2 + 1.9)  # beyond the last length
    assert SPEED.seconds(Effort(forward=1, length=3)) == pytest.approx(2 + 0.1)  # below the first length


def test_a_failed_measurement_has_no_speed():
    assert read_speed({"failed": "no network"}) is None
    assert read_speed({field: getattr(SPEED, field) for field in SPEED.__dataclass_fields__} | {"more": 1}) == SPEED


def test_jobs_without_a_measurement_count_by_their_tokens():
    efforts = {"a": Effort(trained=10, length=5), "b": Effort(trained=10, choices=2, length=10)}
    assert total_seconds(efforts, {"a": 3.0, "b": 4.0}) == 7
    assert total_seconds(efforts, {"a": 3.0}) == 3 + 3 * 4  # four times as many tokens
    assert total_seconds(efforts, {}) is None
