"""The version of each step. If you change the results of a step, raise its number, and the step runs again.

A comment, a message or a refactoring changes no result and no number.
"""

VERSIONS = {
    "data": 1,
    "model": 1,
    "embeddings": 2,
    "adapter": 2,
    "transfer": 2,
    "rows": 1,
    "features": 1,
    "map": 1,
    "gradients": 1,
    "fewshot_gradients": 1,
    "fewshot": 1,
    "measures": 1,
    "scores": 3,
    "ranking": 1,
    "ranking_page": 1,
    "report": 1,
    "target_table": 1,
    "transfer_table": 2,
    "fusion": 2,
    "fusion_table": 1,
    "choice": 1,
    "candidate": 2,
    "recommendation": 2,
    "import_transfer": 1,
    "evaluation": 2,
    "costs": 3,
    "calibration": 1,
    "plan": 1,
    "check": 1,
    "atlas": 1,
    "unpack": 1,
}
