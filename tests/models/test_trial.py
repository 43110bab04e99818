"""A model is tried before a run: its predictions for a row must not depend on the other rows of the batch."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file
from stand_in import sentence
from tiny_models import TINY, small_model
from tokenizers import ByteLevelBPETokenizer
from transformers import (
    AlbertConfig,
    AutoModel,
    AutoTokenizer,
    BartConfig,
    BertConfig,
    DebertaConfig,
    DebertaV2Config,
    DistilBertConfig,
    ElectraConfig,
    GPT2Config,
    GPT2LMHeadModel,
    GPT2TokenizerFast,
    ModernBertConfig,
    MPNetConfig,
    RobertaConfig,
    XLMRobertaConfig,
)

from intertask.config import Model
from intertask.errors import IntertaskError
from intertask.models.base import load_model
from intertask.models.trial import try_model
from intertask.types import TYPES, classification

LONG = {"max_position_embeddings": 514, "type_vocab_size": 1, "pad_token_id": 0}
GPT2 = {"n_embd": 32, "n_layer": 2, "n_head": 2}
BART = {"d_model": 32, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2}
BART |= {"decoder_attention_heads": 2, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "pad_token_id": 0}
ACCEPTED = {
    "albert": (AlbertConfig, TINY | {"embedding_size": 32}),
    "bart": (BartConfig, BART | {"eos_token_id": 102}),
    "bert": (BertConfig, TINY),
    "deberta": (DebertaConfig, TINY),
    "deberta-v2": (DebertaV2Config, TINY),
    "distilbert": (DistilBertConfig, {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64}),
    "electra": (ElectraConfig, TINY | {"embedding_size": 32}),
    "gpt2": (GPT2Config, GPT2 | {"pad_token_id": 0}),
    "roberta": (RobertaConfig, TINY | LONG),
    "xlm-roberta": (XLMRobertaConfig, TINY | LONG),
}
MODERN = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "cls_token_id": 1, "sep_token_id": 2}
REFUSED = {
    "gpt2": (GPT2Config, GPT2, "no padding token in its config.json"),
    "modernbert": (ModernBertConfig, TINY | MODERN, "type 'modernbert' are not supported by the adapters library"),
    "mpnet": (MPNetConfig, TINY, "type 'mpnet' are not supported by the adapters library"),
}


def saved(folder, cls, settings) -> Model:
    tokenizer = AutoTokenizer.from_pretrained(small_model())
    torch.manual_seed(0)
    AutoModel.from_config(cls(vocab_size=len(tokenizer), **settings)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return Model(path=str(folder))


def save_gpt2(folder, pad: str | None) -> Model:
    """As ``openai-community/gpt2``, whose tokenizer has one special token."""
    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(map(sentence, range(200)), vocab_size=500, special_tokens=["<|endoftext|>"])
    GPT2TokenizerFast(*tokenizer.save_model(str(folder)), pad_token=pad).save_pretrained(folder)
    torch.manual_seed(0)
    special = dict.fromkeys(("bos_token_id", "eos_token_id", *(["pad_token_id"] if pad else [])), 0)
    size = tokenizer.get_vocab_size()
    GPT2LMHeadModel(GPT2Config(vocab_size=size, **GPT2, **special)).save_pretrained(folder)
    return Model(path=str(folder))


@pytest.mark.parametrize("name", ACCEPTED)
def test_predictions_do_not_depend_on_the_batch(tmp_path, name):
    assert try_model(saved(tmp_path, *ACCEPTED[name]))["type"] == name


@pytest.mark.parametrize("name", REFUSED)
def test_models_that_cannot_be_trained_are_refused(tmp_path, name):
    cls, settings, message = REFUSED[name]
    with pytest.raises(IntertaskError, match=message):
        try_model(saved(tmp_path, cls, settings))


@pytest.mark.parametrize("pad", [None, "<|endoftext|>"])
def test_gpt2_with_its_own_tokenizer(tmp_path, pad):
    model = save_gpt2(tmp_path, pad)
    if pad is None:
        with pytest.raises(IntertaskError, match="no padding token in its tokenizer"):
            try_model(model)
        return
    assert try_model(model, [name for name in TYPES if name != "multiple_choice"])["type"] == "gpt2"
    with pytest.raises(IntertaskError, match="no head for multiple choice for models of the type 'gpt2'"):
        try_model(model, TYPES)


def test_a_tokenizer_without_a_padding_token_is_refused(tmp_path):
    model = saved(tmp_path, *ACCEPTED["bert"])
    path = tmp_path / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"pad_token": None}))
    with pytest.raises(IntertaskError, match="no padding token in its tokenizer"):
        try_model(model)


def test_a_model_that_takes_padding_for_text_is_refused(tmp_path, monkeypatch):
    model, collator = saved(tmp_path, *ACCEPTED["bert"]), classification.collator

    def without_mask(tokenizer):
        def collate(rows):
            batch = collator(tokenizer)(rows)
            return {**batch, "attention_mask": torch.ones_like(batch["attention_mask"])}

        return collate

    monkeypatch.setattr(classification, "collator", without_mask)
    with pytest.raises(IntertaskError, match="depend on the other rows of its batch"):
        try_model(model)


def test_the_encoder_of_an_encoder_decoder_may_be_a_sentence_encoder(tmp_path):
    model = saved(tmp_path, *ACCEPTED["bart"])
    weights = load_file(tmp_path / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if not name.startswith("decoder.")}
    save_file(kept, tmp_path / "model.safetensors", {"format": "pt"})
    assert try_model(model)["type"] == "bart"
    with pytest.raises(IntertaskError, match=r"lack \S*decoder\."):
        load_model(model)  # as a base model
