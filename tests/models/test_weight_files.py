"""Model folders that are incomplete or damaged are refused before a library reads them."""

import json
import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from intertask.check.availability import Hub, check_model
from intertask.config import Model
from intertask.errors import IntertaskError
from intertask.models.base import identity, load_model
from intertask.models.weight_files import check_complete, read_shapes

WEIGHTS = "model.safetensors"


@pytest.fixture
def folder(tiny_model, tmp_path) -> Path:
    return Path(shutil.copytree(tiny_model.path, tmp_path / "m"))


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def longer(path: Path) -> None:
    with open(path, "ab") as file:
        file.write(b"\0")


def header(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(struct.pack("<Q", len(content)) + content)


def configured(**changes: object) -> Callable[[Path], object]:
    def change(path: Path) -> None:
        file = path.parent / "config.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | changes))

    return change


def without_tokenizer(path: Path) -> None:
    for name in ("tokenizer.json", "vocab.txt"):
        (path.parent / name).unlink(missing_ok=True)


def sharded(path: Path) -> None:
    path.rename(path.parent / "model-00001-of-00002.safetensors")
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (path.parent / "model.safetensors.index.json").write_text(json.dumps(index))


DAMAGES = [
    ("Git LFS pointer", lambda path: path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")),
    ("empty or cut off", lambda path: path.write_bytes(b"")),
    ("bytes instead of", cut),
    ("bytes instead of", longer),
    ("header is cut off", lambda path: path.write_bytes(struct.pack("<Q", 2**40) + bytes(2000))),
    ("header is not that", header(b"[1, 2]")),
    ("header is not that", header(b"{" * 3000)),
    ("header is not that", header(b'{"w": {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}}')),
    ("header is not that", header(b'{"w": {"dtype": "F99", "shape": [2], "data_offsets": [0, 8]}}')),
    ("contains no weights", lambda path: path.unlink()),
    ("lacks model-00002-of-00002.safetensors", sharded),
    ("contains no tokenizer", without_tokenizer),
    ("num_hidden_layers is -5", configured(num_hidden_layers=-5)),
    ("vocab_size is 'many'", configured(vocab_size="many")),
    ("no multiple of its 5 heads", configured(num_attention_heads=5)),
    ("lack layer 2: config.json states 3 layers", configured(num_hidden_layers=3)),
]


@pytest.mark.parametrize(("message", "damage"), DAMAGES)
def test_check_and_run_refuse_a_damaged_folder(folder, message, damage):
    damage(folder / WEIGHTS)
    for refuse in (check_complete, lambda path, name: identity(Model(path=name)), lambda path, name: in_check(name)):
        with pytest.raises(IntertaskError) as error:
            refuse(folder, str(folder))
        assert message in error.value.what
        assert error.value.fix


def in_check(name: str) -> None:
    availability, _ = check_model(Model(path=name), Hub(True, False))
    if availability.problem:
        raise availability.problem


def test_shapes_are_those_of_the_tensors(folder):
    tensors = load_file(folder / WEIGHTS)
    assert read_shapes(folder / WEIGHTS, "m") == {name: list(tensor.shape) for name, tensor in tensors.items()}


def test_missing_tensors_are_never_random(folder):
    tensors = load_file(folder / WEIGHTS)
    name = next(name for name in tensors if "layer.1.attention.self.query.weight" in name)
    save_file({key: value for key, value in tensors.items() if key != name}, folder / WEIGHTS, {"format": "pt"})
    with pytest.raises(IntertaskError, match=r"lack \S*layer\.1\.attention\.self\.query\.weight"):
        load_model(Model(path=str(folder)))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_refused(folder, value):
    tensors = load_file(folder / WEIGHTS)
    name = next(name for name in tensors if "layer.0.output.dense.weight" in name)
    tensors[name][0, 0] = value
    save_file(tensors, folder / WEIGHTS, {"format": "pt"})
    with pytest.raises(IntertaskError, match=r"layer\.0\.output\.dense\.weight contains NaN or infinite values"):
        load_model(Model(path=str(folder)))


def test_tokens_beyond_the_vocabulary_are_refused(folder):
    tensors = load_file(folder / WEIGHTS)
    name = next(name for name in tensors if name.endswith("word_embeddings.weight"))
    tensors[name] = tensors[name][:100].clone()
    save_file(tensors, folder / WEIGHTS, {"format": "pt"})
    configured(vocab_size=100)(folder / WEIGHTS)
    with pytest.raises(IntertaskError, match="tokens, but the model has embeddings for 100"):
        identity(Model(path=str(folder)))


@pytest.mark.parametrize("name", ["tokenizer.json", "tokenizer_config.json"])
@pytest.mark.parametrize("content", ["{", "[]", '{"model": 3}', '{"version": "1.0", "model": {"type": "Nothing"}}'])
def test_malformed_tokenizers_are_one_message(folder, name, content):
    (folder / name).write_text(content)
    if name == "tokenizer_config.json" and content.startswith('{"'):
        identity(Model(path=str(folder)))  # its unknown keys have no effect
        return
    with pytest.raises(IntertaskError) as error:
        identity(Model(path=str(folder)))
    assert error.value.what and error.value.fix
