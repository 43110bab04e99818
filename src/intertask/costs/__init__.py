"""What the jobs of a run cost: estimated before they run, measured afterwards."""
