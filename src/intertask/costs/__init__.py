"""What the jobs of a run cost: measured afterwards, estimated beforehand."""
