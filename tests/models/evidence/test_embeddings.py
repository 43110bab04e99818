"""Text embeddings against plain second computations."""

import numpy as np
import pytest
import torch

from intertask.config import Model
from intertask.models.base import load_model, load_tokenizer
from intertask.models.evidence.embeddings import embed_task, windows


@pytest.fixture
def recipe(tiny_model):
    return {
        "kind": "base",
        "model": tiny_model.model_dump(),
        "max_examples": 100,
        "batch_size": 3,
        "max_length": 32,
        "max_windows": 4,
        "seed": 1,
    }


ROWS = [
    {"text_a": "a short one", "text_b": None, "label": 0},
    {"text_a": "the second text is somewhat longer than the first", "text_b": None, "label": 1},
    {"text_a": "third", "text_b": None, "label": 0},
    {"text_a": "and a fourth text to fill another batch", "text_b": None, "label": 1},
]


def test_masked_mean_is_the_mean_over_one_text_alone(tiny_model, recipe):
    found = embed_task(ROWS, "classification", recipe)
    tokenizer, network = load_tokenizer(tiny_model), load_model(tiny_model).eval()
    for row, vector in zip(ROWS, found["embeddings"], strict=True):
        with torch.no_grad():
            hidden = network.base_model(**tokenizer(row["text_a"], return_tensors="pt")).last_hidden_state[0]
        np.testing.assert_allclose(vector, hidden.mean(0).numpy(), atol=1e-5)
    np.testing.assert_allclose(found["mean"], found["embeddings"].astype(float).mean(0), rtol=1e-5)
    assert found["mean"].dtype == np.float64


def test_single_texts_and_pairs_in_one_task(recipe):
    """Each has the vector that it has alone, whatever is in its batch."""
    rows = [{**row, "text_b": "a second text" if i % 2 else None} for i, row in enumerate(ROWS)]
    found = embed_task(rows, "classification", recipe)["embeddings"]
    alone = [embed_task([row], "classification", recipe)["embeddings"][0] for row in rows]
    np.testing.assert_allclose(found, alone, atol=1e-5)


def test_sentence_encoder_is_sentence_transformers_own():
    """Also for empty texts, texts that just fit and texts that are cut, alone and in pairs."""
    from sentence_transformers import SentenceTransformer

    from intertask.models.base import locate

    model = Model(path="bundled")
    recipe = {"kind": "sentence", "model": model.model_dump(), "max_examples": 100, "batch_size": 2}
    recipe |= {"max_length": 64, "max_windows": 1, "seed": 1}
    lengths = (0, 1, 60, 61, 62, 63, 64, 200)
    texts = ["word " * n for n in lengths]
    rows = [*ROWS, *({"text_a": text, "text_b": None, "label": 0} for text in texts)]
    pairs = [{"text_a": "the first", "text_b": text, "label": 0} for text in texts]
    encoder = SentenceTransformer(locate(model))
    encoder.max_seq_length = 64
    for given in (rows, pairs):
        found = embed_task(given, "classification", recipe)
        expected = encoder.encode([" ".join(filter(None, (row["text_a"], row["text_b"]))) for row in given])
        np.testing.assert_allclose(found["embeddings"], expected, atol=1e-5)
        assert "token_ids" not in found


@pytest.mark.parametrize(("second", "joined"), [(False, False), (True, False), (True, True)])
def test_a_text_that_just_fits_is_not_cut(tiny_model, second, joined):
    tokenizer = load_tokenizer(tiny_model)
    reserve = tokenizer.num_special_tokens_to_add(pair=second and not joined) + second
    word = next(iter(sorted(token for token in tokenizer.vocab if token.isalpha() and len(token) == 1)))
    for count, pieces in ((32 - reserve, 1), (33 - reserve, 2)):
        text = " ".join([word] * count)
        pair = (word, text) if second else (text, None)
        assert len(tokenizer(text, add_special_tokens=False)["input_ids"]) == count
        assert len(windows([[pair]], tokenizer, 32, 9, joined)[0]) == pieces


def test_token_ids_are_all_sub_words(tiny_model, recipe):
    tokenizer = load_tokenizer(tiny_model)
    found = embed_task(ROWS, "classification", recipe)["token_ids"]
    expected = [i for row in ROWS for i in tokenizer(row["text_a"], add_special_tokens=False)["input_ids"]]
    assert sorted(found) == sorted(expected)
    other = embed_task(ROWS, "classification", {**recipe, "seed": 2})["token_ids"]
    assert sorted(other) == sorted(found)
    assert list(other) != list(found)


def test_subset_is_seeded(recipe):
    rows = [{"text_a": f"text number {i}", "text_b": None, "label": i % 2} for i in range(40)]
    small = {**recipe, "max_examples": 10}
    first, again = (embed_task(rows, "classification", small)["embeddings"] for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert len(first) == 10
    assert not np.array_equal(first, embed_task(rows, "classification", {**small, "seed": 2})["embeddings"])


def test_windows_cover_a_long_text(tiny_model):
    tokenizer = load_tokenizer(tiny_model)
    words = [f"w{i}" for i in range(300)]
    pieces, owners = windows([[("a question", " ".join(words))]], tokenizer, 32, 1000)
    assert set(owners) == {0}
    joined = "".join(text.replace(" ", "") for _, text in pieces)
    assert joined == "".join(words)
    assert all(len(tokenizer(*pair)["input_ids"]) <= 32 for pair in pieces)


def test_windows_are_limited_and_spread(tiny_model):
    tokenizer = load_tokenizer(tiny_model)
    text = " ".join(f"w{i}" for i in range(300))
    pieces, _ = windows([[(text, None)]], tokenizer, 32, 3)
    assert len(pieces) == 3
    assert pieces[0][0].startswith("w0")
    assert pieces[-1][0].endswith("w299")


def test_an_example_is_the_mean_of_its_choices(recipe):
    """However many choices an example has, it counts once in the mean over examples."""
    two = {"context": "it rained", "question": "so", "choices": ["he got wet", "he flew"], "label": 0}
    one = {"context": "the sun", "question": "", "choices": ["she slept"], "label": 0}
    found = embed_task([two, one], "multiple_choice", recipe)["embeddings"]
    single = [
        embed_task([{**two, "choices": [choice]}], "multiple_choice", recipe)["mean"] for choice in two["choices"]
    ]
    np.testing.assert_allclose(found[0], np.mean(single, axis=0), atol=1e-5)
    np.testing.assert_allclose(found[1], embed_task([one], "multiple_choice", recipe)["mean"], atol=1e-5)


def test_long_and_empty_texts(recipe):
    rows = [{"text_a": "word " * 500, "text_b": None, "label": 0}, {"text_a": "", "text_b": "x", "label": 1}]
    found = embed_task(rows[:1], "classification", recipe)["embeddings"]
    assert found.shape == (1, 32)
    assert np.isfinite(found).all()
    assert np.isfinite(embed_task(rows[1:], "classification", recipe)["embeddings"]).all()
