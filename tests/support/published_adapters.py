"""Adapters as publishers wrote them, in the layouts of several versions of the library."""

from pathlib import Path

import torch

from intertask.config import Model
from intertask.files import write_json
from intertask.models.base import load_model
from intertask.models.published import fetch_source

IDS = torch.tensor([[0, 31, 7, 19, 5, 2], [0, 8, 44, 2, 1, 1]])
MASK = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0]])
#: Configuration of 'pfeiffer' as adapter-transformers 1.1 wrote it.
PFEIFFER = {
    "adapter_residual_before_ln": False,
    "invertible_adapter": {"block_type": "nice", "non_linearity": "relu", "reduction_factor": 2},
    "leave_out": [],
    "ln_after": False,
    "ln_before": False,
    "mh_adapter": False,
    "non_linearity": "relu",
    "original_ln_after": True,
    "original_ln_before": True,
    "output_adapter": True,
    "reduction_factor": 16,
    "residual_before_ln": True,
}
HOULSBY = PFEIFFER | {"mh_adapter": True, "original_ln_before": False, "non_linearity": "swish", "reduction_factor": 8}
GELU = PFEIFFER | {"non_linearity": "gelu"}
#: Head configurations as they were written then, one for each type.
HEADS = {
    "classification": {"num_labels": 2, "layers": 2, "label2id": None},
    "regression": {"head_type": "classification", "num_labels": 1, "layers": 2, "label2id": None},
    "multiple_choice": {"num_choices": 3, "layers": 2, "label2id": None},
    "extractive_qa": {"head_type": "question_answering", "num_labels": 2, "layers": 1, "label2id": None},
    "tagging": {"num_labels": 2, "layers": 1, "label2id": {"O": 0, "B-COL": 1}},
}


def publish(
    folder: Path, base: Model, kind: str, config: dict | None = None, head: dict | None = None, layout="1.1", name="pf"
):
    """Write an adapter with random weights in one of the layouts; returns the publisher's model.

    Layouts: '1.1' and '2.1' of adapter-transformers (the latter after loading one of the former), 'today'.
    """
    config = config or PFEIFFER
    model = load_model(base)
    new_names = {"gelu": "gelu_new"}  # the same function, which was called otherwise
    head = {"head_type": kind, "activation_function": "tanh", **(head or HEADS[kind])}
    torch.manual_seed(7)
    own = {key: value for key, value in config.items() if key != "invertible_adapter"}
    own["non_linearity"] = new_names.get(own["non_linearity"], own["non_linearity"])
    model.add_adapter(name, config=own)
    own_head = head | {"activation_function": new_names.get(head["activation_function"], head["activation_function"])}
    model.add_prediction_head_from_config(name, own_head)
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if f".{name}." in key:
                parameter.copy_(torch.randn_like(parameter) * 0.3)
    model.set_active_adapters(name)
    folder.mkdir(parents=True)
    if layout == "today":
        model.save_adapter(str(folder), name, with_head=True, use_safetensors=True)
        return model.eval()
    state = model.state_dict()

    def old_name(key: str) -> str:
        if layout == "2.1":
            return key
        key = key.replace("attention.output.adapters.", "attention.output.attention_text_task_adapters.")
        return key.replace(".output.adapters.", ".output.layer_text_task_adapters.")

    heads = {key: value for key, value in state.items() if key.startswith(f"heads.{name}.")}
    weights = {old_name(key): value for key, value in state.items() if f".{name}." in key and key not in heads}
    torch.save(weights, folder / "pytorch_adapter.bin")
    torch.save(heads, folder / "pytorch_model_head.bin", _use_new_zipfile_serialization=layout != "1.1")
    about = {
        "hidden_size": model.config.hidden_size,
        "model_class": type(model).__name__.replace("AdapterModel", "ModelWithHeads"),
        "model_name": f"{model.config.model_type}-base",
        "model_type": model.config.model_type,
        "name": name,
    }
    kind_of_adapter = {"type": "text_task"} if layout == "1.1" else {}
    write_json(folder / "adapter_config.json", {"config": config, **about, **kind_of_adapter})
    write_json(folder / "head_config.json", {"config": head, **about})
    return model.eval()


def fetched(folder: Path, base: Model, info: dict, out: Path, **published) -> dict:
    """Fetch, and write metrics.json."""
    origin = {"repository": str(folder), "revision": None, "required": True} | published
    recipe = {"adapter": "seq_bn", "model": {"path": base.path, "revision": None}, "published": origin}
    metrics = fetch_source(recipe, info, base, "0abc", out)
    write_json(out / "metrics.json", metrics)
    return metrics


def outputs(model, hidden: bool = False) -> list[torch.Tensor]:
    """The last layer, or what the active head says; four texts, or one with... as many choices as the head has."""
    with torch.no_grad():
        if hidden:
            return [model.base_model(IDS, attention_mask=MASK).last_hidden_state]
        batch = (IDS.repeat(6, 1), MASK.repeat(6, 1))  # divisible by 2 and 3 choices
        result = model(batch[0], attention_mask=batch[1], return_dict=True)
    return [value for key, value in result.items() if key.endswith("logits")]


def same(a, b) -> bool:
    return len(a) == len(b) > 0 and all(torch.equal(x, y) for x, y in zip(a, b, strict=True))
