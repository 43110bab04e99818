"""Settings of single steps that have special limits."""

import pytest
from pydantic import ValidationError

from intertask.config.steps import AdapterFusion, Evaluation, FewShot, Observed, Recommend


@pytest.mark.parametrize(
    ("section", "keys", "message"),
    [
        (AdapterFusion, {"k": 1}, "greater than or equal to 2"),
        (Recommend, {"k": 0}, "greater than or equal to 1"),
        (Recommend, {"dev_fraction": 1}, "less than 1"),
        (FewShot, {"steps": []}, "at least 1 item"),
        (Evaluation, {"confidence": 1}, "less than 1"),
        (Observed, {"file": "x.tsv", "settings": ["s", "s"]}, "each name may be listed only once"),
        (Observed, {"file": "x.tsv", "settings": ["a/b"]}, "cannot be the name of a folder"),
        (Observed, {"file": "x.tsv", "scale": {"s": "permille"}}, "'percent' or 'fraction'"),
    ],
)
def test_values_outside_of_their_limits(section, keys, message):
    with pytest.raises(ValidationError, match=message):
        section(**keys)


def test_scale_of_all_settings_or_of_each():
    assert Observed(file="x.tsv", scale="percent").scale == "percent"
    assert Observed(file="x.tsv", scale={"s/t": "fraction"}).scale == {"s/t": "fraction"}
