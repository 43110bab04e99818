"""Cards of exported adapters: front matter, scores, data, and code that is valid Python for every task type.

That the code predicts what the workflow predicts is tested in tests/models/test_exported.py.
"""

import re

import pytest
import yaml

from intertask.recommendation.card import model_card

TYPES = ("classification", "regression", "multiple_choice", "extractive_qa", "tagging")


def result(type_name: str = "classification", **changes) -> dict:
    """The result of an exported run, as ``intertask.json`` has it."""
    info = {"type": type_name, "metric": "span_f1", "labels": ["no", 'say "yes"'], "max_choices": 3}
    recipe = {
        "model": {"path": "org/base", "revision": "v1"},
        "adapter": "lora",
        "stride": 8,
        "training": {"epochs": 2},
    }
    return {
        "target": "t",
        "source": "s",
        "seed": 2,
        "info": info,
        "recipe": recipe | changes,
        "max_length": 100,
        "label_scale": {"mean": 0.5, "deviation": 2.0} if type_name == "regression" else None,
        "device": "cpu",
        "precision": "float32",
        "versions": {"torch": "2"},
    }


LINE = {"split": "validation", "rows": 9, "exported": 61.234, "mean": 60, "low": 50.5, "high": 69.5, "seeds": 3}
ABOUT = {"role": "target", "rows": 48, "origin": "the files mine.csv", "license": None, "language": "de"}


def card(about=ABOUT, commit=None, line=LINE, **changes) -> str:
    return model_card(result(**changes), "results/recommend/t", commit, ["Train on s first."], [line], {"t": about})


def code(text: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("adapter", ["lora", "full"])
@pytest.mark.parametrize("type_name", TYPES)
def test_code_is_valid_python_for_every_type(type_name, adapter):
    plain, library = code(card(type_name=type_name, adapter=adapter))
    compile(plain, "card", "exec")
    compile(library, "card", "exec")
    assert ("model.load_adapter(folder" in plain) == (adapter == "lora")
    assert ("add_prefix_space=True" in plain) == (type_name == "tagging")
    assert "\n\n\n\n" not in plain and "{{" not in plain


def test_labels_and_scale_are_in_the_code():
    assert 'labels = ["no", "say \\"yes\\""]' in code(card())[0]
    assert "return value * 2.0 + 0.5" in code(card(type_name="regression"))[0]


def test_front_matter():
    front = yaml.safe_load(card(commit="c0ffee").split("---")[1])
    assert front == {
        "library_name": "adapters",
        "pipeline_tag": "text-classification",
        "tags": ["adapters", "intertask"],
        "base_model": "org/base",
        "language": ["de"],
    }
    assert "base_model" not in yaml.safe_load(card().split("---")[1])  # a local folder


def test_base_model_is_pinned():
    assert 'from_pretrained(base, revision="c0ffee")' in code(card(commit="c0ffee"))[0]
    assert 'from_pretrained(base, revision="v1")' in code(card())[0]
    bundled = code(card(model={"path": "bundled", "revision": None}))[0]
    assert bundled.startswith("from importlib.resources import files\n\nimport torch\n")


def test_scores_and_data():
    text = card()
    assert "| scored on | rows | span f1 of this adapter |" in text
    assert "| validation | 9 | 61.23 | 60.00 | 50.50 to 69.50, 3 seeds |" in text
    assert "| one seed |" in card(line=LINE | {"low": None, "high": None})
    assert "- `t` (target), 48 training rows from the files mine.csv\n  - license: not given in" in text
    named = card(about=ABOUT | {"license": "CC0", "homepage": "https://example.org", "citation": None})
    assert "  - license: CC0\n  - homepage: https://example.org\n\n" in named


def test_sections_are_separated_by_one_empty_line():
    text = re.sub(r"```python.*?```", "code", card(), flags=re.DOTALL)
    assert "\n\n\n" not in text
    assert re.findall(r"^#+ .*", text, re.MULTILINE) == [
        "# t", "## Use", "## Scores", "## Data and licenses", "## Made with"
    ]  # fmt: skip
