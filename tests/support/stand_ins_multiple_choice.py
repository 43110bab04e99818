"""Stand-ins of the datasets behind the paper's multiple-choice tasks.

Layout, features, label names and splits are those of the hub (``dataset_infos.json`` of the datasets' own repository,
cards and file lists of the hub); the rows are made up. Each asks for the thing that a sentence mentions, so the
right choice is the one that occurs in it. Not known: the order of balanced-copa's columns.
"""

from collections.abc import Callable
from typing import NamedTuple

from datasets import ClassLabel, Features, Sequence, Value
from stand_in import OTHER, TRAIN, csv_file, parquet, sentence, words

TEXT, INT, TEXTS = Value("string"), Value("int32"), Sequence(Value("string"))
LETTERS = "ABCDE"
#: Where the hub keeps what it converts by itself; such a branch has no card.
CONVERTED = "{config}/{split}/0000.parquet"


class Item(NamedTuple):
    """A sentence, a place that it names, things of which it tells of one, and that one's index."""

    day: int
    sentence: str
    place: str
    things: list[str]
    right: int

    @property
    def question(self) -> str:
        return f"What was near the {self.place} on day {self.day}?"

    @property
    def answers(self) -> list[str]:
        return [f"The {thing} was." for thing in self.things]


def item(day: int, n: int, count: int) -> Item:
    """``n`` decides which of ``count`` choices is the right one."""
    thing, *others = words("things", day, count)  # the first one is the sentence's
    right = n % count
    return Item(day, sentence(day), words("places", day)[0], [*others[:right], thing, *others[right:]], right)


# One function per dataset: a row, from its number in the dataset and in its split, and whether it has a label


def commonsense_qa(day: int, n: int, labelled: bool) -> dict:
    it = item(day, n, 5)
    return {
        "id": f"q{day}",
        "question": f"{it.sentence} {it.question}",
        "question_concept": it.place,
        "choices": {"label": list(LETTERS), "text": it.things},
        "answerKey": LETTERS[it.right] if labelled else "",
    }


def copa(day: int, n: int, labelled: bool) -> dict:
    """Labels of SuperGLUE's test split are hidden; those of Balanced COPA are not."""
    it = item(day, n // 2, 2)
    return {
        "premise": it.sentence,
        "choice1": it.answers[0],
        "choice2": it.answers[1],
        "question": ("cause", "effect")[n % 2],
        "label": it.right if labelled else -1,
    }


def super_glue_copa(day: int, n: int, labelled: bool) -> dict:
    return copa(day, n, labelled) | {"idx": n}


def quail(day: int, n: int, labelled: bool) -> dict:
    it = item(day, n, 4)
    return {
        "id": f"{day}_0",
        "context_id": str(day),
        "question_id": "0",
        "domain": "fiction",
        "metadata": {"author": "", "title": "Days", "url": ""},
        "context": it.sentence,
        "question": it.question,
        "question_type": "Factual",
        "answers": it.answers,
        "correct_answer_id": it.right,
    }


def art(day: int, n: int, labelled: bool) -> dict:
    """Labels are 1 and 2, of the names 0, 1 and 2."""
    it = item(day, n, 2)
    return {
        "observation_1": it.sentence,
        "observation_2": f"All was well at the {it.place}.",
        "hypothesis_1": f"Somebody asked for the {it.things[0]}.",
        "hypothesis_2": f"Somebody asked for the {it.things[1]}.",
        "label": it.right + 1,
    }


def cosmos_qa(day: int, n: int, labelled: bool) -> dict:
    it = item(day, n, 4)
    return (
        {"id": f"c{day}", "context": it.sentence, "question": it.question}
        | {f"answer{k}": answer for k, answer in enumerate(it.answers)}
        | {"label": it.right if labelled else -1}
    )


def hellaswag(day: int, n: int, labelled: bool) -> dict:
    """Every second row has no beginning of the ending; labels are text."""
    it = item(day, n, 4)
    begun = "then they" if n % 2 else ""
    return {
        "ind": day,
        "activity_label": "Days",
        "ctx_a": it.sentence,
        "ctx_b": begun,
        "ctx": f"{it.sentence} {begun}".strip(),
        "endings": [f"look at the {thing} again." for thing in it.things],
        "source_id": f"day~{day}",
        "split": "train",
        "split_type": "indomain",
        "label": str(it.right) if labelled else "",
    }


def quartz(day: int, n: int, labelled: bool) -> dict:
    """Every second question has a gap."""
    it = item(day, n // 2, 2)
    return {
        "id": f"QRQA-{day}",
        "question": f"On day {day} what was near the {it.place} was the _____ ." if n % 2 else it.question,
        "choices": {"text": it.things, "label": ["A", "B"]},
        "answerKey": LETTERS[it.right],
        "para": it.sentence,
        "para_id": f"QRSent-{day}",
        "para_anno": dict.fromkeys(QUARTZ_PARA, ""),
        "question_anno": dict.fromkeys(QUARTZ_QUESTION, ""),
    }


QUARTZ_PARA = ["effect_prop", "cause_dir_str", "effect_dir_str", "cause_dir_sign", "effect_dir_sign", "cause_prop"]
QUARTZ_QUESTION = [
    *("more_effect_dir", "less_effect_dir", "less_cause_prop"),
    *("more_effect_prop", "less_effect_prop", "less_cause_dir"),
]


def race(day: int, n: int, labelled: bool) -> dict:
    """Every third question has a gap."""
    it = item(day, n, 4)
    return {
        "example_id": f"high{day}.txt",
        "article": it.sentence,
        "answer": LETTERS[it.right],
        "question": f"Near the {it.place} was the  _  ." if n % 3 == 2 else it.question,
        "options": it.things,
    }


def social_i_qa(day: int, n: int, labelled: bool) -> dict:
    """Labels count from 1, as text."""
    it = item(day, n, 3)
    return (
        {"context": it.sentence, "question": it.question}
        | {f"answer{letter}": answer for letter, answer in zip("ABC", it.answers, strict=True)}
        | {"label": str(it.right + 1)}
    )


def swag(day: int, n: int, labelled: bool) -> dict:
    it = item(day, n, 4)
    return (
        {"video-id": f"day_{day}", "fold-ind": str(day), "startphrase": f"{it.sentence} They"}
        | {"sent1": it.sentence, "sent2": "They", "gold-source": "gold"}
        | {f"ending{k}": f"look at the {thing} again." for k, thing in enumerate(it.things)}
        | {"label": it.right if labelled else -1}
    )


def winogrande(day: int, n: int, labelled: bool) -> dict:
    it = item(day, n, 2)
    return {
        "sentence": f"{it.sentence} On the next day the _ was not there any more.",
        "option1": it.things[0],
        "option2": it.things[1],
        "answer": str(it.right + 1) if labelled else "",
    }


class Source(NamedTuple):
    """A dataset with one configuration."""

    row: Callable[[int, int, bool], dict]
    features: dict
    config: str = "default"
    splits: str = "train validation test"
    unlabelled: str = "test"
    path: str = "data/{split}-00000-of-00001.parquet"

    def paths(self) -> dict[str, str]:
        return {split: self.path.format(config=self.config, split=split) for split in self.splits.split()}

    def files(self) -> dict[str, bytes]:
        """Days of different splits are numbered apart, so that no text stands twice."""
        made = {}
        for place, (split, path) in enumerate(self.paths().items()):
            count = TRAIN if split == "train" else OTHER
            rows = [self.row(100 * place + n, n, split not in self.unlabelled.split()) for n in range(count)]
            made[path] = parquet(rows, Features(self.features))
        return made


BY_CONFIG = "{config}/{split}-00000-of-00001.parquet"
COPA = "pkavumba/balanced-copa@813bd03cd6e07d9bd8d7333896ad5d40abb95ea9"
SUPER_GLUE = "aps/super_glue@3de24cf8022e94f4ee4b9d55a6f539891524d646"

#: Each dataset by name, or name@revision where the tasks pin one.
SOURCES: dict[str, Source] = {
    "tau/commonsense_qa@94630fe30dad47192a8546eb75f094926d47e155": Source(
        commonsense_qa,
        {
            "id": TEXT,
            "question": TEXT,
            "question_concept": TEXT,
            "choices": Sequence({"label": TEXT, "text": TEXT}),
            "answerKey": TEXT,
        },
    ),
    "textmachinelab/quail@refs/convert/parquet": Source(
        quail,
        dict.fromkeys(("id", "context_id", "question_id", "domain"), TEXT)
        | {"metadata": {"author": TEXT, "title": TEXT, "url": TEXT}}
        | dict.fromkeys(("context", "question", "question_type"), TEXT)
        | {"answers": TEXTS, "correct_answer_id": INT},
        config="quail",
        splits="train validation challenge",
        path=CONVERTED,
    ),
    "allenai/art": Source(
        art,
        dict.fromkeys(("observation_1", "observation_2", "hypothesis_1", "hypothesis_2"), TEXT)
        | {"label": ClassLabel(names=["0", "1", "2"])},
        config="anli",
        splits="train validation",
        path=BY_CONFIG,
    ),
    "allenai/cosmos_qa@ed50fe83db62b355759053b1cd5eef344ee371e0": Source(
        cosmos_qa,
        dict.fromkeys(("id", "context", "question", *(f"answer{k}" for k in range(4))), TEXT) | {"label": INT},
        path=CONVERTED,
    ),
    "Rowan/hellaswag@218ec52e09a7e7462a5400043bb9a69a41d06b76": Source(
        hellaswag,
        {"ind": INT}
        | dict.fromkeys(("activity_label", "ctx_a", "ctx_b", "ctx"), TEXT)
        | {"endings": TEXTS}
        | dict.fromkeys(("source_id", "split", "split_type", "label"), TEXT),
    ),
    "allenai/quartz@28c1dbb56caf81799296cb17892fa73402e23464": Source(
        quartz,
        {
            "id": TEXT,
            "question": TEXT,
            "choices": Sequence({"text": TEXT, "label": TEXT}),
            "answerKey": TEXT,
            "para": TEXT,
            "para_id": TEXT,
            "para_anno": dict.fromkeys(QUARTZ_PARA, TEXT),
            "question_anno": dict.fromkeys(QUARTZ_QUESTION, TEXT),
        },
        unlabelled="",
    ),
    "ehovy/race@2fec9fd81f1dc971569a9b729c43f2f0e6436637": Source(
        race,
        dict.fromkeys(("example_id", "article", "answer", "question"), TEXT) | {"options": TEXTS},
        config="all",
        splits="test train validation",
        unlabelled="",
        path=BY_CONFIG,
    ),
    "allenai/social_i_qa@537a2ec8ec565adc0b70b70752893e59e024df26": Source(
        social_i_qa,
        dict.fromkeys(("context", "question", "answerA", "answerB", "answerC", "label"), TEXT),
        splits="train validation",
        path=CONVERTED,
    ),
    "allenai/swag@dc48148372b3853a9c7bae7bb06c161b46d8364a": Source(
        swag,
        dict.fromkeys(("video-id", "fold-ind", "startphrase", "sent1", "sent2", "gold-source"), TEXT)
        | {f"ending{k}": TEXT for k in range(4)}
        | {"label": ClassLabel(names=["0", "1", "2", "3"])},
        config="regular",
        path=BY_CONFIG,
    ),
    "allenai/winogrande@01e74176c63542e6b0bcb004dcdea22d94fb67b5": Source(
        winogrande,
        dict.fromkeys(("sentence", "option1", "option2", "answer"), TEXT),
        config="winogrande_xl",
        splits="train test validation",
        path=BY_CONFIG,
    ),
    SUPER_GLUE: Source(
        super_glue_copa,
        dict.fromkeys(("premise", "choice1", "choice2", "question"), TEXT)
        | {"idx": INT, "label": ClassLabel(names=["choice1", "choice2"])},
        config="copa",
        path=BY_CONFIG,
    ),
}


def copa_files() -> dict[str, bytes]:
    """Make two csv files. Each row of train is repeated with another premise, for which the other choice is right."""
    files = {}
    for place, (path, count) in enumerate({"train.csv": TRAIN, "test.csv": OTHER}.items()):
        rows = []
        for n in range(count):
            row = {"id": 500 * place + n + 1} | copa(100 * place + n, n, True) | {"mirrored": False}
            rows.append(row)
            if path == "train.csv":
                other = {
                    "id": row["id"] + 1000,
                    "premise": sentence(900 + n),
                    "label": 1 - row["label"],
                    "mirrored": True,
                }
                rows.append(row | other)
        files[path] = csv_file(rows)
    return files


#: Files of each repository, without its card.
REPOSITORIES: dict[str, Callable[[], dict[str, bytes]]] = {key: source.files for key, source in SOURCES.items()} | {
    COPA: copa_files
}

#: What the card says: files of each split. Converted branches have no card, and balanced-copa's names no files.
CONFIGS: dict[str, dict[str, dict[str, str]]] = {
    key: {source.config: source.paths()} for key, source in SOURCES.items() if source.path != CONVERTED
}
