"""What the user sees in the terminal: progress, failures, suggestions, and which files to open next."""
