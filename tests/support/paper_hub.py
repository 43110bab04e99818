"""A local hub with a stand-in for every dataset and model of configs/paper.yaml."""

import importlib
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
import yaml
from adapters import AutoAdapterModel
from hub_server import Hub
from paper_tasks import put_in_cache
from paths import ROOT
from stand_in import readme
from tiny_models import files_of, save_bert, save_roberta, save_sentence_encoder

KINDS = ("classification", "multiple_choice", "extractive_qa", "tagging")
MODELS: dict[str, Callable[[Path], None]] = {
    "FacebookAI/roberta-base": save_roberta,
    "google-bert/bert-base-uncased": save_bert,
    "sentence-transformers/roberta-base-nli-stsb-mean-tokens": save_sentence_encoder,
}


def _merged(attribute: str) -> dict:
    """One attribute of all modules of stand-ins; a repository that several of them fill has one entry."""
    found: dict[str, list] = {}
    for kind in KINDS:
        module = importlib.import_module(f"stand_ins_{kind}")
        for key, value in getattr(module, attribute, {}).items():
            found.setdefault(key, []).append(value)
    return found


def add_datasets(hub: Hub) -> None:
    """The stand-ins of hub datasets, with cards that name their configurations."""
    cards = {key: {n: s for part in parts for n, s in part.items()} for key, parts in _merged("CONFIGS").items()}
    for key, makers in _merged("REPOSITORIES").items():
        name, _, revision = key.partition("@")
        files = {path: content for make in makers for path, content in make().items()}
        if key in cards:
            files["README.md"] = readme(cards[key], default="default" if "default" in cards[key] else None)
        hub.add(name, files, revision=revision or "main")


def add_models(hub: Hub, folder: Path, names: Iterable[str] = tuple(MODELS)) -> None:
    """Tiny models under the names of the real ones."""
    for name in names:
        MODELS[name](folder / name)
        hub.add(name, files_of(folder / name), kind="models")


def publish_adapter(hub: Hub, base: Path, task: str, info: dict, folder: Path) -> None:
    """An adapter of random weights with a head for a task, as ``AdapterHub/roberta-base-pf-<task>`` has its files."""
    torch.manual_seed(len(task))
    model = AutoAdapterModel.from_pretrained(base)
    model.add_adapter(task, config="seq_bn")
    match info["type"]:
        case "classification":
            model.add_classification_head(task, num_labels=len(info["labels"]), layers=2)
        case "tagging":
            model.add_tagging_head(task, num_labels=len(info["labels"]), layers=1)
        case "multiple_choice":
            model.add_multiple_choice_head(task, num_choices=info["max_choices"], layers=2)
        case "extractive_qa":
            model.add_qa_head(task, layers=1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if f".{task}." in name:
                parameter.normal_(std=0.1)
    folder.mkdir(parents=True)
    model.save_adapter(str(folder), task, with_head=True, use_safetensors=False)
    hub.add(f"AdapterHub/roberta-base-pf-{task}", files_of(folder), kind="models")


def fill_downloads(cache: Path) -> list[str]:
    """Put the stand-ins of published addresses into a download cache; gives the addresses."""
    before = os.environ.get("INTERTASK_CACHE")
    os.environ["INTERTASK_CACHE"] = str(cache)
    try:
        addresses = {url: make for url, (make, *_) in _merged("ADDRESSES").items()}
        for url, make in addresses.items():
            put_in_cache(url, make())
    finally:
        if before is None:
            del os.environ["INTERTASK_CACHE"]
        else:
            os.environ["INTERTASK_CACHE"] = before
    return list(addresses)


def paper_config() -> dict:
    """configs/paper.yaml."""
    return yaml.safe_load((ROOT / "configs" / "paper.yaml").read_text(encoding="utf-8"))


def environment(hub: Hub, folder: Path) -> dict[str, str]:
    """Variables under which everything of the hub comes from ``hub``, into caches in ``folder``."""
    kept = {key: value for key, value in os.environ.items() if key not in ("HF_HUB_OFFLINE", "HF_TOKEN")}
    return kept | {
        "HF_ENDPOINT": hub.address,
        "HF_HOME": str(folder / "hf"),
        "INTERTASK_CACHE": str(folder / "intertask"),
        "INTERTASK_RETRY_SECONDS": "0.01",
    }


def read_result(output: str) -> dict:
    """What a child process printed last, after the word RESULT."""
    return json.loads(output.rpartition("RESULT")[2])
