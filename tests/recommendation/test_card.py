"""Cards of exported adapters: front matter, scores, data, and code that is valid Python for every task type.

That the code predicts what the workflow predicts is tested in tests/models/test_exported.py.
"""

import re

import pytest
import yaml
from huggingface_hub import ModelCard

from intertask.recommendation.baseline import Baseline
from intertask.recommendation.card import Evaluation, model_card
from intertask.recommendation.class_scores import class_scores, confusion

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
        "rows": {"train": 48, "dev": 5, "validation": 9},
        "label_scale": {"mean": 0.5, "deviation": 2.0} if type_name == "regression" else None,
        "device": "cpu",
        "precision": "float32",
        "versions": {"torch": "2"},
    }


LINE = {"split": "validation", "rows": 9, "exported": 61.234, "mean": 60, "low": 50.5, "high": 69.5, "seeds": 3}
ABOUT = {"role": "target", "rows": 48, "origin": "the files mine.csv", "license": None, "language": "de"}


PAIRS = [(0, 0)] * 6 + [(0, 1), (1, 1), (1, 0)]
LABELS = ["no", 'say "yes"']
EVALUATION = Evaluation(
    (45.26, 93.68), 0.95, Baseline("TF-IDF with logistic regression", 55.5), class_scores(PAIRS, LABELS),
    confusion(PAIRS, LABELS),
)  # fmt: skip


def card(about=ABOUT, commit=None, line=LINE, evaluation=EVALUATION, **changes) -> str:
    lines, data = ["Train on s first."], {"t": about}
    return model_card(result(**changes), "/r/t", "/d/t", commit, lines, [line], data, evaluation)


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
    about = ABOUT | {"license": "cc0-1.0", "hub": "owner/reviews"}
    content = ModelCard(card(commit="c0ffee", about=about)).data  # as the hub reads it
    front = yaml.safe_load(card(commit="c0ffee", about=about).split("\n---\n")[0])
    (score,) = content.eval_results
    assert (score.task_type, score.dataset_name, score.dataset_type) == ("text-classification", "t", "owner/reviews")
    assert (score.dataset_split, score.metric_type, score.metric_value) == ("validation", "span_f1", 61.23)
    del front["model-index"]
    assert front == {
        "license": "cc0-1.0",
        "language": ["de"],
        "library_name": "adapters",
        "pipeline_tag": "text-classification",
        "base_model": "org/base",
        "datasets": ["owner/reviews"],
        "metrics": ["span_f1"],
        "tags": ["adapters", "intertask"],
    }
    unknown = yaml.safe_load(card(about=ABOUT | {"language": None}).split("\n---\n")[0])
    assert not {"license", "datasets", "language", "base_model"} & set(unknown)
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
    assert "  - license: CC0\n  - homepage: <https://example.org>\n\n" in named


def test_evaluation_of_the_validation_split():
    text = card()
    assert "The interval of the validation score over its rows is 45.26 to 93.68 (95 %)." in text
    assert "(TF-IDF with logistic regression), trained on the same rows, reaches 55.50" in text
    assert "| no | 85.7 | 85.7 | 85.7 | 7 |" in text and '| say "yes" | 50.0 | 50.0 | 50.0 | 2 |' in text
    assert '| | no | say "yes" |\n| --- | --- | --- |\n| **no** | 6 | 1 |\n| **say "yes"** | 1 | 1 |\n' in text
    bare = card(evaluation=Evaluation(None, 0.95, None, [], []))
    assert "### Scores of each class" not in bare and "baseline" not in bare and "one small sample" in bare


@pytest.mark.parametrize("key", ["license", "homepage", "citation", "origin", "language"])
def test_text_of_the_task_file_is_only_text(key):
    hostile = "a\n---\n# Heading\n<script>alert(1)</script>\n```\n[x](javascript:alert(1)) {{ 7 * 7 }} | b"
    text = card(about=ABOUT | {key: hostile})
    body = text.split("\n---\n", 1)[1]
    for markup in ("<script", "\n# Heading", "\n```\n[x]", "[x](", "49"):
        assert markup not in body
    assert len(code(text)) == 2
    assert yaml.safe_load(text.split("\n---\n# t")[0].split("\n---\n\n")[0])["library_name"] == "adapters"


def test_sections_are_separated_by_one_empty_line():
    text = re.sub(r"```python.*?```", "code", card(), flags=re.DOTALL)
    assert "\n\n\n" not in text
    assert re.findall(r"^#+ .*", text, re.MULTILINE) == [
        "# t", "## Use", "## Intended use and limits", "## Scores", "### Scores of each class", "## Data and licenses",
        "## Made with",
    ]  # fmt: skip
