"""The configuration: lists and models that fit together, and the settings of each model."""

import pytest

from intertask.config.run import Config, load_config
from intertask.errors import IntertaskError
from intertask.yaml_files import read_yaml

GOOD = {"sources": ["a", "b"], "targets": ["t"]}
MODELS = {"one": "bundled", "two": {"like": "one", "training": {"transfer": {"epochs": 2, "max_train_examples": 9}}}}


def config(**keys) -> Config:
    return load_config(GOOD | keys)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        *(({key: ["size", "size"]}, f"{key}: listed twice: size") for key in ("sources", "methods", "rank_fusion")),
        ({"seeds": [1, 1]}, "seeds: listed twice: 1"),
        ({"evaluation": {"k": [3, 3]}}, "evaluation.k: listed twice: 3"),
        ({"sources": ["a", "x y"]}, r"sources\.1: 'x y' cannot be the name of a folder"),
        ({"sources": ["a", "t"]}, "t: listed as a source and as a target"),
        ({"sources": ["t"], "source_is_target": "exclude"}, "targets: t has no source left"),
        ({"rank_fusion": ["random"]}, "rank_fusion: 'random' is not among the methods that can be combined"),
        ({"rank_fusion": ["smeb"]}, "rank_fusion: 'smeb' is not among .*; did you mean 'semb'"),
        ({"recommend": {"model": "minilmm"}}, "there is no model 'minilmm'; did you mean 'minilm'"),
        ({"adapter_fusion": {"training": {"learning_rat": 1}}}, "did you mean 'learning_rate'"),
        ({"adapter_fusion": {"training": {"epochs": 0}}}, "epochs: must be greater than or equal to 1"),
        ({"sentence_encoder": {"minilm": "p"}}, "sentence_encoder: 'minilm' is the name of a model too"),
        ({"sentence_encoder": {"s": {"path": "p", "adapter": "full"}}}, "s: only 'path' and 'revision' are allowed"),
        ({"models": {"k": {"like": "x"}}}, "models: k: like: 'x' is not a model with its own path"),
        ({"models": MODELS | {"c": {"like": "two"}}}, "like: 'two' is not a model with its own path; known: one"),
        (
            {"models": {"k": {"path": "p", "training": {"transfer": {"epohcs": 3}}}}},
            "epohcs: unknown key; did you mean",
        ),
        (
            {"adapter": "full", "models": {"k": {"path": "p", "adapters": "published", "published": "x/{source}"}}},
            "models: k: only adapters are published, but 'adapter' is 'full'",
        ),
    ],
)
def test_keys_that_do_not_fit_together(keys, message):
    with pytest.raises(IntertaskError, match=message) as error:
        config(**keys)
    assert error.value.where and error.value.fix


#: Keys with a number, a value of the wrong kind or range, and what the message says about it.
NUMBERS = [
    ("seed", value, words)
    for value, words in [
        ("true", "expected an integer, but it is true"),
        ("4294967296", "must be less than or equal to 4294967295"),
        ("-1", "must be greater than or equal to 0"),
        ("1.0", "expected an integer, but it is 1.0"),
        ("'1'", "expected an integer, but it is the text '1'; write it as a plain number"),
        ("1e3", "expected an integer, but it is the text '1e3'"),
        ("null", "expected an integer, but it is null"),
    ]
] + [
    ("seeds.0", "[yes]", "expected an integer, but it is true"),
    ("seeds.1", "[0, 4294967296]", "must be less than or equal to 4294967295"),
    ("jobs_per_gpu", "99999999999", "must be less than or equal to 2147483647"),
    ("maps.learning_rate", "1e400", "expected a finite number, but it is inf"),
    ("maps.learning_rate", "on", "expected a number, but it is true"),
    ("training.source.learning_rate", "'0.1'", "expected a number, but it is the text '0.1'"),
    ("training.transfer.weight_decay", "-1e-3", "must be greater than or equal to 0"),
    ("models.m.training.source.epochs", "true", "expected an integer, but it is true"),
    ("adapter_fusion.training.learning_rate", "1e999", "expected a finite number, but it is inf"),
    ("evaluation.confidence", "1", "must be less than 1"),
    ("tasks.a.max_length", "1e2", "expected an integer"),
    ("warm_worker", "1", "expected true or false, but it is 1"),
    ("recommend.stop_early", "'no'", "expected true or false, but it is 'no'"),
    ("adapter", "1.5", "expected text, but it is 1.5; put it in quotation marks"),
]


@pytest.mark.parametrize(("key", "value", "words"), NUMBERS)
def test_a_number_of_another_kind_or_range_is_named_with_its_line(key, value, words, tmp_path):
    path = tmp_path / "mine.yaml"
    *parents, last = [part for part in key.split(".") if not part.isdigit()]
    text = "sources: [a]\ntargets: [t]\n"
    text += "models: {n: bundled}\n" if "models" not in parents else "\n"
    text += "".join(f"{' ' * depth}{part}:\n" for depth, part in enumerate(parents))
    text += f"{' ' * len(parents)}{last}: {value}\n"
    path.write_text(text, encoding="utf-8")
    values = read_yaml(path)
    if "models" in parents:
        values["models"]["m"]["path"] = "bundled"
    with pytest.raises(IntertaskError) as error:
        load_config(values, str(path), [path])
    assert f"{key}: {words}" in error.value.what
    assert error.value.where == f"{path}, line {text.count(chr(10))}"


def test_numbers_may_have_an_exponent_without_a_point(tmp_path):
    (tmp_path / "a.yaml").write_text("sources: [a]\ntargets: [t]\nmaps: {learning_rate: 1e-4, ridge: 2}\n")
    maps = load_config(read_yaml(tmp_path / "a.yaml")).maps
    assert (maps.learning_rate, maps.ridge) == (0.0001, 2.0)


def test_the_command_line_gives_numbers_as_texts(tmp_path):
    """Snakemake reads ``--config seeds=[1,2]`` as a list of texts; files are taken by the word."""
    path = tmp_path / "mine.yaml"
    path.write_text("sources: [a]\ntargets: [t]\nseed: 3\n", encoding="utf-8")
    given = {"seeds": ["1", "2"], "maps": {"epochs": "3", "learning_rate": "1e-3"}}
    values = GOOD | given | {"maps": given["maps"] | {"ridge": 2}}
    run = load_config(values, str(path), [path], given)
    assert (run.seeds, run.maps.epochs, run.maps.learning_rate, run.maps.ridge) == ([1, 2], 3, 0.001, 2.0)
    with pytest.raises(IntertaskError) as error:
        load_config(GOOD | {"seed": "x"}, str(path), [path], {"seed": "x"})
    assert error.value.where == f"{path}, or the command line: --config"


def test_many_wrong_values_are_counted():
    with pytest.raises(IntertaskError, match=r"sources\.9: .*; and 4,990 more") as error:
        config(sources=["x y"] * 5000)
    assert len(error.value.what) < 2000


def test_everything_but_sources_and_targets_has_a_default():
    assert isinstance(config(), Config)
    with pytest.raises(IntertaskError, match="sources: this key is missing; targets: this key is missing"):
        load_config({}, "mine.yaml")


def test_short_forms():
    models = config(models={"x": "some/model"}).models
    assert (models["x"].path, models["x"].revision) == ("some/model", None)
    assert config(observed="x.tsv") == config(observed={"file": "x.tsv"})


def test_a_source_that_is_also_a_target_is_not_in_its_own_pool():
    both = config(sources=["a", "t"], source_is_target="exclude")
    assert (both.pool("t"), both.all_tasks) == (["a"], ["a", "t"])


def test_a_model_that_is_like_another_one_differs_in_its_transfers():
    run = config(models=MODELS, training={"transfer": {"epochs": 5}})
    assert (run.base_models, run.base_of("two"), run.adapter_of("two")) == (["one"], "one", "seq_bn")
    assert [run.training_of(model).transfer.epochs for model in ("one", "two")] == [5, 2]
    assert run.training_of("two").source == run.training_of("one").source
    assert run.adapter_fusion_training_of("two").max_train_examples == 9


def test_recommendations_are_for_the_first_model_unless_one_is_named():
    assert config(models=MODELS).recommend_model == "one"
    assert config(models=MODELS, recommend={"model": "two"}).recommend_model == "two"


def test_candidates_are_trained_as_transfers_with_rows_held_out():
    run = config(training={"transfer": {"epochs": 3, "dev": "validation"}}, recommend={"dev_fraction": 0.3})
    candidate, transfer = run.candidate_training_of("minilm"), run.training_of("minilm").transfer
    assert candidate.model_dump() == transfer.model_dump() | {"dev": "held_out", "dev_fraction": 0.3}


def test_adapter_fusion_is_trained_as_transfers_but_for_the_learning_rate():
    run = config(training={"transfer": {"epochs": 3, "learning_rate": 0.5}})
    transfer = run.training_of("minilm").transfer.model_dump()
    assert run.adapter_fusion_training_of("minilm").model_dump() == transfer | {"learning_rate": 5e-5}
    changed = config(adapter_fusion={"training": {"learning_rate": 0.1}})
    assert changed.adapter_fusion_training_of("minilm").learning_rate == 0.1


def test_adapter_fusion_needs_adapters_and_two_sources():
    both = config(models={"minilm": "bundled", "whole": {"path": "bundled", "adapter": "full"}})
    both.check_adapter_fusion("minilm", "t")
    with pytest.raises(IntertaskError, match="the model 'whole' has none"):
        both.check_adapter_fusion("whole", "t")
    with pytest.raises(IntertaskError, match="at least two sources, but t has only a"):
        config(sources=["a"]).check_adapter_fusion("minilm", "t")
    with pytest.raises(IntertaskError, match="a has only b"):
        config(targets=["a"], source_is_target="exclude").check_adapter_fusion("minilm", "a")


def test_100_000_sources_are_compared_once():
    """With a comparison of every pair, this would take minutes."""
    names = [f"s{number}" for number in range(100_000)]
    assert len(config(sources=names).sources) == 100_000
    with pytest.raises(IntertaskError, match="sources: listed twice: s7"):
        config(sources=[*names, "s7"])
