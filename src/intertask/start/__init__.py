"""A task YAML and a configuration from a file that somebody has: look at its columns, guess, and say what was guessed.

:mod:`.sniffing` finds out how a file is to be read, :mod:`.looks` what each column holds, :mod:`.guessing` what it is
for, :mod:`.writing` puts it into YAML. ``python -m intertask.start`` is the command.
"""
