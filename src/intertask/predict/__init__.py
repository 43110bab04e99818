"""Predict the rows of a file with the adapter that a recommendation exported: ``python -m intertask.predict``."""
