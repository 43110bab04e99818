import pytest
import yaml
from pydantic import ValidationError

from intertask.config import METRICS, Config, Task, load_config, load_task, read_yaml
from intertask.errors import IntertaskError

GOOD = {"sources": ["a", "b"], "targets": ["t"]}


def task(**keys):
    return {"type": "classification", "data": {"files": {"train": "train.csv"}}} | keys


@pytest.fixture
def load(tmp_path):
    def load_values(values, name="mine.yaml"):
        path = tmp_path / name
        path.write_text(values if isinstance(values, str) else yaml.safe_dump(values), encoding="utf-8")
        return load_task(path)

    return load_values


def config_fails(match, **keys):
    with pytest.raises(IntertaskError, match=match) as error:
        load_config(GOOD | keys)
    assert error.value.where == "config.yaml"
    assert error.value.fix


def test_task_does_not_change_after_reading(load):
    with pytest.raises(ValidationError, match="frozen"):
        load(task()).name = "other"


def test_task_is_named_after_its_file(load):
    assert load(task()).name == "mine"
    assert load(task(name="other")).name == "other"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"colums": {}}, "colums: unknown key; did you mean 'columns'"),
        (
            {"data": {"files": {"train": "x.csv", "dev": "y.csv"}}},
            r"data\.files\.dev: unknown key; known: train, valid",
        ),
        ({"data": {"file": "x.csv"}}, r"data\.file: unknown key; did you mean 'files'"),
        ({"data": {}}, "give one of 'files' .* 'hub' .* 'download'"),
        ({"data": {"hub": "x", "files": {"train": "x.csv"}}}, "not several"),
        ({"data": {"hub": "x", "format": "xlsx"}}, r"data\.format: Input should be 'csv'"),
        ({"data": {"hub": "x", "validation_fraction": 1}}, r"data\.validation_fraction: .*less than 1"),
        ({"type": "classfication"}, "type: Input should be 'classification'"),
        ({"columns": {"text": "x"}}, "classification has no column 'text', did you mean 'text_"),
        (
            {"columns": {"tokens": "x"}},
            "classification has no column .tokens., known: candidate, group, label",
        ),
        ({"labels": ["a", "a"]}, "labels: a name stands there twice"),
        ({"labels": ["a", "b"], "positive_label": "c"}, "positive_label: no label 'c'"),
        ({"type": "regression", "labels": ["a"]}, "regression has no label names"),
        ({"type": "extractive_qa", "stride": 128}, r"stride \(128\) must be less than max_length \(128\)"),
        ({"batch_size": 0}, "batch_size: .*greater than or equal to 1"),
        ({"on_bad_row": "skip"}, "on_bad_row: Input should be 'error' or 'drop'"),
    ],
)
def test_task_with_a_wrong_key_or_value(keys, message, load, tmp_path):
    with pytest.raises(IntertaskError, match=message) as error:
        load(task(**keys))
    assert error.value.where == str(tmp_path / "mine.yaml")
    assert error.value.fix == "correct the file and run again"


@pytest.mark.parametrize("name", ["a/b", "../a", ".hidden", "-flag", "a b", "ä", "", "none"])
def test_names_that_are_not_plain_path_components(name, load):
    with pytest.raises(IntertaskError, match=r"name: .*(not a plain path component|name of the transfer without)"):
        load(task(name=name))
    config_fails(r"sources\.1: .*(not a plain path component|name of the transfer without)", sources=["a", name])


def test_name_of_a_file_that_is_no_name(load):
    with pytest.raises(IntertaskError, match="'my task' is not a plain path component"):
        load(task(), "my task.yaml")


@pytest.mark.parametrize("task_type", METRICS)
def test_metric_must_suit_the_type(task_type, load):
    for metric in sorted({metric for metrics in METRICS.values() for metric in metrics}):
        values = task(type=task_type, metric=metric)
        if metric in METRICS[task_type]:
            assert load(values).metric == metric
        else:
            with pytest.raises(IntertaskError, match=f"metric '{metric}' does not suit {task_type}, "):
                load(values)


def test_metric_with_a_typing_error(load):
    with pytest.raises(IntertaskError, match="metric 'acuracy' does not suit classification, did you mean 'accuracy'"):
        load(task(metric="acuracy"))


@pytest.mark.parametrize(
    ("text", "message", "where"),
    [
        ("type: [", "Not valid YAML", "mine.yaml, line 1"),
        ("- a\n- b\n", "Expected 'key: value' lines", "mine.yaml"),
        ("", "Expected 'key: value' lines", "mine.yaml"),
        ("type: classification\n", "data: is missing", "mine.yaml"),
    ],
)
def test_yaml_that_is_none(text, message, where, load):
    with pytest.raises(IntertaskError, match=message) as error:
        load(text)
    assert error.value.where.endswith(where)


def test_yaml_that_is_missing_or_not_utf_8(tmp_path):
    with pytest.raises(IntertaskError, match="There is no file"):
        read_yaml(tmp_path / "absent.yaml")
    (tmp_path / "latin.yaml").write_bytes("description: café\n".encode("latin-1"))
    with pytest.raises(IntertaskError, match="Not UTF-8"):
        read_yaml(tmp_path / "latin.yaml")


def test_source_that_is_also_the_target():
    config_fails("t: a source that is also the target", sources=["a", "t"])
    config = load_config(GOOD | {"sources": ["a", "t"], "source_is_target": "exclude"})
    assert (config.pool("t"), config.all_tasks) == (["a"], ["a", "t"])
    config_fails("targets: t is left without any source", sources=["t"], source_is_target="exclude")


@pytest.mark.parametrize("key", ["sources", "targets", "seeds", "methods", "rank_fusion"])
def test_listed_twice(key):
    config_fails(f"{key}: listed twice: ", **{key: [1, 1] if key == "seeds" else ["size", "size"]})


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"source": ["a"]}, "source: unknown key; did you mean 'sources'"),
        ({"training": {"source": {"epoch": 3}}}, r"training\.source\.epoch: unknown key; did you mean 'epochs'"),
        ({"tasks": {"a": {"max_len": 3}}}, r"tasks\.a\.max_len: unknown key"),
        ({"sources": []}, "sources: .*at least 1 item"),
        ({"seed": -1}, "seed: .*greater than or equal to 0"),
        ({"models": {}}, "models: .*at least 1 item"),
        ({"models": {"x": {"path": "p"}}, "sentence_encoder": {"x": "p"}}, "'x' is a model's name too"),
        ({"rank_fusion": ["random"]}, "rank_fusion: 'random' is not among the methods"),
        ({"rank_fusion": ["leep"]}, "rank_fusion: 'leep' is not among the methods"),
        ({"training": {"transfer": {"learning_rate": 0}}}, r"training\.transfer\.learning_rate: .*greater than 0"),
    ],
)
def test_config_with_a_wrong_key_or_value(keys, message):
    config_fails(message, **keys)


def test_model_in_short():
    config = load_config(GOOD | {"models": {"x": "some/model"}})
    assert (config.models["x"].path, config.models["x"].revision) == ("some/model", None)


def test_everything_but_sources_and_targets_has_a_default():
    assert isinstance(load_config(GOOD), Config)
    with pytest.raises(IntertaskError, match="sources: is missing; targets: is missing"):
        load_config({})


def test_column_defaults_to_its_own_name():
    mine = Task(name="x", **task(columns={"text_a": ["a", "b"], "text_b": None}))
    assert [mine.column(name) for name in ("text_a", "text_b", "label")] == [["a", "b"], None, "label"]


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ({"k": {"like": "x"}}, "like: no model of its own 'x'"),
        ({"a": {"path": "p"}, "b": {"like": "a"}, "c": {"like": "b"}}, r"like: no model of its own 'b', \['a'\]"),
        ({"k": {}}, "give 'path'"),
        ({"k": {"path": "p", "training": {"transfer": {"epohcs": 3}}}}, "epohcs: unknown key; did you mean 'epochs'"),
        ({"a": {"path": "p"}, "b": {"like": "a", "adapter": "full"}}, "adapter: a model that is 'like' another"),
        ({"a": {"path": "p"}, "b": {"like": "a", "training": {"source": {"epochs": 1}}}}, "training.source: a model"),
        ({"k": {"path": "p", "adapters": "published"}}, r"published: name the repositories, with \{source\}"),
        ({"k": {"path": "p", "adapter": "full", "adapters": "published", "published": "x/{source}"}}, "adapter: full"),
    ],
)
def test_models_that_do_not_fit_together(models, message):
    with pytest.raises(IntertaskError, match=message):
        load_config({"sources": ["a"], "targets": ["t"], "models": models})


def test_sentence_encoder_has_no_training():
    with pytest.raises(IntertaskError, match="sentence_encoder: s: has 'path' and 'revision' only"):
        load_config({"sources": ["a"], "targets": ["t"], "sentence_encoder": {"s": {"path": "p", "adapter": "full"}}})
