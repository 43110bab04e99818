"""Splits by the names of files, folders and Hub datasets; names of tasks; missing data."""

import pytest

from intertask.errors import IntertaskError
from intertask.start.locate import locate

TABLE = "text,label\n" + "".join(f"this is row {n},{'ab'[n % 2]}\n" for n in range(10))


def put(folder, *names: str):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text(TABLE, encoding="utf-8")
    return [str(folder / name) for name in names]


@pytest.mark.parametrize(
    ("names", "validation"),
    [
        (["mood.csv"], None),
        (["mood_train.csv", "mood_dev.csv", "mood_test.csv"], "mood_dev.csv"),
        (["train.csv", "test.csv"], "test.csv"),
        (["a.csv", "b.csv"], None),
        (["test.csv"], None),
        (["latest.csv", "developer.csv"], None),
    ],
)
def test_splits_by_name(tmp_path, names, validation):
    place = locate(put(tmp_path / "mood", *names))
    assert set(place.tables) == ({"train", "validation"} if validation else {"train"})
    assert place.data["files"].get("validation") == (validation and str(tmp_path / "mood" / validation))
    expected = {"mood.csv": "mood", "mood_train.csv": "mood", "train.csv": "mood"}
    assert place.name == expected.get(names[0], place.name)


def test_a_folder(tmp_path):
    put(tmp_path / "Gäste 2025", "train.csv", "validation.csv")
    (tmp_path / "Gäste 2025" / "notes.md").write_text("nothing", encoding="utf-8")
    place = locate([str(tmp_path / "Gäste 2025")])
    assert (place.name, set(place.tables)) == ("Gaste_2025", {"train", "validation"})
    assert place.notes == ["Not read: notes.md."]


@pytest.mark.parametrize("ending", [".tsv", ".txt", "", ".bio", ".ner"])
def test_a_folder_of_token_lines(tmp_path, ending):
    for name in ("train", "devel", "test", "train_dev"):
        rows = "".join(f"w{n}\tO\nOslo\tB-LOC\n.\tO\n\n" for n in range(10))
        (tmp_path / f"{name}{ending}").write_text(rows, encoding="utf-8")
    (tmp_path / "labels.txt").write_text("O\nB-LOC\n", encoding="utf-8")
    place = locate([str(tmp_path)])
    assert place.data["files"] == {
        "train": str(tmp_path / f"train{ending}"), "validation": str(tmp_path / f"devel{ending}")
    }  # fmt: skip
    assert place.tables["train"].rows[0].values == {0: ["w0", "Oslo", "."], 1: ["O", "B-LOC", "O"]}
    unread = ["labels.txt", f"test{ending}", f"train_dev{ending}"]
    assert place.notes[-1] == f"Not read: {unread[0]}, {unread[1]} and {unread[2]}."


def test_files_of_several_layouts_are_refused(tmp_path):
    first, second = put(tmp_path, "a.csv", "b.csv")
    (tmp_path / "b.csv").write_text(TABLE.replace(",", ";"), encoding="utf-8")
    with pytest.raises(IntertaskError, match="different layouts"):
        locate([first, second])


def test_a_dataset_in_the_hubs_layout(tmp_path):
    datasets = pytest.importorskip("datasets")
    folder = tmp_path / "owner" / "mood"
    rows = [{"text": f"row {n} of it", "label": n % 2} for n in range(20)]
    features = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["no", "yes"])})
    for split in ("train", "test"):
        (folder / "data").mkdir(parents=True, exist_ok=True)
        table = datasets.Dataset.from_list(rows, features=features)
        table.to_parquet(str(folder / "data" / f"{split}-00000-of-00001.parquet"))
    place = locate([str(folder)])
    assert place.data["splits"] == {"train": "train", "validation": "test"}
    assert place.tables["train"].class_names == {"label": ["no", "yes"]}
    assert place.name == "mood"


def test_missing_files_and_datasets(tmp_path, monkeypatch):
    put(tmp_path, "reviews.csv")
    with pytest.raises(IntertaskError, match=r"Did you mean 'reviews\.csv'"):
        locate([str(tmp_path / "review.csv")])
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(IntertaskError, match="nobody/nothing"):
        locate(["nobody/nothing"])
    with pytest.raises(IntertaskError, match="There is no file mood"):  # the id of a dataset names its owner
        locate(["mood"])


def test_a_file_without_rows(tmp_path):
    (tmp_path / "x.csv").write_text("text,label\n", encoding="utf-8")
    with pytest.raises(IntertaskError, match="has no rows"):
        locate([str(tmp_path / "x.csv")])
