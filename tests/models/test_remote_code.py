"""Models whose files name code are refused before any library reads them."""

import json
import shutil
from functools import partial
from pathlib import Path

import pytest
from transformers import AutoModel

from intertask.check.availability import Hub, check_model
from intertask.config import Model
from intertask.errors import IntertaskError
from intertask.models import base
from intertask.models.calibration import calibrate
from intertask.models.evidence.embeddings import embed_task
from intertask.models.exported import load as load_exported
from intertask.models.remote_code import check_content, check_model_files

COMMIT = "0123456789abcdef0123456789abcdef01234567"
HOSTILE = [
    {"_attn_implementation": "evil/kernel"},
    {"_attn_implementation_internal": "evil/kernel@v1:run"},
    {"attn_implementation": "sdpa|evil/kernel"},
    {"attn_implementation": {"": "eager", "text_config": "evil/kernel"}},
    {"text_config": {"layers": [{"_attn_implementation": "evil/kernel"}]}},
    {"_attn_implementation": ["evil/kernel"]},
    {"_attn_implementation_of_the_future": "evil/kernel"},
    {"text_config": {"_attn_implementation_internal": "flash_attention_2"}},  # from the hub where it is not installed
    {"trust_remote_code": True},
    {"generation": {"custom_generate": "evil/decoding"}},
    {"use_kernels": True},
    {"vision_config": {"model_type": "evil", "auto_map": {"AutoModel": "evil.Model"}}},
    {"custom_pipelines": {"classify": {"impl": "evil.Pipeline"}}},
]


@pytest.fixture(autouse=True)
def attempts(monkeypatch) -> list:
    """Calls that fetch or import code; every test ends with none."""
    made = []

    def attempt(*arguments, **options):
        made.append(arguments)
        raise RuntimeError("code was about to be loaded")

    monkeypatch.setattr("transformers.modeling_utils.load_and_register_kernel", attempt)
    for module in ("configuration_auto", "auto_factory", "tokenization_auto"):
        monkeypatch.setattr(f"transformers.models.auto.{module}.get_class_from_dynamic_module", attempt)
    monkeypatch.setattr("transformers.dynamic_module_utils.get_class_from_dynamic_module", attempt)
    monkeypatch.setattr("builtins.input", attempt)
    monkeypatch.setattr("socket.socket.connect", attempt)
    yield made
    assert made == []


def planted(tiny_model: Model, folder: Path, file: str, extra: dict) -> Path:
    """A copy of a good model, one of whose files has further entries."""
    shutil.copytree(tiny_model.path, folder)
    path = folder / file
    content = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(content | extra))
    return path


def in_cache(monkeypatch, cache: Path) -> Path:
    """Folder of the snapshot of evil/model in a cache of the hub; the hub itself is not asked."""
    repository = cache / "models--evil--model"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(COMMIT)
    for name in ("transformers.utils.hub.TRANSFORMERS_CACHE", "huggingface_hub.constants.HF_HUB_CACHE"):
        monkeypatch.setattr(name, str(cache))
    for name in ("huggingface_hub.constants.HF_HUB_OFFLINE", "transformers.utils.hub._is_offline_mode"):
        monkeypatch.setattr(name, True)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return repository / "snapshots" / COMMIT


def assert_refused(call, path: Path, *words: str) -> None:
    """The message names the problem, the file and a way out."""
    with pytest.raises(IntertaskError) as error:
        call()
    assert error.value.where == str(path) and "choose" in error.value.fix
    for word in ("refused", *words):
        assert word in error.value.what


LOADS = {
    "base model": base.load_model,
    "tokenizer": base.load_tokenizer,
    "configuration": base.load_configuration,
    "identity": base.identity,
}


def test_transformers_alone_would_load_the_kernel(tiny_model, tmp_path, attempts):
    """What the other tests rely on: the planted entry reaches the loader of kernels."""
    path = planted(tiny_model, tmp_path / "m", "config.json", HOSTILE[0])
    with pytest.raises(RuntimeError, match="about to be loaded"):
        AutoModel.from_pretrained(path.parent)
    assert attempts.pop() == ("evil/kernel",)


@pytest.mark.parametrize("extra", HOSTILE, ids=str)
def test_hostile_folders_are_refused(tiny_model, tmp_path, extra):
    path = planted(tiny_model, tmp_path / "m", "config.json", extra)
    for load in LOADS.values():
        assert_refused(partial(load, Model(path=str(path.parent))), path, "config.json")


@pytest.mark.parametrize("extra", HOSTILE, ids=str)
def test_hostile_repositories_in_the_cache_are_refused(tiny_model, tmp_path, monkeypatch, extra):
    snapshot = in_cache(monkeypatch, tmp_path)
    path = planted(tiny_model, snapshot, "config.json", extra)
    for load in LOADS.values():
        assert_refused(partial(load, Model(path="evil/model")), path, "evil/model", "config.json")
    found, _ = check_model(Model(path="evil/model"), Hub(True, False))
    assert found.problem.where == str(path)


def test_a_harmless_repository_in_the_cache_is_loaded(tiny_model, tmp_path, monkeypatch):
    snapshot = in_cache(monkeypatch, tmp_path)
    # Published models carry such entries: the type is one of transformers' own, so the map has no effect.
    extra = {"auto_map": {"AutoModel": "modeling.Bert"}, "_attn_implementation": "eager", "attn_implementation": None}
    planted(tiny_model, snapshot, "config.json", extra)
    assert base.load_model(Model(path="evil/model")).config._commit_hash == COMMIT
    assert base.load_tokenizer(Model(path="evil/model")).is_fast


def test_another_configuration_file_is_checked(tiny_model, tmp_path, monkeypatch):
    """config.json may point to a file for newer versions of transformers, which is then read instead."""
    snapshot = in_cache(monkeypatch, tmp_path)
    path = planted(tiny_model, snapshot, "config.json", {"configuration_files": ["config.4.0.0.json"]})
    other = path.with_name("config.4.0.0.json")
    other.write_text(json.dumps(json.loads(path.read_text()) | HOSTILE[0]))
    assert_refused(partial(base.load_model, Model(path="evil/model")), other, "config.4.0.0.json")


@pytest.mark.parametrize("model_type", ["evil_bert", None])
def test_a_type_that_needs_its_publishers_code(tiny_model, tmp_path, model_type):
    extra = {"model_type": model_type, "auto_map": {"AutoConfig": "evil.Config", "AutoModel": "evil.Model"}}
    path = planted(tiny_model, tmp_path / "m", "config.json", extra)
    for load in LOADS.values():
        assert_refused(partial(load, Model(path=str(path.parent))), path, repr(model_type), "auto_map")


def test_a_tokenizer_that_needs_its_publishers_code(tiny_model, tmp_path):
    extra = {"tokenizer_class": "EvilTokenizer", "auto_map": {"AutoTokenizer": ["evil.Tokenizer", None]}}
    path = planted(tiny_model, tmp_path / "m", "tokenizer_config.json", extra)
    assert_refused(partial(base.load_tokenizer, Model(path=str(path.parent))), path, "EvilTokenizer")


TRANSFORMER = {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}
POOLING = "sentence_transformers.sentence_transformer.modules.pooling.Pooling"
#: File in a sentence encoder -> its content. Each would run code, read a pickle, or read files that are not checked.
HOSTILE_ENCODERS = [
    ({"modules.json": [{"type": "evil.Module"}]}, "evil.Module"),
    ({"modules.json": [{"type": "subprocess.Popen"}]}, "subprocess.Popen"),
    ({"modules.json": [{"type": "sentence_transformers_evil.models.Pooling"}]}, "evil"),
    ({"modules.json": [{"type": "sentence_transformers.util.misc.import_from_string"}]}, "import_from_string"),
    ({"modules.json": [{"type": "sentence_transformers.models.WordEmbeddings"}]}, "WordEmbeddings"),
    ({"modules.json": [{"type": ["evil.Module"]}]}, "evil.Module"),
    ({"modules.json": {"type": "evil.Module"}}, "evil.Module"),
    ({"modules.json": [TRANSFORMER | {"path": "../other"}]}, "../other"),
    ({"modules.json": [TRANSFORMER | {"path": "/srv/other"}]}, "/srv/other"),
    ({"router_config.json": {"types": {"a": "evil.Module"}}}, "evil.Module"),
    ({"1_Router/router_config.json": {"types": {"a": "evil.Module"}}}, "evil.Module"),
    ({"1_Asym/config.json": {"types": {"../a": POOLING}}}, "../a"),
    ({"a/b/c/config.json": {"model_type": "evil", "auto_map": {"AutoModel": "evil.Model"}}}, "evil"),
    ({"a/b/tokenizer_config.json": {"tokenizer_class": "Evil", "auto_map": {"AutoTokenizer": ["evil.T"]}}}, "Evil"),
    ({"2_Dense/config.json": {"activation_function": "torch.utils.collect_env.main"}}, "collect_env"),
    ({"2_Dense/config.json": {"activation_function": "evil.run"}}, "evil.run"),
    ({"sentence_bert_config.json": {"model_args": {"weights_only": False}}}, "weights_only"),
    ({"sentence_bert_config.json": {"processor_kwargs": {"tokenizer_file": "/etc/hosts"}}}, "tokenizer_file"),
    ({"sentence_bert_config.json": {"model_args": {"attn_implementation": "evil/kernel"}}}, "model_args.attn_impl"),
    ({"sentence_bert_config.json": {"tokenizer_name_or_path": "evil/tokenizer"}}, "evil/tokenizer"),
    ({"sentence_bert_config.json": {"modality_config": {"text": {"method": "push_to_hub"}}}}, "push_to_hub"),
]


def encoder_recipe(path: str) -> dict:
    return {"kind": "sentence", "model": {"path": path}, "max_examples": 2, "max_length": 16, "max_windows": 1} | {
        "batch_size": 2
    }


ROW = {"text_a": "one", "text_b": None, "label": 0}


@pytest.mark.parametrize(("files", "named"), HOSTILE_ENCODERS, ids=lambda value: str(value)[:60])
def test_hostile_sentence_encoders_are_refused(tiny_model, tmp_path, monkeypatch, files, named):
    (changed,) = files
    for folder in (tmp_path / "m", in_cache(monkeypatch, tmp_path / "cache")):
        shutil.copytree(tiny_model.path, folder)
        (folder / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
        for name, content in ({"modules.json": [TRANSFORMER]} | files).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(json.dumps(content))
        is_local = folder.name == "m"
        path = str(folder) if is_local else "evil/model"
        assert_refused(partial(embed_task, [ROW], "classification", encoder_recipe(path)), folder / changed, named)
        found, _ = check_model(Model(path=path), Hub(True, False))
        assert named in found.problem.what and found.problem.where == str(folder / changed)
        if is_local:
            assert_refused(partial(base.identity, Model(path=path)), folder / changed, named)
    assert not (tmp_path / "ran").exists()


def test_a_sentence_encoder_with_a_router_is_loaded(tiny_model, tmp_path):
    """What sentence-transformers writes today, with a module in a module."""
    from sentence_transformers import SentenceTransformer, models

    transformer = models.Transformer(tiny_model.path)
    dense = models.Dense(32, 8)
    router = models.Router({"document": [transformer, models.Pooling(32), dense]}, default_route="document")
    SentenceTransformer(modules=[router, models.Normalize()], device="cpu").save(str(tmp_path / "m"))
    assert (tmp_path / "m" / "router_config.json").exists()
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):  # for the tokenizer of the windows
        shutil.copy(Path(tiny_model.path) / name, tmp_path / "m")
    vectors = embed_task([ROW], "classification", encoder_recipe(str(tmp_path / "m")))["embeddings"]
    assert vectors.shape == (1, 8)


def test_a_peft_adapter_is_no_base_model(tiny_model, tmp_path):
    """Where peft is installed, transformers would load the model that the adapter names, unchecked."""
    path = planted(tiny_model, tmp_path / "m", "adapter_config.json", {"base_model_name_or_path": "evil/model"})
    with pytest.raises(IntertaskError, match="peft") as error:
        base.load_model(Model(path=str(path.parent)))
    assert (error.value.where, "evil/model" in error.value.fix) == (str(path), True)


def test_calibration_and_check_report_it(tiny_model, tmp_path):
    path = planted(tiny_model, tmp_path / "m", "config.json", HOSTILE[0])
    model = Model(path=str(path.parent))
    assert "evil/kernel" in calibrate(model, "seq_bn", [8], 4)["failed"]
    found, _ = check_model(model, Hub(True, False))
    assert "evil/kernel" in found.problem.what


@pytest.mark.parametrize("adapter", ["full", "seq_bn"])
def test_exported_adapters(tmp_path, adapter):
    about = {"recipe": {"adapter": adapter, "model": {"path": "bundled"}}, "info": {"type": "classification"}}
    (tmp_path / "intertask.json").write_text(json.dumps(about))
    name = "config.json" if adapter == "full" else "adapter_config.json"
    (tmp_path / name).write_text(json.dumps({"model_type": "bert", "_attn_implementation": "evil/kernel"}))
    assert_refused(partial(load_exported, tmp_path), tmp_path / name, "evil/kernel")


def test_files_that_name_no_code_pass(tmp_path):
    (tmp_path / "trainer_state.json").write_text("not JSON")  # no library reads it
    check_model_files(str(tmp_path))
    content = {
        "model_type": "bert",
        "_attn_implementation_autoset": True,
        "attn_implementation": {"": "sdpa", "text_config": None},
        "heads": [{"a": 1}],
    }
    check_content(content | {"custom_pipelines": {}, "trust_remote_code": False}, "config.json", "a/b")
