"""Rules, profiles/slurm and docs/cluster.md agree."""

import re

import yaml
from small_project import ROOT


def blocks() -> dict[str, str]:
    """Return the text of each rule; a rule that is made from another one also has the text of that one."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "rules").glob("*.smk")))
    found = {}
    for block in re.split(r"^(?=(?:use )?rule )", text, flags=re.MULTILINE)[1:]:
        block = re.match(r".*\n(?:(?: .*)?\n)*", block)[0]  # a block ends at the first line that is not indented
        name, base = re.search(r"(\w+)(?: with)?:", block)[1], re.match(r"use rule (\w+)", block)
        inherited = found[base[1]] if base else ""
        if "    resources:" in block:
            inherited = inherited.replace("    resources:", "    replaced:").replace("gpu_job(", "")
        found[name] = block + inherited
    return found


def gpu_rules() -> set[str]:
    return {name for name, block in blocks().items() if "**gpu_job(" in block}


def test_what_is_sent_to_a_cluster_says_what_it_needs_and_the_rest_is_local():
    for name, block in blocks().items():
        if "localrule: True" in block:
            assert name not in gpu_rules()
        else:
            assert re.search(r"\*\*gpu_job\(megabytes=\d+, minutes=\d+\),", block), name


def test_a_job_of_the_launcher_sees_the_gpus_that_it_asked_for_and_no_other():
    for name, block in blocks().items():
        launched = re.search(r"launch\(\"\"\"\s+--gpus (\S+) ", block)
        if launched:
            asks = "gpu_job(" in block or "gpu=" in block
            assert launched[1] == ("{resources.gpu}" if asks else "0"), name
        assert launched or name not in gpu_rules(), name
    assert "run_transfer" in gpu_rules()


def test_no_rule_tries_again_by_itself():
    assert [name for name, block in blocks().items() if re.search(r"^    retries:", block, re.MULTILINE)] == []


def test_the_page_switches_every_rule_with_a_gpu_to_gres():
    page = (ROOT / "docs/cluster.md").read_text(encoding="utf-8")
    shown = yaml.safe_load(re.search(r"```yaml\n(set-resources:.*?)```", page, re.DOTALL)[1])["set-resources"]
    assert set(shown) == gpu_rules()
    assert all(resources == {"gpu": 0, "gres": "gpu:1", "in_turn": 1} for resources in shown.values())


def test_profile_groups_rules_that_exist_and_names_no_cluster():
    text = (ROOT / "profiles/slurm/profile.v9+.yaml").read_text(encoding="utf-8")
    profile = yaml.safe_load(text)
    assert set(profile["groups"]) <= gpu_rules()
    assert set(profile["groups"].values()) == set(profile["group-components"])
    assert set(profile["resources"]) == set(profile["set-resource-scopes"])
    assert "slurm_partition" not in text and "slurm_account" not in text
