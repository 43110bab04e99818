"""The pages of a real run: made by default, one by one, and in Snakemake's own report."""

import hashlib
import re
import zipfile

from small_project import Project, small_config


def test_a_run_ends_with_its_report(finished):
    page = (finished.folder / "results/report.html").read_text(encoding="utf-8")
    for target in finished.config["targets"]:
        assert (finished.folder / f"results/rankings/{target}.observed.html").is_file()
        assert f'<code class="path">results/rankings/{target}.observed.html</code>' in page
        assert (finished.folder / f"results/rankings/{target}.html").is_file()
    # transfers of one epoch record its loss
    assert 'id="minilm/curves"' in page and "No transfer recorded" not in page
    assert re.search(r"Trainings: \d+ on ", page)
    for name in ["report.html", *(f"rankings/{target}.html" for target in finished.config["targets"])]:
        origin = (finished.folder / "results" / name).read_text(encoding="utf-8").partition("About this page")[2]
        assert re.search(r"<dt>Date of the results</dt><dd><time datetime=\"\d{4}-\d\d-\d\d\">", origin)
        assert "<dt>Command</dt><dd><code>snakemake " in origin
        sha256 = hashlib.sha256((finished.folder / "config.yaml").read_bytes()).hexdigest()
        assert f"<code>config.yaml</code> (SHA-256 <code>{sha256[:12]}" in origin


def test_a_ranking_page_trains_nothing(tmp_path, suite):
    config = small_config(suite["sources"][:2], suite["targets"][:1]) | {"methods": ["size", "vocabulary"]}
    project = Project(tmp_path / "p", config | {"rank_fusion": ["vocabulary"]})
    target = suite["targets"][0]
    page = f"results/rankings/{target}.html"
    assert set(project.planned(page)) == {
        "prepare_data", "check_model", "compute_embeddings", "compute_scores", "make_ranking", "make_ranking_page"
    }  # fmt: skip
    project.run(page, "--cores", "2")
    text = (project.folder / page).read_text(encoding="utf-8")
    assert text.count('<details id="about-') == 2 and "gain</button>" not in text
    assert project.planned(page) == {}
    # this plans the transfers of the target, and leaves the first page as it is
    assert project.planned(page, f"results/rankings/{target}.observed.html")["run_transfer"] == 3 * 2
    assert "make_ranking_page" not in project.planned(f"results/rankings/{target}.observed.html")


def test_a_changed_description_remakes_the_pages(finished):
    name = finished.config["sources"][0]
    path = finished.folder / f"tasks/bundled/{name}.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub("description: .*", "description: changed", text), encoding="utf-8")
    planned = finished.planned()
    path.write_text(text, encoding="utf-8")
    targets = len(finished.config["targets"])
    assert {"make_ranking_page": targets, "make_observed_page": targets}.items() <= planned.items()
    assert set(planned) <= {"make_ranking_page", "make_observed_page", "make_report"}


def test_snakemakes_own_report(finished, tmp_path):
    finished.run("--report", str(tmp_path / "report.zip"))
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        names = archive.namelist()
        text = "\n".join(
            archive.read(name).decode(errors="replace") for name in names if name.endswith((".html", ".js"))
        )
    for category in ("Report", "Rankings", "Figures", "Tables"):
        assert f'"{category}"' in text
    assert "falls short of the best source, in percent" in text  # a caption
    assert any(name.endswith("gains.svg") for name in names)
