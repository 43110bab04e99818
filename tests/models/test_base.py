"""Models that can and cannot be loaded."""

import json

import pytest
from tokenizers import ByteLevelBPETokenizer
from transformers import RobertaTokenizerFast

from intertask.config import Model
from intertask.errors import IntertaskError
from intertask.models import base


def test_bundled_model_is_the_published_one():
    found = base.identity(Model(path="bundled"))
    assert found["sha256"]["model.safetensors"] == base.BUNDLED_SHA256
    assert (found["type"], found["layers"], found["hidden_size"], found["positions"]) == ("bert", 6, 384, 512)


def test_damaged_bundled_model(tmp_path, monkeypatch):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.safetensors").write_bytes(b"something else")
    monkeypatch.setattr(base.resources, "files", lambda package: tmp_path)
    base._bundled_folder.cache_clear()
    with pytest.raises(IntertaskError, match="SHA-256") as error:
        base.locate(Model(path="bundled"))
    base._bundled_folder.cache_clear()
    assert "reinstall" in error.value.fix


def test_missing_package(monkeypatch):
    monkeypatch.setattr(base, "BUNDLED_PACKAGE", "no_such_package_at_all")
    base._bundled_folder.cache_clear()
    with pytest.raises(IntertaskError, match="not installed"):
        base.locate(Model(path="bundled"))
    base._bundled_folder.cache_clear()


@pytest.mark.parametrize("path", ["./nowhere", "/no/such/folder", "a/b/c"])
def test_missing_folder(path):
    with pytest.raises(IntertaskError, match="does not exist"):
        base.locate(Model(path=path))


def test_folder_without_model(tmp_path):
    with pytest.raises(IntertaskError, match=r"no config\.json"):
        base.locate(Model(path=str(tmp_path)))


def test_folder_without_weights(tiny_model, tmp_path):
    for path in base.Path(tiny_model.path).iterdir():
        if path.suffix != ".safetensors":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(IntertaskError, match="no weights"):
        base.identity(Model(path=str(tmp_path)))


def test_hub_model_that_cannot_be_had(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(IntertaskError, match="no-such-owner/no-such-model") as error:
        base.identity(Model(path="no-such-owner/no-such-model"))
    assert "HF_HUB_OFFLINE" in error.value.fix


def test_model_of_a_kind_without_adapters(tmp_path):
    config = {"model_type": "perceiver", "architectures": ["PerceiverModel"]}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(IntertaskError, match=r"perceiver.*not supported"):
        base.identity(Model(path=str(tmp_path)))


def test_roberta_takes_words_and_running_text(tmp_path):
    """The blank before the first word is for pre-split words alone: running text is read as in pretraining."""
    bpe = ByteLevelBPETokenizer()
    bpe.train_from_iterator(["the old lighthouse keeper rowed across the bay"] * 3, vocab_size=300, min_frequency=1)
    files = bpe.save_model(str(tmp_path))
    RobertaTokenizerFast(*files).save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "roberta"}))
    model = Model(path=str(tmp_path))
    words = base.load_tokenizer(model, pre_split=True)(["the", "bay"], is_split_into_words=True)["input_ids"]
    text = base.load_tokenizer(model)("the bay")["input_ids"]
    assert words != text
    assert words == base.load_tokenizer(model)(" the bay")["input_ids"]


def test_local_folder(tiny_model):
    found = base.identity(tiny_model)
    assert found["positions"] == 64
    assert len(found["sha256"]["model.safetensors"]) == 64
    assert base.load_model(tiny_model).config.hidden_size == 32
