"""How jobs are started: launcher, warm worker, GPU leases, locks, and the frame of every script."""
