"""Recommend one source for a target: choose among those tried, count the costs, and export adapter, text and card."""
