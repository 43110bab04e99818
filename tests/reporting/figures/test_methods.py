"""The figure of the methods: its caption compares them with a random order."""

from intertask.reporting.figures import methods


def test_caption_reports_the_regret_of_a_random_order(holes):
    run, block = holes.results, holes.results.blocks[0]
    table = run.regret[run.regret["model"] == block].set_index("method")
    caption = methods.draw(run, block).caption
    assert f"A random order has an expected regret of {table.loc['random', run.main]:.1f} %" in caption


def test_undefined_regret_draws_nothing(holes):
    run = holes.results
    run.regret[run.main] = float("nan")
    drawing = methods.draw(run, run.settings[0])
    assert drawing.figure is None and drawing.caption.startswith("No method can be evaluated with")
