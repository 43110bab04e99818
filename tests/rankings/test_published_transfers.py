"""Published transfers of another paper, if the file exists: reading, prior and regret, compared with plain pandas."""

import numpy as np
import pandas as pd
import pytest
import yaml
from paths import ROOT

from intertask.config import load_config
from intertask.methods.facts import Facts, Past
from intertask.methods.prior import prior
from intertask.rankings.evaluation import evaluate
from intertask.transfers import import_observed

TABLE = ROOT.parent / "shared" / "reference" / "taskweb_transfer.tsv.gz"

pytestmark = pytest.mark.skipif(
    not TABLE.is_file(), reason="the published transfers (../shared/reference) are not here"
)


@pytest.fixture(scope="module")
def config():
    values = yaml.safe_load((ROOT / "tests" / "configs" / "taskweb.yaml").read_text(encoding="utf-8"))
    return load_config(values | {"observed": values["observed"] | {"file": str(TABLE)}})


@pytest.fixture(scope="module")
def transfer(config) -> pd.DataFrame:
    imported = import_observed(config.observed, config.sources, config.targets)
    return pd.DataFrame(imported.runs).rename(columns={"setting": "model"}).drop(columns="line")


@pytest.fixture(scope="module")
def means() -> pd.DataFrame:
    """Percentage points by (setting, target), one column per source; read and scaled without the package."""
    table = pd.read_csv(TABLE, sep="\t")
    fraction = (table["setting"] == "roberta") | ((table["setting"] == "gpt2m") & (table["target"] == "stsb"))
    table["value"] = table["value"].fillna(0) * np.where(fraction, 100, 1)
    table = table[table["source"] != "sst2"]
    runs = table.groupby(["setting", "target", "source", "seed"])["value"].mean()
    return runs.groupby(["setting", "target", "source"]).mean().unstack("source")


def test_every_transfer_in_percentage_points(transfer, means):
    assert len(transfer) == 4 * 12 * 21 * 8
    filled = transfer.assign(value=transfer["value"].fillna(0))
    found = filled.groupby(["model", "target", "source"])["value"].mean().unstack("source")
    np.testing.assert_allclose(found.to_numpy(), means[found.columns].to_numpy())


def test_regret_of_the_prior_leaving_the_target_out(transfer, means, config):
    rows, expected = [], []
    for setting, target in means.index:
        others = [(s, t) for s, t in means.index if t != target]
        pool = [source for source in config.sources if source != target]
        past = tuple(Past(s, s == setting, Facts(t, "", 0)) for s, t in others)
        facts = [Facts(s, "", 0, history=means.loc[others, s].to_numpy()) for s in pool]
        scores = prior(Facts(target, "", 0, past=past), facts)
        rows += [(setting, target, "prior", *line) for line in zip(pool, scores, strict=True)]
        # the same in pandas: mean share of the rank over the setting's other targets
        table = means.loc[setting].drop(index=target)[pool]
        order = table.rank(axis=1, ascending=False, pct=True).mean().sort_values()
        true = means.loc[(setting, target), pool]
        expected.append((true.max() - true[order.index[:3]].max()) / true.max() * 100)
    scores = pd.DataFrame(rows, columns=["model", "target", "method", "source", "score"])
    evaluation = evaluate(transfer, scores, [3])
    found = evaluation[(evaluation["method"] == "prior") & (evaluation["metric"] == "regret")]["value"]
    assert found.mean() == pytest.approx(np.mean(expected))
    assert found.mean() < 2.5
