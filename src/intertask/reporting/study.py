"""docs/study.md: the claims of the paper, tested on the transfers of a run, in words and tables."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..artifacts import NO_SOURCE
from ..types import get_type
from ..words import in_words

#: The paper's mean Regret@3 of its best methods is below this, in percent.
CLAIMED_REGRET = 1.0
#: Width of the page's lines in characters.
WIDTH = 118


def study(
    transfer: pd.DataFrame,
    regret: pd.DataFrame,
    evaluation: pd.DataFrame,
    sources: Mapping[str, Mapping[str, Any]],
    types: Mapping[str, str],
    settings: Mapping[str, Any],
    figure: str,
) -> str:
    """Write the study of one base model.

    Args:
        transfer: target, source, seed, value (percentage points), of one base model.
        regret: Lines of ``regret.tsv`` of this model.
        evaluation: Lines of ``evaluation.tsv`` of this model: method, target, metric, k, value.
        sources: Source -> ``device`` and ``precision`` of its training.
        types: Task -> its type.
        settings: ``model``, ``adapter``, ``seeds``, ``training`` (of ``source`` and ``transfer``),
            ``max_train_examples``, ``max_validation_examples``.
        figure: Path of the heat map of gains, relative to the page.

    Returns:
        Markdown.
    """
    means = transfer.groupby(["target", "source"], sort=False)["value"].mean().unstack("target")
    baseline = means.loc[NO_SOURCE]
    gains = means.drop(index=NO_SOURCE) - baseline
    parts = [
        _head(gains, sources, settings),
        _first_claim(gains, baseline, means, types, figure),
        _second_claim(regret),
        _third_claim(regret, evaluation),
        _when_not(gains, regret),
        _limits(settings),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _head(gains: pd.DataFrame, sources: Mapping[str, Mapping[str, Any]], settings: Mapping[str, Any]) -> str:
    """What was measured."""
    of_source, of_transfer = (settings["training"][stage] for stage in ("source", "transfer"))
    devices = sorted({f"{about['device']}, {about['precision']}" for about in sources.values()})
    validation = f"at most {settings['max_validation_examples']} validation rows each"
    rows = [
        ("base model", settings["model"]),
        ("adapter", f"`{settings['adapter']}`"),
        ("sources", f"{len(gains)}, at most {settings['max_train_examples']:,} training rows each"),
        ("source training", f"{of_source['epochs']} epochs, learning rate {of_source['learning_rate']:g}"),
        ("targets", f"{gains.shape[1]}, {of_transfer['max_train_examples']} training rows and {validation}"),
        ("transfers", f"{of_transfer['epochs']} epochs, learning rate {of_transfer['learning_rate']:g}"),
        ("batch size", f"{of_transfer['batch_size']}"),
        ("seeds", f"{len(settings['seeds'])}"),
        ("trained on", in_words(devices)),
    ]
    about = _paragraph(
        "The workflow writes this page from the tables of a run (`snakemake study --configfile configs/atlas.yaml`).",
        "It tests the three claims of the paper on real datasets, and says how often training on a source first is",
        "worth it.",
    )
    return "\n\n".join(["# Study: what was measured for the atlas", about, _table(["setting", "value"], rows)])


def _first_claim(
    gains: pd.DataFrame, baseline: pd.Series, means: pd.DataFrame, types: Mapping[str, str], figure: str
) -> str:
    """Whether training on a source first helps."""
    values = gains.to_numpy()[~gains.isna().to_numpy()]
    rows = []
    for target in gains.columns:
        column = gains[target].dropna().sort_values(ascending=False)
        best = column.index[0]
        score = f"{means.loc[best, target]:.1f}"
        share = f"{100 * (column > 0).mean():.0f} %"
        shown = (f"{column.iloc[0]:+.1f}", share, f"{column.median():+.1f}", f"{column.iloc[-1]:+.1f}")
        rows.append((target, get_type(types[target]).LABEL, f"{baseline[target]:.1f}", best, score, *shown))
    columns = ["target", "type", "without a source", "best source", "its score", "gain", "sources that gain"]
    return "\n\n".join(
        [
            "## Does training on a source first help?",
            _paragraph(
                "Claim of the paper: it does, for many pairs of source and target.",
                f"Here, {100 * (values > 0).mean():.0f} % of the {len(values)} pairs gain. The median gain is",
                f"{np.median(values):+.1f} percentage points, and the mean gain is {values.mean():+.1f}.",
                "A bad choice costs far more than a good one brings.",
            ),
            _table([*columns, "median gain", "worst gain"], rows),
            _paragraph(
                "Scores are those of each target's metric, in percentage points. The best of many noisy scores is too",
                "high by itself: with one seed, a gain of a few points is within the noise of a validation split.",
            ),
            "Median gain (share of pairs that gain), by the type of the source (rows) and of the target (columns):",
            _by_type(gains, types),
            f"![Gain of every source on every target]({figure})",
        ]
    )


def _by_type(gains: pd.DataFrame, types: Mapping[str, str]) -> str:
    """Median gains by the types of source and target."""
    groups = sorted({types[task] for task in gains.index})
    rows = []
    for of_source in groups:
        line = [get_type(of_source).LABEL]
        for of_target in groups:
            names = [source for source in gains.index if types[source] == of_source]
            block = gains.loc[names, [target for target in gains.columns if types[target] == of_target]].to_numpy()
            block = block[~np.isnan(block)]
            line.append(f"{np.median(block):+.1f} ({100 * (block > 0).mean():.0f} %)" if block.size else "–")
        rows.append(line)
    return _table(["", *(get_type(group).LABEL for group in groups)], rows)


def _second_claim(regret: pd.DataFrame) -> str:
    """Which methods find the good sources."""
    lines = regret[~regret["method"].isin(["ceiling", "fused"])].sort_values("regret@3")
    rows = [
        (
            f"`{line['method']}`",
            *(_interval(line, f"regret@{k}") for k in (1, 3, 5)),
            _interval(line, "ndcg", 2),
            f"{100 * line['coverage']:.0f} %",
            line["needs"],
        )
        for line in lines.to_dict("records")
    ]
    return "\n\n".join(
        [
            "## Which methods find the good sources?",
            _paragraph(
                "Claim of the paper: cheap methods find them. Regret@k says by how many percent the best of a method's",
                "first k sources falls short of the best source; lower is better. NDCG judges the whole order; higher",
                f"is better. The table has means over {lines['targets'].max():.0f} targets with 95 % bootstrap",
                "intervals. A method that learns from past transfers has learned from those to the other targets,",
                "without the target's family. Pairs that a method has no score for count as a random order; the table",
                "says which share of the pairs has a score. Some methods are not defined for all types of tasks, or",
                "not all of their artifacts were computed ([atlas.md](atlas.md#limits)).",
            ),
            _table(["method", "Regret@1", "Regret@3", "Regret@5", "NDCG", "scored", "needs"], rows),
        ]
    )


def _interval(line: Mapping[str, Any], column: str, digits: int = 1) -> str:
    """A mean with its interval."""
    low, high = line.get(f"{column}_low"), line.get(f"{column}_high")
    text = f"{line[column]:.{digits}f}"
    return text if low is None or np.isnan(low) else f"{text} [{low:.{digits}f}, {high:.{digits}f}]"


def _third_claim(regret: pd.DataFrame, evaluation: pd.DataFrame) -> str:
    """Whether the best method's Regret@3 is below 1 %."""
    ranked = regret[~regret["method"].isin(["ceiling", "random", "fused"])].sort_values("regret@3")
    best = ranked.iloc[0]
    part = evaluation[(evaluation["method"] == best["method"]) & (evaluation["metric"] == "regret")]
    per_target = part[part["k"].astype(float) == 3].set_index("target")["value"].astype(float)
    worst = per_target.sort_values(ascending=False).head(3)
    return "\n\n".join(
        [
            "## Is the regret of the best three below 1 %?",
            _paragraph(
                "Claim of the paper: trying the three best-ranked sources loses less than 1 % on average.",
                "It is so here, too." if best["regret@3"] < CLAIMED_REGRET else "It is not so here.",
                f"The method with the lowest Regret@3 is `{best['method']}`, with {_interval(best, 'regret@3')} %.",
                f"It loses nothing on {int((per_target < 1e-9).sum())} of {len(per_target)} targets, and most on",
                f"{in_words([f'{target} ({value:.1f} %)' for target, value in worst.items()])}. The method was chosen",
                "after seeing the results, which makes its figure too good; the interval does not cover that.",
            ),
        ]
    )


def _when_not(gains: pd.DataFrame, regret: pd.DataFrame) -> str:
    """How often no source is the right answer."""
    none_best = [target for target in gains.columns if (gains[target].dropna() <= 0).all()]
    lines = regret[~regret["method"].isin(["ceiling", "fused"])].sort_values("beats_none", ascending=False)
    rows = [(f"`{line['method']}`", f"{100 * line['beats_none']:.0f} %") for line in lines.to_dict("records")]
    names = f" ({in_words(none_best)})" if none_best else ""
    return "\n\n".join(
        [
            "## How often is no source the right answer?",
            _paragraph(
                f"On {len(none_best)} of {gains.shape[1]} targets{names}, no source scores higher than training on the",
                "target alone. But the first choice of a method often does not help. The table has the share of",
                "targets on which the first choice scores higher than training without a source.",
            ),
            _table(["method", "first choice helps"], rows),
        ]
    )


def _limits(settings: Mapping[str, Any]) -> str:
    """What was not measured."""
    seeds = len(settings["seeds"])
    return "\n\n".join(
        [
            "## What was not measured",
            "\n".join(
                [
                    "- Seed noise: every pair was trained once." if seeds == 1 else f"- More than {seeds} seeds.",
                    "- Other base models, adapters, learning rates, and numbers of rows.",
                    "- Job times: the transfers were trained in groups on a GPU.",
                    "- Few-shot fine-tuning from every source, the most expensive of the methods.",
                ]
            ),
            _paragraph(
                "Some sources learned little in their own training, as the [table of the atlas](../atlas/README.md)",
                "shows. Their adapters harm most targets. This makes a random choice worse, and a ranking more",
                "important, than if each source had been tuned.",
            ),
        ]
    )


def _paragraph(*parts: str) -> str:
    """Join parts of a paragraph and wrap its lines, without a break inside of code or links."""
    text = re.sub(r"`[^`]+`|\[[^]]+\]\([^)]+\)", lambda code: code[0].replace(" ", "\0"), " ".join(parts))
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False).replace("\0", " ")


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
