"""Stand-ins of the datasets behind the paper's tagging tasks.

Layout, features, label names and splits are those of the hub (``dataset_infos.json`` of the datasets' own repository,
cards and file lists of the hub) and of the published archives; the rows are of our own invention: sentences of twelve
tokens. Not known: the paths in flaitenberger/wnut_17, the names of the files in the Parallel Meaning Bank's archive.
"""

import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterable

from datasets import ClassLabel, Features, Sequence, Value
from stand_in import OTHER, TRAIN, parquet, sentence

TEXTS = Sequence(Value("string"))
#: Index of each split; sentences of different splits are numbered apart, so that none stands twice.
SPLITS = {"train": 0, "validation": 1, "test": 2}

_SIGNS = ['"', "''", "#", "$", "(", ")", ",", ".", ":", "``"]
_PENN = """
    CC CD DT EX FW IN JJ JJR JJS LS MD NN NNP NNPS NNS NN|SYM PDT POS PRP PRP$ RB RBR RBS RP SYM TO UH
    VB VBD VBG VBN VBP VBZ WDT WP WP$ WRB
"""
PENN = _SIGNS + _PENN.split()
#: conll2000's parts of speech: without double quotation marks, list marks and NN|SYM.
PENN_2000 = [tag for tag in PENN if tag not in ('"', "LS", "NN|SYM")]
ENTITIES = ["PER", "ORG", "LOC", "MISC"]
EMERGING = ["corporation", "creative-work", "group", "location", "person", "product"]
CHUNKS = ["ADJP", "ADVP", "CONJP", "INTJ", "LST", "NP", "PP", "PRT", "SBAR", "UCP", "VP"]
_MOVIES = """
    O B-Actor I-Actor B-Plot I-Plot B-Opinion I-Opinion B-Award I-Award B-Year B-Genre B-Origin I-Origin B-Director
    I-Director I-Genre I-Year B-Soundtrack I-Soundtrack B-Relationship I-Relationship B-Character_Name
    I-Character_Name B-Quote I-Quote
"""
#: In the order of mit_movie_trivia's dataset/label.json.
MOVIES = _MOVIES.split()


def tokens(number: int) -> list[str]:
    """A sentence: name, verb, 'the', adjective, thing, 'near', 'the', place, 'on', 'day', number, stop."""
    return [*sentence(number)[:-1].split(), "."]


def bio(types: list[str]) -> list[str]:
    return ["O", *(f"{mark}-{kind}" for kind in types for mark in "BI")]


def spans(types: list[str], n: int) -> list[str]:
    """Adjective and thing are a span, of the types in turn."""
    kind = types[n % len(types)]
    return ["O"] * 3 + [f"B-{kind}", f"I-{kind}"] + ["O"] * 7


def parts_of_speech(names: list[str], n: int) -> list[str]:
    """Give two tokens of each row other tags than the rest, so that all tags occur."""
    own = [names[(2 * n + k) % len(names)] for k in range(2)]
    return ["NNP", "VBD", "DT", *own, "IN", "DT", "NN", "IN", "NN", "CD", "."]


UPOS = ["PROPN", "VERB", "DET", "ADJ", "NOUN", "ADP", "DET", "NOUN", "ADP", "NOUN", "NUM", "PUNCT"]
UPOS_ALSO = ["ADJ", "ADV", "AUX", "CCONJ", "INTJ", "PART", "PRON", "SCONJ", "SYM", "X"]
DEPREL = ["nsubj", "root", "det", "amod", "obj", "case", "det", "obl", "case", "obl", "nummod", "punct"]
DEPREL_ALSO = ["amod", "compound", "nmod:poss", "acl:relcl"]
SEMTAGS = ["PER", "EPS", "DEF", "IST", "CON", "REL", "DEF", "CON", "REL", "CON", "QUC", "NIL"]


def numbers(split: str) -> Iterable[tuple[int, int]]:
    """Number in the split and number of the sentence of each row."""
    return ((n, 100 * SPLITS[split] + n) for n in range(TRAIN if split == "train" else OTHER))


def tag_feature(names: list[str]) -> Sequence:
    return Sequence(ClassLabel(names=names))


def shared_task(path: str, splits: str, **columns: tuple[list[str], Callable[[int], list[str]]]) -> dict[str, bytes]:
    """Files of a dataset with columns of tags: for each, the names of its labels and what makes a row's tags."""
    features = {"id": Value("string"), "tokens": TEXTS} | {
        key: tag_feature(names) for key, (names, _) in columns.items()
    }
    made = {}
    for split in splits.split():
        rows = [
            {"id": str(n), "tokens": tokens(number)}
            | {key: [names.index(tag) for tag in make(n)] for key, (names, make) in columns.items()}
            for n, number in numbers(split)
        ]
        made[path.format(split=split)] = parquet(rows, Features(features))
    return made


def conll2003() -> dict[str, bytes]:
    return shared_task(
        "conll2003/{split}/0000.parquet",
        "train validation test",
        pos_tags=(PENN, lambda n: parts_of_speech(PENN, n)),
        chunk_tags=(bio(CHUNKS), lambda n: spans(CHUNKS, n)),
        ner_tags=(bio(ENTITIES), lambda n: spans(ENTITIES, n)),
    )


def conll2000() -> dict[str, bytes]:
    return shared_task(
        "default/{split}/0000.parquet",
        "train test",
        pos_tags=(PENN_2000, lambda n: parts_of_speech(PENN_2000, n)),
        chunk_tags=(bio(CHUNKS), lambda n: spans(CHUNKS, n)),
    )


WNUT = "data/{split}-00000-of-00001.parquet"


def wnut_17() -> dict[str, bytes]:
    return shared_task(WNUT, "train validation test", ner_tags=(bio(EMERGING), lambda n: spans(EMERGING, n)))


def mit_movie_trivia() -> dict[str, bytes]:
    """One JSON object per line, with tags as numbers; the label names are in a separate file."""
    kinds = sorted({name[2:] for name in MOVIES if name != "O"})
    files = {"dataset/label.json": json.dumps({name: n for n, name in enumerate(MOVIES)}).encode()}
    for split, path in {"train": "train", "validation": "valid", "test": "test"}.items():
        rows = [
            {"tokens": [token.lower() for token in tokens(number)], "tags": [MOVIES.index(t) for t in spans(kinds, n)]}
            for n, number in numbers(split)
        ]
        files[f"dataset/{path}.json"] = "".join(json.dumps(row) + "\n" for row in rows).encode()
    return files


def english_web_treebank() -> dict[str, bytes]:
    """Tags as text; the splits are named as in UD."""
    token = {key: Value("string") for key in ("id", "form", "feats", "misc")}
    node = (
        token
        | {key: Value("string") for key in ("lemma", "upos", "xpos", "deprel", "deps")}
        | {"head": Value("uint16")}
    )
    features = (
        {"sent_id": Value("string"), "text": Value("string"), "comments": TEXTS}
        | dict.fromkeys(("tokens", "lemmas", "upos", "xpos", "feats"), TEXTS)
        | {"head": Sequence(Value("uint16"))}
        | dict.fromkeys(("deprel", "deps", "misc"), TEXTS)
        | {"mwt": [token], "empty_nodes": [node]}
    )
    files = {}
    for split, name in {"train": "train", "validation": "dev", "test": "test"}.items():
        rows = []
        for n, number in numbers(split):
            upos, deprel = list(UPOS), list(DEPREL)
            upos[3], deprel[3] = UPOS_ALSO[n % len(UPOS_ALSO)], DEPREL_ALSO[n % len(DEPREL_ALSO)]
            words = tokens(number)
            rows.append(
                {"sent_id": f"days-{number}", "text": sentence(number), "comments": ["__SENT_ID__", "__TEXT__"]}
                | {"tokens": words, "lemmas": words, "upos": upos, "deprel": deprel, "head": [2] * len(words)}
                | {key: ["_"] * len(words) for key in ("xpos", "feats", "deps", "misc")}
                | {"mwt": [], "empty_nodes": []}
            )
        files[f"parquet/en_ewt/{name}.parquet"] = parquet(rows, Features(features))
    return files


def conll_lines(columns: Iterable[Iterable[str]]) -> str:
    return "".join("\t".join(cells) + "\n" for cells in zip(*columns, strict=True))


def fce_archive() -> bytes:
    """Tokens and c or i, a blank line between sentences; every fourth sentence has an error, in its verb."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for split, name in {"train": "train", "validation": "dev", "test": "test"}.items():
            sentences = []
            for n, number in numbers(split):
                tags = ["c"] * 12
                tags[1] = "i" if n % 4 == 3 else "c"
                sentences.append(conll_lines([tokens(number), tags]))
            _add(tar, f"fce-error-detection/tsv/fce-public.{name}.original.tsv", "\n".join(sentences))
        _add(tar, "fce-error-detection/README.md", "Errors of our own invention.\n")
    return archive.getvalue()


def _add(tar: tarfile.TarFile, name: str, text: str) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(text.encode())
    tar.addfile(info, io.BytesIO(text.encode()))


def pmb_archive() -> bytes:
    """A file for each document: tag, tab, token, no blank lines."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("sem-0.1.0/README", "Tags of sentences of our own invention.\n")
        for split, name in {"train": "silver", "test": "gold"}.items():
            packed.writestr(f"sem-0.1.0/data/{name}/", "")
            for n, number in numbers(split):
                packed.writestr(f"sem-0.1.0/data/{name}/d{n:04d}", conll_lines([SEMTAGS, tokens(number)]))
    return archive.getvalue()


#: Files of each repository, without its card.
REPOSITORIES: dict[str, Callable[[], dict[str, bytes]]] = {
    "eriktks/conll2003@refs/convert/parquet": conll2003,
    "eriktks/conll2000@refs/convert/parquet": conll2000,
    "flaitenberger/wnut_17": wnut_17,
    "tner/mit_movie_trivia@d35f3cd11c9c5c1754ef66bfcbcb6a8e632216a6": mit_movie_trivia,
    "universal-dependencies/universal_dependencies@2.7": english_web_treebank,
}

#: What the card says: files of each split. The others are read as files.
CONFIGS: dict[str, dict[str, dict[str, str]]] = {
    "flaitenberger/wnut_17": {"default": {split: WNUT.format(split=split) for split in SPLITS}}
}

#: Published files.
ADDRESSES: dict[str, Callable[[], bytes]] = {
    "https://s3-eu-west-1.amazonaws.com/ilexir-website-media/fce-error-detection.tar.gz": fce_archive,
    "https://pmb.let.rug.nl/releases/sem-0.1.0.zip": pmb_archive,
}
