"""Rows of classification: groups, candidates, and columns that are no labels."""

import pytest
from canonical_rows import convert, fails, labeled

from intertask.errors import IntertaskError


def test_column_of_ids_is_no_label():
    fails("label column 'label' has 30 different values in 30 rows", "classification", labeled(*map(str, range(30))),
          where="mine.jsonl", fix="regression")  # fmt: skip


GROUPED = [
    {"text": f"{n}", "label": n % 2, "idx": {"p": n // 4, "q": n // 2}, "entity": f"e{n}", "group": 9} for n in range(8)
]


def test_groups_and_candidates_where_the_task_maps_them(prepared):
    columns = {"text_a": "text", "group": ["idx.p", "idx.q"], "candidate": "entity"}
    result = prepared("classification", GROUPED, GROUPED[4:], columns=columns, metric="group_f1", labels=["no", "yes"])
    assert result.validation[0] == {"text_a": "4", "text_b": None, "label": 0, "group": "1 2", "candidate": "e4"}
    assert (result.info["metric"], result.info["positive_label"]) == ("group_f1", "yes")
    result = prepared("classification", GROUPED, columns={"group": "idx.q"}, metric="group_exact_match")
    assert {row["group"] for row in result.train} | {row["group"] for row in result.validation} == set("0123")
    assert not {row["group"] for row in result.train} & {row["group"] for row in result.validation}
    assert "candidate" not in result.train[0]


def test_a_column_that_is_called_group_is_none_unless_mapped(prepared):
    result = prepared("classification", GROUPED)
    assert set(result.train[0]) == {"text_a", "text_b", "label"}
    assert any("not used" in note and "group" in note for note in result.info["notes"])


@pytest.mark.parametrize(
    "metric, columns, message",
    [
        ("group_f1", {}, "metric group_f1 needs the columns group and candidate"),
        ("group_f1", {"group": "group"}, "map candidate in 'columns:'"),
        ("group_exact_match", {"candidate": "entity"}, "metric group_exact_match needs the column group"),
    ],
)
def test_group_metrics_need_their_columns(prepared, metric, columns, message):
    with pytest.raises(IntertaskError, match=message):
        prepared("classification", GROUPED, metric=metric, columns=columns)


@pytest.mark.parametrize("group, message", [(None, "group is missing"), ("", "missing"), ([1], "neither text nor")])
def test_rows_of_no_group(prepared, group, message):
    rows = [*GROUPED, GROUPED[0] | {"group": group}]
    with pytest.raises(IntertaskError, match=message):
        prepared("classification", rows, columns={"group": "group"})


def test_group_f1_is_of_one_class(prepared):
    rows = [row | {"label": n % 3} for n, row in enumerate(GROUPED)]
    with pytest.raises(IntertaskError, match="positive_label"):
        prepared("classification", rows, metric="group_f1", columns={"group": "group", "candidate": "entity"})


def test_labels_that_differ_in_case_are_a_warning():
    result = convert("classification", labeled("Good", "good", "bad", "good "))
    assert result.labels == ["Good", "bad", "good"]
    assert result.warnings == [
        "These labels differ only in case or punctuation, and are different classes: 'Good' (1 row), 'good' (2 rows)."
    ]
