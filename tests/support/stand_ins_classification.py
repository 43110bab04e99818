"""Stand-ins of the datasets behind the paper's classification and regression tasks.

Layout, features, label names and splits are those of the hub (``dataset_infos.json`` of the datasets' own repository,
file lists of the hub); the rows are of our own invention. Not known: the files of tasksource/sick, the columns beside
turns and label of oneonlee/cleansed_emocontext.
"""

from collections.abc import Callable
from typing import NamedTuple

from datasets import ClassLabel, Features, Sequence, Value
from stand_in import OTHER, TRAIN, csv_file, parquet, sentence, words

#: Rows of one split: number of the first text, number of rows, whether they have labels.
MakeRows = Callable[[int, int, bool], list[dict]]

TEXT, INT, FLOAT = Value("string"), Value("int32"), Value("float32")


class Config(NamedTuple):
    """One configuration of a dataset."""

    features: dict
    rows: MakeRows
    splits: str = "train validation test"
    unlabelled: str = ""
    path: str = "{config}/{split}-00000-of-00001.parquet"

    def paths(self, config: str) -> dict[str, str]:
        return {split: self.path.format(config=config, split=split) for split in self.splits.split()}

    def files(self, config: str) -> dict[str, bytes]:
        """Texts of different splits and columns are numbered apart, so that none stands twice."""
        made = {}
        for place, (split, path) in enumerate(self.paths(config).items()):
            count = TRAIN if split.startswith("train") else OTHER
            rows = self.rows(100 * place, count, split not in self.unlabelled.split())
            made[path] = parquet(rows, Features(self.features))
        return made


def texts(*columns: str, classes: int, label: str = "label", **more: Callable[[int], object]) -> MakeRows:
    """Rows with a sentence in each column, the classes in turn, and what ``more`` makes of a row's number."""

    def make(first: int, count: int, labelled: bool) -> list[dict]:
        return [
            {column: sentence(1000 * k + first + n) for k, column in enumerate(columns)}
            | {label: n % classes if labelled else -1}
            | {key: value(n) for key, value in more.items()}
            for n in range(count)
        ]

    return make


def number(n: int) -> int:
    return n


def glue(*columns: str, names: str, **keys) -> Config:
    features = dict.fromkeys(columns, TEXT) | {"label": ClassLabel(names=names.split()), "idx": INT}
    return Config(features, texts(*columns, classes=len(names.split()), idx=number), **{"unlabelled": "test"} | keys)


def similarities(first: int, count: int, labelled: bool) -> list[dict]:
    make = texts("sentence1", "sentence2", classes=1, idx=number)
    return [row | {"label": row["idx"] % 11 / 2 if labelled else -1.0} for row in make(first, count, labelled)]


GLUE = {
    "cola": glue("sentence", names="unacceptable acceptable"),
    "mnli": glue(
        *("premise", "hypothesis"),
        names="entailment neutral contradiction",
        splits="train validation_matched validation_mismatched test_matched test_mismatched",
        unlabelled="test_matched test_mismatched",
    ),
    "mrpc": glue("sentence1", "sentence2", names="not_equivalent equivalent", unlabelled=""),
    "qnli": glue("question", "sentence", names="entailment not_entailment"),
    "qqp": glue("question1", "question2", names="not_duplicate duplicate"),
    "rte": glue("sentence1", "sentence2", names="entailment not_entailment"),
    "sst2": glue("sentence", names="negative positive"),
    "stsb": Config({"sentence1": TEXT, "sentence2": TEXT, "label": FLOAT, "idx": INT}, similarities, unlabelled="test"),
}


def answers(first: int, count: int, labelled: bool) -> list[dict]:
    """Two questions to a passage, three answers to a question; some questions have two right ones."""
    rows = []
    for question in range(count * 3 // 4):
        passage = question // 2
        for k in range(3):
            right = k == question % 3 or (question % 4 == 0 and k == (question + 1) % 3)
            rows.append(
                {
                    "paragraph": " ".join(sentence(first + passage + 1000 * n) for n in range(3)),
                    "question": f"What is told of day {first + question}?",
                    "answer": sentence(4000 + 10 * (first + question) + k),
                    "idx": {"paragraph": passage, "question": question, "answer": len(rows)},
                    "label": int(right) if labelled else -1,
                }
            )
    return rows


def queries(first: int, count: int, labelled: bool) -> list[dict]:
    """Make articles with four entities each; the right one occurs in a long and a short form."""
    rows = []
    for n in range(count):
        long, short, *others = _people(first + n)
        passage = (
            f"{long} came to the market. {sentence(first + n)} Then {short} met {others[0]} and left\n@highlight\n"
            f"{others[1]} had waited on day {first + n}\n@highlight\n{short} is back."
        )
        entities = sorted([long, short, *others])
        found = [(entity, passage.index(entity)) for entity in entities]
        rows.append(
            {
                "passage": passage,
                "query": f"At the end of day {first + n} it was @placeholder who came back.",
                "entities": entities,
                "entity_spans": {
                    "text": [entity for entity, _ in found],
                    "start": [start for _, start in found],
                    "end": [start + len(entity) for entity, start in found],
                },
                "answers": [long, short] if labelled else [],
                "idx": {"passage": first + n, "query": first + n},
            }
        )
    return rows


def _people(seed: int) -> list[str]:
    first, last, second, third = words("names", seed, 4)
    return [f"{first} {last}", first, second, third]


def super_glue(rows: MakeRows, names: str = "False True", **features) -> Config:
    label = {"label": ClassLabel(names=names.split())}
    return Config({"idx": INT} | features | label, rows, unlabelled="test")


SUPER_GLUE = {
    "boolq": super_glue(texts("passage", "question", classes=2, idx=number), question=TEXT, passage=TEXT),
    "multirc": super_glue(
        answers,
        paragraph=TEXT,
        question=TEXT,
        answer=TEXT,
        idx={"paragraph": INT, "question": INT, "answer": INT},
    ),
    "record": Config(
        {
            "passage": TEXT,
            "query": TEXT,
            "entities": Sequence(TEXT),
            "entity_spans": Sequence({"text": TEXT, "start": INT, "end": INT}),
            "answers": Sequence(TEXT),
            "idx": {"passage": INT, "query": INT},
        },
        queries,
        unlabelled="test",
    ),
    "wic": super_glue(
        texts(
            *("sentence1", "sentence2"),
            classes=2,
            idx=number,
            word=lambda n: words("verbs", n)[0],
            **dict.fromkeys(("start1", "start2"), number),
            **dict.fromkeys(("end1", "end2"), lambda n: n + 5),
        ),
        **dict.fromkeys(("word", "sentence1", "sentence2"), TEXT),
        **dict.fromkeys(("start1", "start2", "end1", "end2"), INT),
    ),
}


def labelled_text(names: str, **keys) -> Config:
    features = {"text": TEXT, "label": ClassLabel(names=names.split())}
    return Config(features, texts("text", classes=len(names.split())), **keys)


NLI = ClassLabel(names=["entailment", "neutral", "contradiction"])
PAIR = {"premise": TEXT, "hypothesis": TEXT}
#: Where the hub keeps what it converts by itself; such a branch has no card.
CONVERTED = "{config}/{split}/0000.parquet"


def scitail(first: int, count: int, labelled: bool) -> list[dict]:
    rows = texts("sentence1", "sentence2", classes=2, label="gold_label")(first, count, labelled)
    parses = dict.fromkeys(("sentence1_binary_parse", "sentence1_parse", "sentence2_parse"), "")
    names = ("entailment", "neutral")
    return [
        row | parses | {"gold_label": names[row["gold_label"]], "annotator_labels": [names[row["gold_label"]]]}
        for row in rows
    ]


def trec(first: int, count: int, labelled: bool) -> list[dict]:
    rows = texts("text", classes=6, label="coarse_label")(first, count, labelled)
    starts = [next(n for n, name in enumerate(FINE) if name.startswith(f"{coarse}:")) for coarse in COARSE]
    return [row | {"fine_label": starts[row["coarse_label"]]} for row in rows]


def snli(first: int, count: int, labelled: bool) -> list[dict]:
    """Every eighth pair is one on which the annotators did not agree."""
    rows = texts("premise", "hypothesis", classes=3)(first, count, labelled)
    return [row | ({"label": -1} if n % 8 == 7 else {}) for n, row in enumerate(rows)]


COARSE = ["ABBR", "ENTY", "DESC", "HUM", "LOC", "NUM"]
FINE = [
    f"{coarse}:{fine}"
    for coarse, names in {
        "ABBR": "abb exp",
        "ENTY": "animal body color cremat currency dismed event food instru lang letter other plant product religion "
        "sport substance symbol techmeth termeq veh word",
        "DESC": "def desc manner reason",
        "HUM": "gr ind title desc",
        "LOC": "city country mount other state",
        "NUM": "code count date dist money ord other period perc speed temp volsize weight",
    }.items()
    for fine in names.split()
]

_SICK = [f"sentence_{side}_{what}" for what in ("original", "dataset") for side in "AB"]
_SCICITE_SOURCES = ["properNoun", "andPhrase", "acronym", "etAlPhrase", "explicit", "acronymParen", "nan"]

#: Configurations of each repository, by name, or name@revision where the tasks pin one.
DATASETS: dict[str, dict[str, Config]] = {
    "nyu-mll/glue@bcdcba79d07bc864c1c254ccfcedcce55bcc9a8c": GLUE,
    "aps/super_glue@3de24cf8022e94f4ee4b9d55a6f539891524d646": SUPER_GLUE,
    "cornell-movie-review-data/rotten_tomatoes@aa13bc287fa6fcab6daf52f0dfb9994269ffea28": {
        "default": labelled_text("neg pos", path="{split}.parquet")
    },
    "facebook/anli@8e4813d81f46d313dac7892e1c28076917cfcdf9": {
        "plain_text": Config(
            {"uid": TEXT} | PAIR | {"label": NLI, "reason": TEXT},
            texts("premise", "hypothesis", classes=3, uid=str, reason=lambda n: ""),
            splits=" ".join(f"{split}_r{n}" for n in (1, 2, 3) for split in ("train", "dev", "test")),
        )
    },
    "dair-ai/emotion@cab853a1dbdf4c42c2b3ef2173804746df8825fe": {
        "split": labelled_text("sadness joy love anger fear surprise")
    },
    "stanfordnlp/imdb@e6281661ce1c48d982bc483cf8a173c1bbeb5d31": {
        "plain_text": labelled_text("neg pos", splits="train test unsupervised", unlabelled="unsupervised")
    },
    "fancyzhx/yelp_polarity@bbf1c97a1f0cf005e5aded43839fd814654a1557": {
        "plain_text": labelled_text("1 2", splits="train test")
    },
    "stanfordnlp/snli@cdb5c3d5eed6ead6e5a341c8e56e669bb666725b": {
        "plain_text": Config(PAIR | {"label": NLI}, snli, splits="test validation train")
    },
    "allenai/scitail@0cc4353235b289165dfde1c7c5d1be983f99ce44": {
        "snli_format": Config(
            {
                "sentence1_binary_parse": TEXT,
                "sentence1_parse": TEXT,
                "sentence1": TEXT,
                "sentence2_parse": TEXT,
                "sentence2": TEXT,
                "annotator_labels": Sequence(TEXT),
                "gold_label": TEXT,
            },
            scitail,
        )
    },
    "tasksource/sick": {
        "default": Config(
            {"id": TEXT, "sentence_A": TEXT, "sentence_B": TEXT, "label": NLI, "relatedness_score": FLOAT}
            | dict.fromkeys(("entailment_AB", "entailment_BA", *_SICK), TEXT),
            texts(
                *("sentence_A", "sentence_B"),
                classes=3,
                id=str,
                relatedness_score=lambda n: 1 + n % 5,
                **dict.fromkeys(("entailment_AB", "entailment_BA", *_SICK), lambda n: ""),
            ),
            path="data/{split}-00000-of-00001.parquet",
        )
    },
    "CogComp/trec@65752bf53af25bc935a0dce92fb5b6c930728450": {
        "default": Config(
            {"text": TEXT, "coarse_label": ClassLabel(names=COARSE), "fine_label": ClassLabel(names=FINE)},
            trec,
            splits="train test",
            path=CONVERTED,
        )
    },
    "allenai/scicite@f6a02e9afbd45c39b5ee6caf38e110466e36b650": {
        "default": Config(
            {
                "string": TEXT,
                "sectionName": TEXT,
                "label": ClassLabel(names=["method", "background", "result"]),
                "citingPaperId": TEXT,
                "citedPaperId": TEXT,
                "excerpt_index": INT,
                "isKeyCitation": Value("bool"),
                "label2": ClassLabel(names=["supportive", "not_supportive", "cant_determine", "none"]),
                "citeEnd": Value("int64"),
                "citeStart": Value("int64"),
                "source": ClassLabel(names=_SCICITE_SOURCES),
                "label_confidence": FLOAT,
                "label2_confidence": FLOAT,
                "id": TEXT,
            },
            texts(
                "string",
                classes=3,
                **dict.fromkeys(("sectionName", "citingPaperId", "citedPaperId", "id"), str),
                **dict.fromkeys(("excerpt_index", "citeEnd", "citeStart"), number),
                isKeyCitation=lambda n: n % 2 == 0,
                label2=lambda n: 3,
                source=lambda n: n % 7,
                **dict.fromkeys(("label_confidence", "label2_confidence"), lambda n: 1.0),
            ),
            path=CONVERTED,
        )
    },
}

EMO = "oneonlee/cleansed_emocontext"
_EMO_FILES = {"train": "cleansed_train.csv", "validation": "cleansed_dev.csv", "test": "cleansed_test.csv"}


def emo_files() -> dict[str, bytes]:
    """Chats as csv, one of which lost a turn when it was cleaned."""
    make, files = texts("turn1", "turn2", "turn3", classes=4), {}
    for place, (split, path) in enumerate(_EMO_FILES.items()):
        rows = make(100 * place, TRAIN if split == "train" else OTHER, True)
        rows[1]["turn2"] = ""
        files[path] = csv_file(rows)
    return files


def _files_of(key: str) -> Callable[[], dict[str, bytes]]:
    return lambda: {path: data for name, config in DATASETS[key].items() for path, data in config.files(name).items()}


#: Files of each repository, without its card.
REPOSITORIES: dict[str, Callable[[], dict[str, bytes]]] = {key: _files_of(key) for key in DATASETS} | {EMO: emo_files}

#: What the card says: files of each split of each configuration. Converted branches have no card.
CONFIGS: dict[str, dict[str, dict[str, str]]] = {
    key: {name: config.paths(name) for name, config in configs.items()}
    for key, configs in DATASETS.items()
    if all(config.path != CONVERTED for config in configs.values())
} | {EMO: {"default": _EMO_FILES}}
