from paths import ROOT

from intertask.config.families import read_families, relatives_of


def test_a_task_is_in_the_families_of_all_folders(tmp_path):
    for folder, name, text in (
        ("one", "rte", "family: news\ntype: classification\n"),
        ("one", "other", "type: tagging\n"),
        ("two", "rte", "family: wikipedia\n"),
        ("two", "file", "name: anli\nfamily: wikipedia\n"),
        ("two", "broken", "family: [\n"),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    families = read_families([tmp_path / "one", tmp_path / "two", tmp_path / "none"])
    assert families == {"rte": {"news", "wikipedia"}, "anli": {"wikipedia"}}
    assert relatives_of("anli", None, families) == ["anli", "rte"]
    assert relatives_of("mine", "news", families) == ["mine", "rte"]
    assert relatives_of("alone", None, families) == ["alone"]


def test_families_of_the_shipped_tasks_agree_on_who_shares_texts_with_squad():
    families = read_families(sorted((ROOT / "tasks").iterdir()))
    assert {"squad", "squad_v2", "xquad_en"} <= set(relatives_of("qnli", None, families))
