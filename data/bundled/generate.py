"""Write the files of the bundled suite: ``python data/bundled/generate.py [folder]``.

The same code writes the same bytes. The files have different formats on purpose, those that users' data often has.
"""

import csv
import gzip
import io
import json
import sys
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import scenes
from reviews import review, reviewed_things

from intertask.files import atomic, canonical_json

SOURCE_ROWS, TARGET_ROWS = 700, 96
SOURCE_CHECK, TARGET_CHECK = 120, 240


def distinct(draw: Callable[[], Any], key: Callable[[Any], Hashable] = canonical_json) -> Iterator[Any]:
    """Draws, each once."""
    seen = set()
    while True:
        row = draw()
        if (mark := key(row)) not in seen:
            seen.add(mark)
            yield row


def splits(draw: Callable[[], Any], train: int, validation: int) -> tuple[list, list]:
    """Rows of train and validation; no row is in both."""
    rows = distinct(draw)
    return [next(rows) for _ in range(train)], [next(rows) for _ in range(validation)]


def write(path: Path, data: str | bytes) -> None:
    with atomic(path) as temporary:
        temporary.write_bytes(data.encode() if isinstance(data, str) else data)


def as_csv(rows: list[dict]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def as_tsv(rows: list[dict]) -> str:
    lines = [list(rows[0]), *(map(str, row.values()) for row in rows)]
    return "".join("\t".join(line) + "\n" for line in lines)


def as_jsonl(rows: list[dict]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def as_gzip(text: str) -> bytes:
    return gzip.compress(text.encode(), mtime=0)


def as_conll(sentences: list) -> str:
    return "".join("".join(f"{word} {tag}\n" for word, tag in tagged) + "\n" for tagged in sentences)


def as_squad(rows: list[dict], title: str) -> str:
    paragraphs: dict[str, list] = {}
    for number, row in enumerate(rows):
        answers = (
            [{"text": row["answer"], "answer_start": row["context"].index(row["answer"])}] if row["answer"] else []
        )
        entry = {
            "id": f"{title}-{number}",
            "question": row["question"],
            "answers": answers,
            "is_impossible": not answers,
        }
        paragraphs.setdefault(row["context"], []).append(entry)
    data = [{"title": title, "paragraphs": [{"context": context, "qas": qas} for context, qas in paragraphs.items()]}]
    return json.dumps({"version": "2.0", "data": data}, indent=1) + "\n"


def sentiment(rng: Random, domain: str) -> dict:
    good = rng.random() < 0.5
    return {"review": review(rng, domain, good), "opinion": "positive" if good else "negative"}


def alike(rng: Random) -> dict:
    row = scenes.same_topic(rng)
    return {**row, "same": "same" if row["same"] else "different"}


def with_choice_columns(row: dict) -> dict:
    choices = {f"choice{i}": choice for i, choice in enumerate(row["choices"])}
    return {"beginning": row["beginning"], **choices, "answer": row["answer"]}


def about(rng: Random) -> dict:
    name = rng.choice(sorted(scenes.TOPICS))
    return {"sentence": scenes.topic(rng, name), "topic": sorted(scenes.TOPICS).index(name)}


def generate(folder: Path) -> None:
    """Write every file of the suite into ``folder``."""

    def rng(name: str) -> Random:
        return Random(f"intertask {name}")

    # sources
    r = rng("phone_reviews")
    train, check = splits(lambda: sentiment(r, "phone"), SOURCE_ROWS, SOURCE_CHECK)
    write(folder / "phone_reviews.train.csv", as_csv(train))
    write(folder / "phone_reviews.validation.csv", as_csv(check))

    r = rng("topics")
    train, _ = splits(lambda: about(r), SOURCE_ROWS + SOURCE_CHECK, 0)
    write(folder / "topics.tsv", as_tsv(train))  # no validation file

    r = rng("same_topic")
    train, check = splits(lambda: alike(r), SOURCE_ROWS, SOURCE_CHECK)
    write(folder / "same_topic.train.jsonl", as_jsonl(train))
    write(folder / "same_topic.validation.jsonl", as_jsonl(check))

    r = rng("same_scene")
    train, check = splits(lambda: scenes.same_scene(r), SOURCE_ROWS, SOURCE_CHECK)
    write(folder / "same_scene.train.csv.gz", as_gzip(as_csv(train)))
    write(folder / "same_scene.validation.csv.gz", as_gzip(as_csv(check)))

    r = rng("endings")
    train, check = splits(lambda: scenes.ending(r, scenes.TOPICS), SOURCE_ROWS // 2, SOURCE_CHECK)
    write(folder / "endings.train.jsonl.gz", as_gzip(as_jsonl([with_choice_columns(row) for row in train])))
    write(folder / "endings.validation.jsonl.gz", as_gzip(as_jsonl([with_choice_columns(row) for row in check])))

    r = rng("journeys")
    train, check = splits(lambda: scenes.journey(r), SOURCE_ROWS, SOURCE_CHECK)
    write(folder / "journeys.train.json", as_squad(train, "journeys"))
    write(folder / "journeys.validation.json", as_squad(check, "more journeys"))

    r = rng("letters")
    train, check = splits(lambda: scenes.letter(r), SOURCE_ROWS, SOURCE_CHECK)
    write(folder / "letters.train.conll", as_conll(train))
    write(folder / "letters.validation.conll", as_conll(check))

    r = rng("hotel_words")
    train, check = splits(lambda: reviewed_things(r, "hotel"), SOURCE_ROWS, SOURCE_CHECK)
    for name, part in (("train", train), ("validation", check)):
        table = pa.table({"words": [[w for w, _ in s] for s in part], "kinds": [[t for _, t in s] for s in part]})
        with atomic(folder / f"hotel_words.{name}.parquet") as temporary:
            pq.write_table(table, temporary)

    # targets
    r = rng("hotel_reviews")
    train, check = splits(lambda: sentiment(r, "hotel"), TARGET_ROWS, TARGET_CHECK)
    write(folder / "hotel_reviews.train.tsv", as_tsv(train))
    write(folder / "hotel_reviews.validation.tsv", as_tsv(check))

    r = rng("school_endings")
    train, check = splits(lambda: scenes.ending(r, scenes.OTHER_TOPICS), 2 * TARGET_ROWS // 3, 2 * TARGET_CHECK // 3)
    write(folder / "school_endings.train.jsonl", as_jsonl(train))
    write(folder / "school_endings.validation.jsonl", as_jsonl(check))

    r = rng("match_reports")
    train, check = splits(lambda: scenes.match_report(r), TARGET_ROWS, TARGET_CHECK)
    write(folder / "match_reports.train.conll", as_conll(train))
    write(folder / "match_reports.validation.conll", as_conll(check))


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
