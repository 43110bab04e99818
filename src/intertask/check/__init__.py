"""Whether a run would work: configuration, data, models, hub, machine and time, checked in seconds."""
