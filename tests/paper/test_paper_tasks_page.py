"""docs/paper-tasks.md lists every task as its YAML has it, and each is reported on the paper's split."""

from urllib.parse import urlsplit

import pytest
from paper_hub import ROOT, paper_config

from intertask.config import Origin
from intertask.config.task_registry import Registry
from intertask.types import get_type

REGISTRY = Registry([ROOT / "tasks" / "paper"])
TARGETS = paper_config()["targets"]
HEADER = "| task | role | type | preferred place | reported split | metric |"
#: Tasks whose test split the paper reports, the Parallel Meaning Bank's gold part among them; of the others, the
#: validation split. Where a dataset has none, that is a part of train.
ON_TEST = [
    *("imdb", "copa", "conll2000", "conll2003", "conll2003_pos", "fce_error_detection", "mit_movie_trivia"),
    *("pmb_sem_tagging", "ud_deprel", "ud_pos", "wnut_17"),
]


def place_in_words(place: Origin) -> str:
    """`owner/name`, configuration, revision; of published files, their site."""
    if place.hub is None:
        return f"files of {urlsplit(place.download.train[0].url).netloc}"
    words = [f"`{place.hub}`"]
    if place.config:
        words.append(place.config)
    if place.revision:
        is_commit = len(place.revision) == 40
        words.append(f"@ {place.revision[:8] if is_commit else place.revision}")
    return " ".join(words)


def reported(place: Origin) -> list[str]:
    """Names of what is read for validation: splits, or files."""
    if place.hub is None:
        return [item.member or item.url.rpartition("/")[2] for item in place.download.validation]
    found = place.splits.validation if place.hub_files is None else place.hub_files.validation
    return found or []


def row(name: str) -> str:
    task = REGISTRY[name]
    split = ", ".join(f"`{part}`" for part in reported(task.data))
    cells = [
        name,
        "target" if name in TARGETS else "source",
        get_type(task.type).LABEL,
        place_in_words(task.data),
        split or f"{task.data.validation_fraction:.0%} of train",
        task.metric,
    ]
    return f"| {' | '.join(cells)} |"


def test_the_table_is_what_the_yamls_say():
    names = sorted(REGISTRY, key=lambda name: (name not in TARGETS, REGISTRY[name].type, name))
    expected = [row(name) for name in names]
    page = (ROOT / "docs" / "paper-tasks.md").read_text(encoding="utf-8")
    _, header, after = page.partition(HEADER + "\n")
    assert header, "the table's header is missing, or has other columns"
    found = after.partition("\n\n")[0].rstrip("\n").split("\n")[1:]  # without the line below the header
    assert found == expected, "the table should be:\n" + "\n".join(expected)


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_place_gives_the_split_that_the_paper_reports(name):
    data = REGISTRY[name].data
    for place in (data, *data.alternatives):
        named = reported(place)
        if name == "copa" and place.hub == "aps/super_glue":
            assert named == ["validation"]  # the labels of its test split are hidden
        elif name in ON_TEST:
            assert named and all("test" in part or "/gold/" in part for part in named)
        else:
            assert all("dev" in part or "val" in part for part in named)
            assert named or name in ("trec", "yelp_polarity")  # they have train and test only
