"""Take facts and embeddings, or adapters, of sources from the atlas.

python workflow/scripts/unpack_atlas.py --recipe JSON --atlas atlas/minilm --out results
"""

from pathlib import Path

from intertask.atlas.folder import Atlas
from intertask.atlas.unpack import unpack_adapter, unpack_embeddings, unpack_info
from intertask.execution.script import arguments, run


def main() -> None:
    options = arguments(__doc__, "atlas", "out")
    recipe, folder, out = options.recipe, Path(options.atlas), Path(options.out)
    atlas = Atlas(folder.parent, folder.name)
    encoders = {"base": recipe["model"], "sentence": recipe["sentence_encoder"]}
    for task in recipe["tasks"]:
        if encoders["sentence"] is None:
            unpack_adapter(atlas, task, out / "adapters" / encoders["base"] / task)
            continue
        unpack_info(atlas, task, out / "data" / task / "info.json")
        for kind, encoder in encoders.items():
            unpack_embeddings(atlas, task, kind, out / "embeddings" / encoder / f"{task}.npz")
    print(f"{len(recipe['tasks'])} sources from {folder}")


run(main)
