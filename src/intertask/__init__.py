"""Find the best intermediate task for a target task.

The lowest layer is :mod:`intertask.errors`, :mod:`intertask.files` and :mod:`intertask.config`; every other package
imports only from layers below it (see docs/design.md).
"""

__version__ = "0.1.0"
