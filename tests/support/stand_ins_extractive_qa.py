"""Stand-ins of the datasets behind the paper's extractive question answering tasks.

Layout, features and splits are those of the hub (``dataset_infos.json`` of the datasets' own repository, the cards and
file lists of the hub) and of MultiQA's files; the rows are made up. Each row asks for something that
happened on one day. Each day has one sentence, so an answer that names the day occurs once in its passage.
"""

import gzip
import json
from collections.abc import Callable
from typing import NamedTuple

from datasets import Features, Sequence, Value
from stand_in import OTHER, TRAIN, parquet, sentence, words

#: A dataset's row, from its number in the dataset and in its split.
MakeRow = Callable[[int, int], dict]

TEXT, INT = Value("string"), Value("int32")


class Example(NamedTuple):
    """A question to a passage of three to six sentences, and where its answer begins."""

    passage: str
    sentences: list[str]
    question: str
    answer: str
    start: int

    @property
    def day(self) -> str:
        """The end of the answer, an answer itself: 'day 31'."""
        return self.answer[self.answer.index("day ") :]

    @property
    def answers(self) -> dict[str, list]:
        return {"text": [self.answer], "answer_start": [self.start]}

    @property
    def both(self) -> dict[str, list]:
        """The answer and, inside of it, the day."""
        begin = self.start + len(self.answer) - len(self.day)
        return {"text": [self.answer, self.day], "answer_start": [self.start, begin]}


NOTHING: dict[str, list] = {"text": [], "answer_start": []}


def example(seed: int) -> Example:
    count = 3 + seed % 4
    days = [10 * seed + n for n in range(count)]
    sentences, day = [sentence(n) for n in days], days[seed % count]
    (name,), (thing,), (place,) = (words(kind, day) for kind in ("names", "things", "places"))
    question, answer = [
        (f"Where and when was {name} with the {thing}?", f"near the {place} on day {day}"),
        (f"What did {name} have near the {place}, and when?", f"{thing} near the {place} on day {day}"),
        (f"When was the {thing} near the {place}?", f"day {day}"),
    ][seed % 3]
    before = sum(len(text) + 1 for text in sentences[: seed % count])
    start = before + len(sentence(day)) - len(".") - len(answer)
    return Example(" ".join(sentences), sentences, question, answer, start)


def unanswerable(seed: int) -> str:
    return f"What happened on day {10 * seed + 9}?"


# One function per dataset, each with what its rows become


def squad(seed: int, n: int) -> dict:
    """Every second row has two annotators' answers."""
    it = example(seed)
    given = it.both if n % 2 else it.answers
    return {"id": f"s{seed}", "title": "Days", "context": it.passage, "question": it.question, "answers": given}


def squad_v2(seed: int, n: int) -> dict:
    """Every fourth question has no answer."""
    row = squad(seed, n)
    return row | ({"question": unanswerable(seed), "answers": NOTHING} if n % 4 == 3 else {})


def quoref(seed: int, n: int) -> dict:
    """Every third question has two spans as its answer."""
    row = squad(seed, n % 3 == 1)
    return row | {"url": "https://example.org/days"}


def mrqa(seed: int, n: int) -> dict:
    """Every second row has a second answer, every third one a span that a mark follows; labels include their ends."""
    it = example(seed)
    marks = "[TLE] Days [PAR] "
    given = it.both if n % 2 else it.answers
    starts = [start + len(marks) for start in given["answer_start"]]
    return {
        "context": f"{marks}{it.passage} [DOC] Nothing else.",
        "question": it.question,
        "answers": [*given["text"], "some day"],
        "key": f"k{seed}",
        "labels": [
            {"end": [start + len(text) - 1], "start": [start]}
            for start, text in zip(starts, given["text"], strict=True)
        ],
    }


def drop(seed: int, n: int) -> dict:
    """Of eight answers, one is a number, one a span of another passage, one two spans, one a span and a number."""
    it = example(seed)
    spans, types = {
        2: (["2"], ["number"]),
        3: (["lighthouse keeper"], ["span"]),
        4: (it.both["text"], ["span"] * 2),
        5: ([it.answer, "7"], ["span", "number"]),
    }.get(n % 8, ([it.answer], ["span"]))
    return {
        "section_id": f"d{seed}",
        "query_id": f"q{seed}",
        "passage": it.passage,
        "question": it.question,
        "answers_spans": {"spans": spans, "types": types},
    }


def duorc(seed: int, n: int) -> dict:
    """Of eight questions, one has no answer, one a free-form answer, and one an answer in another case."""
    it = example(seed)
    texts = {2: [], 3: [f"It happened around {it.day}."], 4: [it.answer.upper(), "around then"]}.get(n % 8, [it.answer])
    return {
        "plot_id": f"/m/{seed}",
        "plot": it.passage,
        "title": "Days",
        "question_id": f"q{seed}",
        "question": unanswerable(seed) if n % 8 == 2 else it.question,
        "answers": texts,
        "no_answer": n % 8 == 2,
    }


def duorc_other_plots(seed: int, n: int) -> dict:
    return duorc(seed + 500, n)


def wikihop(seed: int, n: int) -> dict:
    """A sentence is a document; every eighth answer is in none of them."""
    it = example(seed)
    answer = "lighthouse keeper" if n % 8 == 7 else it.answer.lower()
    return {
        "query": f"place_and_day {it.question.lower()}",
        "supports": it.sentences,
        "id": f"WH_{seed}",
        "candidates": sorted([answer, "harbour", "market"]),
        "answer": answer,
    }


class Config(NamedTuple):
    """One configuration of a dataset: features, rows, file of each split."""

    features: dict
    row: MakeRow
    paths: dict[str, str]

    def files(self) -> dict[str, bytes]:
        """Passages of different splits have different days."""
        return {
            path: parquet(rows_of(self.row, place, split), Features(self.features))
            for place, (split, path) in enumerate(self.paths.items())
        }


def rows_of(row: MakeRow, place: int, split: str) -> list[dict]:
    return [row(100 * place + n, n) for n in range(TRAIN if split == "train" else OTHER)]


def paths(pattern: str, splits: str = "train validation") -> dict[str, str]:
    return {split: pattern.format(split=split) for split in splits.split()}


PARTS = "{split}-00000-of-00001.parquet"
SQUAD = {
    "id": TEXT,
    "title": TEXT,
    "context": TEXT,
    "question": TEXT,
    "answers": Sequence({"text": TEXT, "answer_start": INT}),
}
QUOREF = {
    "id": TEXT,
    "question": TEXT,
    "context": TEXT,
    "title": TEXT,
    "url": TEXT,
    "answers": Sequence({"answer_start": INT, "text": TEXT}),
}
MRQA = {
    "context": TEXT,
    "question": TEXT,
    "answers": Sequence(TEXT),
    "key": TEXT,
    "labels": [{"end": Sequence(Value("int64")), "start": Sequence(Value("int64"))}],
}
DROP = {
    "section_id": TEXT,
    "query_id": TEXT,
    "passage": TEXT,
    "question": TEXT,
    "answers_spans": Sequence({"spans": TEXT, "types": TEXT}),
}
DUORC = {
    "plot_id": TEXT,
    "plot": TEXT,
    "title": TEXT,
    "question_id": TEXT,
    "question": TEXT,
    "answers": Sequence(TEXT),
    "no_answer": Value("bool"),
}
WIKIHOP = {"query": TEXT, "supports": Sequence(TEXT), "id": TEXT, "candidates": Sequence(TEXT), "answer": TEXT}

#: Configurations of each repository, by name, or name@revision where the tasks pin one.
DATASETS: dict[str, dict[str, Config]] = {
    "rajpurkar/squad@7b6d24c440a36b6815f21b70d25016731768db1f": {
        "plain_text": Config(SQUAD, squad, paths(f"plain_text/{PARTS}"))
    },
    "rajpurkar/squad_v2@3ffb306f725f7d2ce8394bc1873b24868140c412": {
        "squad_v2": Config(SQUAD, squad_v2, paths(f"squad_v2/{PARTS}"))
    },
    "lucadiliello/newsqa@728e52920b8e4ffcfaad93fa47556f26a1d82546": {
        "default": Config(
            MRQA,
            mrqa,
            {
                "train": "data/train-00000-of-00001-ec54fbe500fc3b5c.parquet",
                "validation": "data/validation-00000-of-00001-3cf888b12fff1dd6.parquet",
            },
        )
    },
    "lucadiliello/hotpotqa@87a889a73da456a0888ab25d6e91aaf2ff6e9976": {
        "default": Config(
            MRQA,
            mrqa,
            {
                "train": "data/train-00000-of-00001-33b40b731cc51408.parquet",
                "validation": "data/validation-00000-of-00001-01498301e5b78982.parquet",
            },
        )
    },
    "ucinlp/drop@95cda593fae71b60b5b19f82de3fcf3298c1239c": {"default": Config(DROP, drop, paths(f"data/{PARTS}"))},
    "ibm-research/duorc@2de12436b8945030c283bf4af83925d60efe10c6": {
        "ParaphraseRC": Config(DUORC, duorc_other_plots, paths(f"ParaphraseRC/{PARTS}", "train validation test")),
        "SelfRC": Config(DUORC, duorc, paths(f"SelfRC/{PARTS}", "train validation test")),
    },
    "MoE-UNC/wikihop": {"default": Config(WIKIHOP, wikihop, paths(f"data/{PARTS}"))},
    "allenai/quoref@41fed5bc359f81c2f28259e6572cd1f9aab26e29": {
        "default": Config(QUOREF, quoref, paths("default/{split}/0000.parquet"))
    },
}


def _files_of(key: str) -> Callable[[], dict[str, bytes]]:
    return lambda: {path: data for config in DATASETS[key].values() for path, data in config.files().items()}


#: Files of each repository, without its card.
REPOSITORIES: dict[str, Callable[[], dict[str, bytes]]] = {key: _files_of(key) for key in DATASETS}

#: What the cards say of files. MRQA's do not say it, the names of the files do; the converted branch has no card.
CONFIGS: dict[str, dict[str, dict[str, str]]] = {
    key: {name: config.paths for name, config in configs.items()}
    for key, configs in DATASETS.items()
    if not key.startswith(("lucadiliello/", "allenai/quoref"))
}


def multiqa(seed: int, n: int) -> dict:
    """A question with its own context, in which MultiQA searched for the answer.

    Of eight answers, one was not found, one was found in other case, one at a wrong offset, one is there twice.
    """
    it = example(seed)
    begin = f"[aug] yes no  [title] Days {seed} [text] "
    start, twice = it.start + len(begin), f" [text] Once more: {it.answer}."
    context = begin + it.passage + twice
    again = {"text": it.answer, "answer_start": len(begin + it.passage + twice) - 1 - len(it.answer)}
    first = {"text": it.answer, "answer_start": start}
    given = {
        2: [],
        3: [first | {"text": it.answer.upper()}],
        4: [first | {"answer_start": start - 1}],
        5: [first, again],
    }
    question = {"id": f"ComplexQuestions_q_{seed}", "question": it.question, "is_impossible": False}
    return {"qas": [question | {"answers": given.get(n % 8, [first])}], "context": context}


def _multiqa_file(place: int, split: str) -> Callable[[], bytes]:
    def make() -> bytes:
        data = {"data": [{"title": "", "paragraphs": rows_of(multiqa, place, split)}]}
        return gzip.compress(json.dumps(data).encode(), mtime=0)

    return make


_MULTIQA = "https://multiqa.s3.amazonaws.com/squad2-0_format_data"

#: Files at published addresses.
ADDRESSES: dict[str, Callable[[], bytes]] = {
    f"{_MULTIQA}/ComplexQuestions_train.json.gz": _multiqa_file(0, "train"),
    f"{_MULTIQA}/ComplexQuestions_dev.json.gz": _multiqa_file(1, "validation"),
}
