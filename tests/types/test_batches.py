"""Padded batches."""

from types import SimpleNamespace

from intertask.types.batches import forward, pad, pad_inputs, pad_with_labels

TOKENIZER = SimpleNamespace(pad_token_id=7, pad_token_type_id=0)
ENCODINGS = [
    {"input_ids": [1, 2, 3], "attention_mask": [1, 1, 1], "labels": 4},
    {"input_ids": [5], "attention_mask": [1], "labels": 6},
]


def test_pad_fills_up_to_the_longest():
    assert pad([[1, 2, 3], [4], []], -100).tolist() == [[1, 2, 3], [4, -100, -100], [-100, -100, -100]]


def test_inputs_get_their_own_padding():
    batch = pad_inputs(ENCODINGS, TOKENIZER)
    assert {key: values.tolist() for key, values in batch.items()} == {
        "input_ids": [[1, 2, 3], [5, 7, 7]],
        "attention_mask": [[1, 1, 1], [1, 0, 0]],
    }


def test_labels_are_one_number_per_text():
    assert pad_with_labels(ENCODINGS, TOKENIZER)["labels"].tolist() == [4, 6]
    assert "labels" not in pad_with_labels([{"input_ids": [1], "attention_mask": [1]}], TOKENIZER)


def test_the_model_gets_inputs_only():
    assert forward(dict, {"input_ids": 1, "labels": 2}) == {"input_ids": 1, "return_dict": True}
