"""Job time of each step."""

import pandas as pd

from intertask.reporting.figures import work


def test_jobs_are_summed_up_by_step():
    costs = pd.DataFrame({"step": ["transfer", "data", "data", "method"], "seconds": [5.0, 1, 3, 9], "max_rss_mb": 1.0})
    table = work.by_step(costs).set_index("step")
    assert table.index.tolist() == ["data", "transfer"]
    assert table["label"].tolist() == ["preparing data", "transfers"]
    assert table.loc["data", ["jobs", "total", "median", "longest"]].tolist() == [2, 4, 2, 3]


def test_caption_names_devices(holes):
    run = holes.results
    trained = len(run.trained["transfer"])
    assert f"Trainings: {trained} on NVIDIA A100-SXM4-40GB in bf16." in work.draw(run).caption
