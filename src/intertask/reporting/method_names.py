"""The sentences that explain the names of methods on pages."""

from collections.abc import Sequence

from ..methods.declarations import all_declarations
from ..words import in_words

CEILING = "Rank the sources by their measured transfers with other seeds. A ranking can hardly be better."

#: Number of methods that a table shows at first. The others are folded.
SHOWN = 10


def explanations(methods: Sequence[str], fused: Sequence[str]) -> dict[str, str]:
    """Explain methods in one sentence each: the first sentence of the docstring of the function that computes them.

    Args:
        methods: Names of methods, and of the other lines of ``regret.tsv``.
        fused: Methods that ``fused`` combines.

    Returns:
        Name -> sentence, in the order of ``methods``; without methods that nothing declares, such as those of an
        earlier version.
    """
    known = {name: declaration.about for name, declaration in all_declarations().items()}
    known["ceiling"] = CEILING
    if fused:
        known["fused"] = f"Combine the rankings by {in_words(fused, 10)}, by reciprocal rank."
    return {name: known[name] for name in methods if known.get(name)}
