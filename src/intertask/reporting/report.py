"""The report: every figure of a run with its tables and words in one offline page."""

from pathlib import Path
from typing import Any

from ..rankings.evaluation import MEAN
from ..words import in_words, signed
from .figures import curves, gains, methods, predicted, task_map, tradeoff, work
from .figures.style import Drawing
from .names import figure_names
from .pages import write_page
from .results import Results, agreement


def write_report(results: Results, page: Path, figures: Path) -> list[str]:
    """Draw everything, write the figures (SVG and PDF) and the page.

    Args:
        results: The run's.
        page: The HTML file.
        figures: Folder of the figures, beside the page or below it.

    Returns:
        Names of the figures, as :func:`.names.figure_names` has them.
    """
    drawings = draw_all(results)
    for drawing in drawings.values():
        drawing.save(figures)

    def shown(kind: str, groups: list[str]) -> list[dict[str, Any]]:
        """The figures of one kind, one a setting; of many, all but the first are folded away."""
        found = []
        for group in groups:
            drawing = drawings[kind if group in ("", MEAN) else f"{group}/{kind}"]
            svg = drawing.svg() if drawing.figure is not None else None
            found.append({"name": drawing.name, "setting": group, "svg": svg, "caption": drawing.caption})
        return found

    settings, trained = results.settings, not results.recipe["observed"]
    write_page(
        page,
        "report.html",
        overview=overview(results),
        settings=settings,
        sources=results.recipe["sources"],
        targets=results.targets,
        leading=results.leading_words if results.leading else None,
        seeds=len(results.transfer["seed"].unique()),
        trained=trained,
        summary=summary(results),
        figures_folder=figures.name,
        gains=shown("gains", settings),
        methods=shown("methods", results.blocks),
        tradeoff=shown("tradeoff", results.blocks),
        predicted=shown("predicted", settings),
        task_map=shown("task_map", [""]) if "task_map" in drawings else [],
        curves=shown("curves", settings) if trained else [],
        work=shown("work", [""]),
        method_tables=method_tables(results),
        steps=work.by_step(results.costs)
        .assign(words=lambda t: [work.STEPS.get(s, s) for s in t["step"]])
        .to_dict("records"),
        devices=[(*where, count) for where, count in results.devices().most_common()],
        versions=[(dict(pairs), count) for pairs, count in results.versions().most_common()],
        shown_as=results.shown_as,
    )
    return list(drawings)


def draw_all(results: Results) -> dict[str, Drawing]:
    """Every figure by name."""
    drawings = []
    for setting in results.settings:
        drawings += [draw(results, setting) for draw in (gains.draw, predicted.draw)]
        if not results.recipe["observed"]:
            drawings.append(curves.draw(results, setting))
    for block in results.blocks:
        drawings += [methods.draw(results, block), tradeoff.draw(results, block)]
    if results.recipe["encoder"] is not None:
        drawings.append(task_map.draw(results))
    drawings.append(work.draw(results))
    found = {drawing.name: drawing for drawing in drawings}
    names = figure_names(results.settings, not results.recipe["observed"], results.recipe["encoder"] is not None)
    return {name: found[name] for name in names}


def summary(results: Results) -> list[dict[str, Any]]:
    """One line for each setting and target: what the ranking says first, what was best, and what each added."""
    lines = []
    for setting in results.settings:
        for target in results.targets:
            observed = results.gains_of(setting, target)
            ranks = results.ranks(setting, target)
            scored = observed["gain"].dropna()
            best = scored.idxmax() if len(scored) else None
            first = ranks.index[0] if len(ranks) else None
            key = (setting, target)
            noise = results.noise.loc[key] if key in results.noise.index else None
            lines.append(
                {
                    "setting": setting,
                    "target": target,
                    "type": results.type_of(target).replace("_", " "),
                    "metric": results.metrics.get(key, "").replace("_", " "),
                    "none": None if noise is None else noise["none"],
                    "first": first,
                    "tied": int((ranks == ranks.min()).sum()) - 1 if len(ranks) else 0,
                    "first_gain": scored.get(first),
                    "best": best,
                    "best_gain": scored.get(best) if best is not None else None,
                    "baseline": observed["baseline"].iloc[0] if len(observed) else "none",
                    "rho": agreement(ranks, scored),
                    "above_noise": None if noise is None else noise["above_noise"],
                }
            )
    return lines


def overview(results: Results) -> str:
    """What the run says, in two or three sentences."""
    lines = [line for line in summary(results) if line["first_gain"] is not None and line["best"] is not None]
    if not lines:
        return "Nothing has both a ranking and observed transfers yet."
    many = len(results.settings) > 1
    named = [f"{line['target']}{' (' + line['setting'] + ')' if many else ''}" for line in lines]
    words = []
    if all(line["baseline"] == "none" for line in lines):
        helped = [line for line in lines if line["best_gain"] > 0]
        chosen = [line for line in lines if line["first_gain"] > 0]
        words.append(
            f"Some source helps {len(helped)} of {len(lines)} targets; the ranking's first choice helps {len(chosen)}."
            if helped
            else "No source helps any target."
        )
    mean_first = sum(line["first_gain"] for line in lines) / len(lines)
    mean_best = sum(line["best_gain"] for line in lines) / len(lines)
    against = "no source" if all(line["baseline"] == "none" for line in lines) else "the baseline"
    words.append(
        f"Taking the first choice changes the score by {signed(mean_first)} percent points on average against "
        f"{against}; the best source of each target would by {signed(mean_best)}."
    )
    unclear = [name for name, line in zip(named, lines, strict=True) if line["above_noise"] == "no"]
    if unclear:
        words.append(f"The sources of {in_words(unclear)} do not differ by more than the noise of the seeds.")
    return " ".join(words)


def method_tables(results: Results) -> list[dict[str, Any]]:
    """The blocks of ``regret.tsv`` as rows for the page."""
    table = results.regret
    columns = [c for c in table if c.startswith("regret@") and not c.endswith(("_low", "_high"))]
    blocks = []
    for block in results.blocks:
        rows = table[table["model"] == block].to_dict("records")
        blocks.append({"setting": block, "columns": columns, "main": results.main, "rows": rows})
    return blocks
