"""What to look at first: only what is there, what was asked for before all else."""

from intertask.console.next_files import first_look


def test_only_what_is_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert first_look([], ["t"]) == []
    for name in ("rankings/t.html", "rankings/t.tsv", "report.html", "recommend/t/README.md"):
        path = tmp_path / "results" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    lines = first_look(["results/rankings/t.tsv", "--cores", "2"], ["t", "u"])
    named = [line.split()[0] for line in lines if line.startswith("  ")]
    assert named == [
        "results/rankings/t.tsv", "results/recommend/t/README.md", "results/report.html", "results/rankings/t.html",
    ]  # fmt: skip
    assert first_look(["check"], ["t"]) == []


def test_pages_with_observations_come_before_those_without(tmp_path):
    for name in ("t.html", "t.observed.html", "u.html"):
        (tmp_path / "rankings").mkdir(exist_ok=True)
        (tmp_path / "rankings" / name).touch()
    text = "\n".join(first_look([], ["t", "u"], tmp_path))
    assert "t.observed.html" in text and "t.html" not in text.replace("t.observed.html", "") and "u.html" in text
