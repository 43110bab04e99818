"""Which files to open next: only existing ones, first those that the command line asked for."""

from intertask.console.next_files import next_files


def test_existing_files_are_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert next_files([], ["t"]) == []
    for name in ("rankings/t.html", "rankings/t.tsv", "report.html", "recommend/t/README.md"):
        path = tmp_path / "results" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    lines = next_files(["results/rankings/t.tsv", "--cores", "2"], ["t", "u"])
    named = [line.split()[0] for line in lines if line.startswith("  ")]
    assert named == [
        "results/rankings/t.tsv", "results/recommend/t/README.md", "results/report.html", "results/rankings/t.html",
    ]  # fmt: skip


def test_pages_with_observations_replace_those_without(tmp_path):
    for name in ("t.html", "t.observed.html", "u.html"):
        (tmp_path / "rankings").mkdir(exist_ok=True)
        (tmp_path / "rankings" / name).touch()
    text = "\n".join(next_files([], ["t", "u"], tmp_path))
    assert "t.observed.html" in text and "t.html" not in text.replace("t.observed.html", "") and "u.html" in text
