"""How jobs are started: launcher, warm worker, GPU leases, locks, and the beginning and end of every script."""
