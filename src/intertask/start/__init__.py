"""Create a task YAML and a configuration from a data file: inspect its columns, guess their roles, explain the guesses.

:mod:`.locate` finds the files or the Hub dataset, :mod:`.sniffing` detects how a file must be read,
:mod:`.column_profile` describes each column, :mod:`.guessing` assigns roles to the columns, and :mod:`.writing` writes
the YAML. The command is ``python -m intertask.start``.
"""
