# Sources whose facts, embeddings and adapters come from the atlas instead of being computed from data.
from intertask.atlas.folder import SCORES, TRANSFERS, Atlas, models_of
from intertask.recipes.settings import model_settings

#: Artifacts that are computed from a source's rows, which the atlas does not have.
FROM_ROWS = {"maps", "gradients", "fewshot_gradients"}


def find_atlas():
    """Return the atlas if its measurements are those that this configuration would make, else None."""
    if CONFIG.atlas is None or len(CONFIG.base_models) > 1 or READS & FROM_ROWS:
        return None
    base, (encoder,) = CONFIG.base_models[0], CONFIG.sentence_encoder.values()
    asked = model_settings(CONFIG.models[base]), CONFIG.adapter_of(base), model_settings(encoder)
    found = (Atlas(CONFIG.atlas, name) for name in models_of(CONFIG.atlas))
    atlas = next((atlas for atlas in found if atlas.fits(*asked)), None)
    if atlas is not None:
        for table in (TRANSFERS, SCORES):
            atlas.file(table)  # stops if it is damaged
    return atlas


try:
    ATLAS = find_atlas()
except IntertaskError as error:
    stop(error)

# A target's rows are needed, except where methods are only evaluated on transfers that were made before.
WITHOUT_ROWS = CONFIG.all_tasks if CONFIG.observed else [source for source in SOURCES if source not in TARGETS]
UNPACKED = [] if ATLAS is None else [task for task in WITHOUT_ROWS if task in ATLAS.tasks]
SHIPPED = [source for source in UNPACKED if source in ATLAS.with_adapter()]
if any(ARTIFACTS[name].adapters != "none" for name in READS):
    UNPACKED = SHIPPED  # the adapters of the others are trained, from data
SHIPPED_FILES = ["adapter_config.json", "adapter.safetensors", "metrics.json"]  # without a head
COMPUTED = [task for task in CONFIG.all_tasks if task not in UNPACKED]


def check_shipped(source):
    """Stop if the adapter of a source would have to come from the atlas, which does not have it."""
    if source in UNPACKED and source not in SHIPPED:
        license = ATLAS.tasks[source]["license"]
        stop(
            IntertaskError(
                f"The atlas has no adapter of {source}, because its license ({license}) does not allow it.",
                "config: atlas",
                f"remove {source} from 'sources', or train on its data, with a network: in a configuration without "
                "'atlas', list the sources by name and add tasks/atlas to 'task_folders'",
            )
        )
