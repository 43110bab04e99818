"""Quality against job time: the Pareto front, and methods that have no cost."""

import pandas as pd

from intertask.reporting.figures import tradeoff


def test_pareto_front():
    cost = pd.Series({"cheap": 0.0, "same": 0.0, "slow": 100.0, "wasted": 100.0, "mid": 10.0, "worse": 11.0})
    loss = pd.Series({"cheap": 5.0, "same": 5.0, "slow": 0.0, "wasted": 1.0, "mid": 2.0, "worse": 3.0})
    assert tradeoff.pareto(cost, loss) == ["cheap", "mid", "slow"]


def test_methods_without_a_cost_are_named(holes):
    run = holes.results
    assert "because their time or regret is unknown: method-2" in tradeoff.draw(run, run.blocks[0]).caption
