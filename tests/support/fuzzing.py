"""Mutate data files, task files, configurations and model folders at random, and try what the programs do with them.

Each input is tried in a forked process with limits of time and memory. It must end with success or with one
``IntertaskError``. What ``intertask.start`` writes must pass the checks of ``snakemake check``, the run must refuse
exactly what these checks refuse, and ``intertask.predict`` must write a row for each row, or nothing.
"""

import contextlib
import copy
import io
import json
import os
import random
import resource
import shutil
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from paths import ROOT

from intertask.config import load_config, load_task
from intertask.config.task_registry import configured_tasks
from intertask.data.first_rows import read_first_rows
from intertask.data.formats import TooLargeError
from intertask.data.prepare import prepare
from intertask.errors import IntertaskError
from intertask.models.remote_code import check_model_files
from intertask.models.weight_files import check_complete
from intertask.start.__main__ import main as start
from intertask.yaml_files import read_yaml

#: Limits of one input.
SECONDS, MEMORY = 20, 3_000_000_000
_TEXT = "the room was clean and the staff was friendly so we will come again next year"
_WORDS = _TEXT.split()
#: Pieces of text that programs read in more than one way.
PIECES = [
    *["\x00", "\ufeff", "\u2028", "\x85", "\r", "\n", "\r\n", '"', "'", ",", ";", "\t", "|", "#", ": ", "- "],
    *["{", "[", "}"],
    *["&a *a", "!!python/object:os.system", "NaN", "Infinity", "-1", "1e400", "9" * 400, "1_000", "0x10", "1:30"],
    *["null", "true", "🚀", "é", "\\ud83d", "%", "$(id)", "`id`", "../../etc", "a" * 5000, "[" * 2000, "text", "label"],
    *["O", "B-X", "answer_start", "\\", "=cmd|' /C calc'!A0", "<script>", "\x1b[31m"],
]


@dataclass(frozen=True)
class Finding:
    """An input that did something else than what is promised.

    Attributes:
        target: Name of the target.
        seed: Seed of the input.
        what: What happened.
    """

    target: str
    seed: int
    what: str


def _rows(random: random.Random) -> list[dict]:
    size = random.choice([1, 2, 12, 40])
    return [
        {"id": n, "text": " ".join(random.sample(_WORDS, 6)) + f" {n}", "label": random.choice("ab"), "score": n / 7}
        for n in range(size)
    ]


def _csv(random: random.Random) -> bytes:
    sign = random.choice(",;\t|")
    lines = [sign.join(map(str, row.values())) for row in _rows(random)]
    return "\n".join([sign.join(["id", "text", "label", "score"]), *lines]).encode()


def _jsonl(random: random.Random) -> bytes:
    return "\n".join(map(json.dumps, _rows(random))).encode()


def _json(random: random.Random) -> bytes:
    return json.dumps(random.choice([_rows(random), {"data": _rows(random)}])).encode()


def _squad(random: random.Random) -> bytes:
    answer = {"text": "clean", "answer_start": 13}
    asked = [{"id": str(n), "question": f"How, {n}?", "answers": [answer]} for n in range(20)]
    return json.dumps({"data": [{"paragraphs": [{"context": "The room was clean.", "qas": asked}]}]}).encode()


def _conll(random: random.Random) -> bytes:
    sentence = "\n".join(f"{word} {random.choice(['O', 'B-X', 'I-X'])}" for word in _WORDS)
    return "\n\n".join([sentence] * 12).encode()


def _choices(random: random.Random) -> bytes:
    lines = [f"Which {n}?,red {n},blue,green,{random.choice('ABC')}" for n in range(30)]
    return "\n".join(["question,A,B,C,answer", *lines]).encode()


DATA = {"x.csv": _csv, "x.tsv": _csv, "x.jsonl": _jsonl, "x.json": _json, "squad.json": _squad, "x.conll": _conll,
        "mc.csv": _choices, "x.txt": _conll}  # fmt: skip


def mutated(content: bytes, random: random.Random) -> bytes:
    """Change a file at some places: bytes are flipped, removed, repeated, replaced or inserted.

    Args:
        content: The file.
        random: The source of randomness.
    """
    for _ in range(random.choice([0, 1, 1, 2, 4, 16])):
        place, length = random.randrange(len(content) + 1), random.choice([1, 2, 8, 64])
        piece = random.choice(PIECES).encode()
        match random.randrange(9):
            case 0:
                content = content[:place] + bytes([random.randrange(256)]) + content[place + 1 :]
            case 1:
                content = content[:place] + content[place + length :]
            case 2:
                content = content[:place] + content[place : place + length] * random.choice([2, 50]) + content[place:]
            case 3:
                content = content[:place] + piece + content[place:]
            case 4:
                lines = content.split(b"\n")
                line = random.randrange(len(lines))
                lines[line : line + 1] = random.choice([[], [lines[line]] * 2, [piece], [lines[line] + piece]])
                content = b"\n".join(lines)
            case 5:
                words = content.split(b'"')
                words[random.randrange(len(words))] = piece
                content = b'"'.join(words)
            case 6:
                content = content[:place]
            case 7:
                content = content.replace(b"\n", b"\r\n")
            case 8:
                text = content.decode("utf-8", "replace")
                content = text.encode(random.choice(["utf-16", "cp1252", "utf-8-sig"]), "replace")
    return content


#: Values that stand where another one is expected.
VALUES = [
    *[
        None,
        True,
        -1,
        0,
        1,
        2**70,
        1.5,
        float("nan"),
        float("inf"),
        "",
        " ",
        "a",
        "text",
        "label",
        "utf-16",
        "\x00",
        "é🚀",
    ],
    *[[], [[]], ["a", "a"], {}, {"a": None}, {"train": []}, [None], "x" * 3000, "../x.csv", "tagging", "f1"],
]


def changed_tree(tree: Any, random: random.Random) -> Any:
    """Change some values or keys in a tree of lists and objects.

    Args:
        tree: The tree, as from YAML or JSON. It is changed in place.
        random: The source of randomness.
    """
    for _ in range(random.choice([1, 1, 2, 4])):
        places = list(_places(tree))
        if not places:
            break
        inside, key = random.choice(places)
        match random.randrange(4):
            case 0 if isinstance(inside, dict):
                del inside[key]
            case 1 if isinstance(inside, dict):
                inside[random.choice(["a", "text", key + "x", ""])] = inside.pop(key)
            case 2:
                inside[key] = [inside[key]] * random.choice([1, 2])
            case _:
                inside[key] = copy.deepcopy(random.choice(VALUES))
    return tree


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each container with each of its keys or positions."""
    if isinstance(tree, dict | list):
        for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield tree, key
            yield from _places(value)


def _changed(content: bytes, random: random.Random) -> bytes:
    """Change a file of JSON or YAML as a tree, or as bytes."""
    if random.random() < 0.3:
        return mutated(content, random)
    return yaml.safe_dump(changed_tree(yaml.safe_load(content), random), allow_unicode=True).encode()


def _data_file(random: random.Random, names: Sequence[str] = tuple(DATA)) -> tuple[str, bytes]:
    """Name and content of a data file that was changed."""
    name = random.choice(names)
    content = DATA[name](random)
    if name.endswith(".json") and random.random() < 0.5:
        content = json.dumps(changed_tree(json.loads(content), random)).encode()
    elif name.endswith(".jsonl") and random.random() < 0.5:
        rows = changed_tree([json.loads(line) for line in content.splitlines()], random)
        content = "\n".join(map(json.dumps, rows)).encode()
    else:
        content = mutated(content, random)
    return name, content


def _fuzz_data(folder: Path, random: random.Random) -> None:
    """``intertask.start`` on a data file; what it writes passes the check and the run."""
    name, content = _data_file(random)
    (folder / name).write_bytes(content)
    for part in ("Snakefile", "config.yaml", "rules", "data"):
        (folder / part).symlink_to(ROOT / part)
    (folder / "tasks").mkdir()
    (folder / "tasks" / "bundled").symlink_to(ROOT / "tasks" / "bundled")
    os.chdir(folder)
    options = random.choice([[], [], ["--type", random.choice(["classification", "regression", "tagging"])]])
    start([name, "--name", "fuzzed", *options])
    try:
        os.chdir("tasks/own")
        task = load_task(Path("fuzzed.yaml"))
        read_first_rows(task)
        prepare(task, 1, folder / "out", {})
    except IntertaskError as error:
        # Problems of whole splits, which start does not check: one class, constant labels, no rows left.
        splits = ("one class only", "is empty", "a correlation with them", "cannot be split", "No question of")
        if not any(word in error.what for word in splits):
            raise AssertionError(f"start wrote a task that is refused: {error}") from error


def _fuzz_task(folder: Path, random: random.Random) -> None:
    """A task file by hand: the check and the run refuse the same."""
    name = random.choice(["x.csv", "x.jsonl", "x.conll"])
    (folder / name).write_bytes(DATA[name](random))
    type_name = "tagging" if name == "x.conll" else random.choice(["classification", "regression"])
    label = "" if name == "x.conll" else f"columns: {{text_a: text, label: {random.choice(['label', 'score'])}}}\n"
    text = f"type: {type_name}\ndata:\n  files:\n    train: {name}\n{label}max_length: 32\non_bad_row: drop\n"
    (folder / "t.yaml").write_bytes(_changed(text.encode(), random))
    os.chdir(folder)
    task = load_task(Path("t.yaml"))
    outcomes = []
    for attempt in (lambda: read_first_rows(task), lambda: prepare(task, 1, folder / "out", {})):
        try:
            attempt()
            outcomes.append("")
        except TooLargeError:
            return
        except IntertaskError as error:
            outcomes.append(error.what)
    if task.data.files is not None and outcomes[0] != outcomes[1]:
        raise AssertionError(f"check says {outcomes[0]!r}, the run says {outcomes[1]!r}")


def _fuzz_config(folder: Path, random: random.Random) -> None:
    """A configuration."""
    names = ["config.yaml", *(f"configs/{path.name}" for path in sorted((ROOT / "configs").glob("*.yaml")))]
    content = (ROOT / random.choice(names)).read_bytes()
    (folder / "config.yaml").write_bytes(_changed(content, random))
    os.chdir(ROOT)
    config = load_config(read_yaml(folder / "config.yaml"), str(folder / "config.yaml"))
    configured_tasks(config)


def _fuzz_model(folder: Path, random: random.Random) -> None:
    """The files of a model folder."""
    sizes = {"model_type": "bert", "hidden_size": 4, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 9}
    tensor = {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}
    header = json.dumps({"bert.encoder.layer.0.output.weight": tensor}).encode()
    files = {
        "config.json": json.dumps(sizes).encode(),
        "tokenizer.json": b'{"model": {}}',
        "tokenizer_config.json": b'{"model_max_length": 512}',
        "model.safetensors": len(header).to_bytes(8, "little") + header + bytes(16),
    }
    if random.random() < 0.5:
        files["config.json"] = json.dumps(changed_tree(sizes, random)).encode()
    if random.random() < 0.5:
        header = json.dumps(changed_tree(json.loads(header), random)).encode()
        files["model.safetensors"] = len(header).to_bytes(8, "little") + header + bytes(16)
    for name, content in files.items():
        (folder / name).write_bytes(mutated(content, random) if random.random() < 0.2 else content)
    check_model_files(str(folder), sentence_encoder=random.random() < 0.3)
    check_complete(folder, "m")


def _fuzz_predict(folder: Path, random: random.Random) -> None:
    """``intertask.predict`` on a data file."""
    from fuzzed_adapters import FITTING, try_predictions  # it needs torch, and the other targets do not

    type_name = random.choice(list(FITTING))
    names = list(DATA) if random.random() < 0.3 else FITTING[type_name]
    try_predictions(folder, type_name, *_data_file(random, names), lambda content: mutated(content, random), random)


def _prepare_predict() -> None:
    from fuzzed_adapters import prepare

    prepare()


#: What is done once before the inputs of a target are tried in forks.
PREPARED: dict[str, Callable[[], None]] = {"predict": _prepare_predict}
TARGETS: dict[str, Callable[[Path, random.Random], None]] = {
    "data": _fuzz_data,
    "task": _fuzz_task,
    "config": _fuzz_config,
    "model": _fuzz_model,
    "predict": _fuzz_predict,
}


def run_one(target: str, seed: int) -> str | None:
    """Try one input in a separate process.

    Args:
        target: Name in :data:`TARGETS`.
        seed: Seed of the input.

    Returns:
        What happened that must not happen; None if all is well.
    """
    PREPARED.get(target, lambda: None)()
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    try:
        child = os.fork()
        if child == 0:
            _in_child(target, seed, folder)
        deadline = time.monotonic() + SECONDS
        while True:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                break
            if time.monotonic() > deadline:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return f"no end within {SECONDS} s"
            time.sleep(0.002)
        if os.WIFSIGNALED(status):
            return f"killed by signal {os.WTERMSIG(status)}"
        return None if os.WEXITSTATUS(status) == 0 else (folder / "what").read_text(encoding="utf-8", errors="replace")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _in_child(target: str, seed: int, folder: Path) -> None:
    """Try an input, write down what must not happen, and end the process."""
    os.setsid()
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    limit = MEMORY + pages * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    what = ""
    try:
        inside = folder / "in"
        inside.mkdir()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            TARGETS[target](inside, random.Random(f"{target} {seed}"))
    except IntertaskError as error:
        if not error.what.strip() or "Traceback" in str(error):
            what = f"an empty message: {error}"
    except BaseException:
        what = traceback.format_exc()
    if what:
        (folder / "what").write_text(what, encoding="utf-8", errors="replace")
    os._exit(1 if what else 0)


def run_many(seed: int, seconds: float, names: list[str] | None = None) -> Iterator[Finding | None]:
    """Try inputs until the time is over, and yield what was found for each.

    Args:
        seed: Seed of the first input.
        seconds: How long to try.
        names: Names of targets; by default all.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for target in names or TARGETS:
            what = run_one(target, seed)
            yield Finding(target, seed, what) if what else None
        seed += 1
