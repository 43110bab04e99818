"""Check whether a run will work: configuration, data, models, Hub, machine and time, within seconds."""
