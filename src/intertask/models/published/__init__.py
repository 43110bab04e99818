"""Adapters that a publisher trained, used as source adapters instead of training them.

The adapters of Poth et al. 2021 on AdapterHub were trained with adapter-transformers 1.1 and its
``RobertaModelWithHeads``. Today's adapters library still converts their weight names (``layer_text_task_adapters`` and
the like), the activation of adapters and the model class. :mod:`~intertask.models.published.load` handles the remaining
differences.
"""

from .fetch import fetch_source
from .hub import NotPublishedError

__all__ = ["NotPublishedError", "fetch_source"]
