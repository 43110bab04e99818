"""A small task of each type, that a tiny model can be trained on."""

from intertask.data import Prepared

COLOURS = ["red", "blue", "green", "black"]
THINGS = ["house", "boat", "door", "flag", "coat", "lamp", "chair", "book", "road", "hill", "ship", "tree"]
NOTHING = {"labels": None, "positive_label": None, "max_choices": None}
INFOS = {
    "classification": {"labels": ["warm", "cold"], "metric": "accuracy"},
    "regression": {"metric": "spearman"},
    "multiple_choice": {"max_choices": 3, "metric": "accuracy"},
    "extractive_qa": {"metric": "f1"},
    "tagging": {"labels": ["O", "B-COL"], "metric": "accuracy"},
}


def row(kind: str, i: int, colour: str, thing: str) -> dict:
    text = f"the {colour} {thing} stood alone"
    if kind == "multiple_choice":
        choices = ["a boat on the long grey river", "none"][: 1 + i % 2]
        choices.insert(i % 2, colour)
        return {"context": text, "question": "which colour", "choices": choices, "label": i % 2}
    if kind == "extractive_qa":
        # every fifth without an answer; one context is longer than a window
        context = f"{text} {'by the water ' * 20 if i == 1 else ''}"
        answers, starts = ([colour], [4]) if i % 5 else ([], [])
        return {"id": str(i), "context": context, "question": "which", "answer_texts": answers, "answer_starts": starts}
    if kind == "tagging":
        return {"tokens": text.split(), "tags": [0, 1, 0, 0, 0]}
    label = COLOURS.index(colour) % 2
    return {"text_a": text, "text_b": None, "label": 100.0 + label if kind == "regression" else label}


def small_task(kind: str) -> Prepared:
    """48 rows to train on and 4 to validate on."""
    rows = [row(kind, i, colour, thing) for i, (thing, colour) in enumerate((t, c) for t in THINGS for c in COLOURS)]
    info = {"task": f"my-{kind}", "type": kind, "fingerprint": "0123", **NOTHING, **INFOS[kind]}
    return Prepared(info, rows, [row(kind, i, "red", "wall") for i in range(4)])
