import pytest

from intertask.types.spans import is_span_scheme, unknown_scheme


@pytest.mark.parametrize(
    "labels",
    [
        ["O", "B-PER", "I-PER"],
        ["B-NP", "I-NP"],
        ["O", "I-Entity"],
        ["O", "B-creative-work", "E-creative-work", "S-x"],
        ["B", "I", "O"],
    ],
)
def test_spans(labels):
    assert is_span_scheme(labels)


@pytest.mark.parametrize(
    "labels",
    [["NOUN", "VERB", "X"], ["c", "i"], ["O"], ["B", "I"], ["IN", "DT", "O"], ["O", "B-PER", "PER"], [], ["", "B-X"]],
)
def test_no_spans(labels):
    assert not is_span_scheme(labels)


@pytest.mark.parametrize(
    ("labels", "scheme"),
    [
        (["O", "B-X", "I-X", "L-X", "U-X"], "BILOU"),
        (["B-X", "M-X", "E-X", "S-X"], "BMES"),
        (["O", "X-B", "X-I"], "X-B, X-I"),
        (["O", "B-X", "I-X"], None),
        (["O", "I-X"], None),
        (["NOUN", "VERB"], None),
        (["O"], None),
    ],
)
def test_schemes_that_are_not_read(labels, scheme):
    assert unknown_scheme(labels) == scheme
