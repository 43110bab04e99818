"""The report: all figures of a run with tables and text in one offline page."""

from pathlib import Path
from typing import Any

from ..artifacts import NO_SOURCE
from ..rankings.evaluation import MEAN
from ..words import count, in_words, signed
from .figure_names import figure_names
from .figures import calibration, curves, gains, methods, predicted, task_map, tradeoff, work
from .figures.style import Drawing
from .method_names import SHOWN, explanations
from .pages import write_page
from .provenance import provenance
from .results import REFERENCES, Results, agreement


def write_report(results: Results, page: Path, figures: Path) -> list[str]:
    """Draw all figures, and write them (as SVG and PDF) and the page.

    Args:
        results: Results of the run.
        page: The HTML file.
        figures: Folder of the figures, beside the page or below it.

    Returns:
        Names of the figures, as :func:`.names.figure_names` lists them.
    """
    drawings = draw_all(results)
    for drawing in drawings.values():
        drawing.save(figures)

    def shown(figure: str, blocks: list[str]) -> list[dict[str, Any]]:
        """One figure for each setting. The page folds away all but the first."""
        items = []
        for block in blocks:
            drawing = drawings[figure if block in ("", MEAN) else f"{block}/{figure}"]
            svg = drawing.svg() if drawing.figure is not None else None
            items.append({"name": drawing.name, "setting": block, "svg": svg, "caption": drawing.caption})
        return items

    settings, trained = results.settings, not results.recipe["observed"]
    write_page(
        page,
        "report.html",
        overview=overview(results),
        settings=settings,
        sources=results.recipe["sources"],
        targets=results.targets,
        leading=results.leading_label if results.leading else None,
        seeds=len(results.transfer["seed"].unique()),
        trained=trained,
        summary=summary(results),
        home=page.parent.name,
        folder=f"{page.parent.name}/{figures.name}",
        gains=shown("gains", settings),
        methods=shown("methods", results.blocks),
        tradeoff=shown("tradeoff", results.blocks),
        predicted=shown("predicted", settings),
        calibration=shown("calibration", settings),
        task_map=shown("task_map", [""]) if "task_map" in drawings else [],
        curves=shown("curves", settings) if trained else [],
        work=shown("work", [""]),
        method_tables=method_tables(results),
        steps=work.by_step(results.costs).to_dict("records"),
        devices=[(*device, trainings) for device, trainings in results.devices().most_common()],
        versions=[(dict(pairs), trainings) for pairs, trainings in results.versions().most_common()],
        about=explanations(list(dict.fromkeys(results.regret["method"])), results.recipe["fused"]),
        origin=provenance(results.folder / f"{name}.tsv" for name in ("transfer", "costs", "regret", "targets")),
    )
    return list(drawings)


def draw_all(results: Results) -> dict[str, Drawing]:
    """Draw all figures of a run.

    Args:
        results: Results of the run.

    Returns:
        Name -> drawing, in the order of :func:`.names.figure_names`.
    """
    drawings = []
    for setting in results.settings:
        drawings += [draw(results, setting) for draw in (gains.draw, predicted.draw, calibration.draw)]
        if not results.recipe["observed"]:
            drawings.append(curves.draw(results, setting))
    for block in results.blocks:
        drawings += [methods.draw(results, block), tradeoff.draw(results, block)]
    if results.recipe["encoder"] is not None:
        drawings.append(task_map.draw(results))
    drawings.append(work.draw(results))
    by_name = {drawing.name: drawing for drawing in drawings}
    names = figure_names(results.settings, not results.recipe["observed"], results.recipe["encoder"] is not None)
    return {name: by_name[name] for name in names}


def summary(results: Results) -> list[dict[str, Any]]:
    """Compare the ranking's first choice with the best source, for each setting and target.

    Args:
        results: Results of the run.

    Returns:
        One entry for each setting and target: ``setting``, ``target``, ``type``, ``metric``, ``none`` (score without a
        source), ``first`` (choice), ``tied`` (number of other sources with the same rank), ``first_gain``, ``best``
        (source), ``best_gain``, ``baseline`` (of the gains), ``rho`` (correlation between ranking and gains),
        ``above_noise`` (whether sources differ by more than the noise of the seeds). None and NaN are unknown.
    """
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
                    "type": results.type_label_of(target),
                    "metric": results.metrics.get(key, "").replace("_", " "),
                    "none": None if noise is None else noise["none"],
                    "first": first,
                    "tied": int((ranks == ranks.min()).sum()) - 1 if len(ranks) else 0,
                    "first_gain": scored.get(first),
                    "best": best,
                    "best_gain": scored.get(best) if best is not None else None,
                    "baseline": observed["baseline"].iloc[0] if len(observed) else NO_SOURCE,
                    "rho": agreement(ranks, scored),
                    "above_noise": None if noise is None else noise["above_noise"],
                }
            )
    return lines


def overview(results: Results) -> str:
    """Describe the outcome of the run in two or three sentences.

    Args:
        results: Results of the run.
    """
    lines = [line for line in summary(results) if line["first_gain"] is not None and line["best"] is not None]
    if not lines:
        return "No target has both a ranking and observed transfers yet."
    words = []
    several = len(results.settings) > 1
    cases = f"{len(lines)} pairs of target and setting" if several else count(len(lines), "target")
    baselines = {line["baseline"] for line in lines}
    labels = {NO_SOURCE: "no source", "mean": "the mean of the sources"}
    baseline = " or ".join(label for name, label in labels.items() if name in baselines)
    if baselines == {NO_SOURCE}:
        helped = sum(line["best_gain"] > 0 for line in lines)
        chosen = sum(line["first_gain"] > 0 for line in lines)
        words.append(
            f"For {chosen} of {cases}, the first choice of the ranking scores higher than no source. For {helped}, the "
            "best source does; it is known only from these same scores, so this number is optimistic."
            if helped
            else "For no target does a source score higher than training without one."
        )
    mean_first = sum(line["first_gain"] for line in lines) / len(lines)
    mean_best = sum(line["best_gain"] for line in lines) / len(lines)
    words.append(
        f"On average, the first choice changes the score by {signed(mean_first)} percentage points compared with "
        f"{baseline}. The best source for each target changes it by {signed(mean_best)}."
    )
    unclear = [
        line["target"] + (f" ({line['setting']})" if several else "") for line in lines if line["above_noise"] == "no"
    ]
    if unclear:
        words.append(f"For {in_words(unclear)}, the sources do not differ by more than the noise of the seeds.")
    return " ".join(words)


def method_tables(results: Results) -> list[dict[str, Any]]:
    """Prepare the blocks of ``regret.tsv`` for the page.

    Args:
        results: Results of the run.

    Returns:
        For each block ``setting``, ``columns`` (those of regret), ``main`` (metric), ``rows``, ``methods`` (number of
        rows that are methods) and ``shown`` (number of methods that are not folded). The ``class`` of a row is
        ``apart`` (a reference), ``mark`` (the method that the rankings follow), ``more`` (folded) or empty.
    """
    columns = [c for c in results.regret if c.startswith("regret@") and not c.endswith(("_low", "_high"))]
    blocks = []
    for block in results.blocks:
        table, ranked = results.methods_of(block)
        shown = table[[name in REFERENCES or name in ranked.index for name in table.index]]
        rows = shown.reset_index().to_dict("records")
        first = set(ranked.index[:SHOWN])
        for row in rows:
            row["class"] = _row_class(row["method"], first, results.leading_method)
        block = {"setting": block, "columns": columns, "main": results.main, "rows": rows}
        blocks.append(block | {"methods": len(ranked), "shown": SHOWN})
    return blocks


def _row_class(method: str, first: set[str], leading: str | None) -> str:
    """The class of a method's row, see :func:`method_tables`."""
    if method in REFERENCES:
        return "apart"
    return "mark" if method == leading else "" if method in first else "more"
