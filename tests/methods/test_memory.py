import numpy as np

from intertask.methods import memory as module
from intertask.methods.memory import remembered


def test_each_content_is_computed_once(monkeypatch):
    calls = []

    @remembered
    def total(*arrays, scale=1):
        calls.append(scale)
        return scale * sum(array.sum() for array in arrays)

    F, y = np.arange(6.0).reshape(2, 3), np.arange(2)
    assert [total(F, y), total(F.copy(), y), total(np.asfortranarray(F), y)] == [16] * 3
    assert calls == [1]
    assert total(F, y, scale=2) == 32
    assert total(F.reshape(3, 2), y) == 16  # of another shape
    assert total(F, y.astype(np.int8)) == 16  # of another type
    F[0, 0] = 4  # a changed array is a new one
    assert total(F, y) == 20
    assert calls == [1, 2, 1, 1, 1]
    monkeypatch.setattr(module, "MOST", 1)
    assert total(F + 1, y) == 26
    assert total(F, y) == 20
    assert len(calls) == 7
