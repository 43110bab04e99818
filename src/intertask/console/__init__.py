"""What the user sees in the terminal: progress, failures, the result, suggestions, and the files to open next."""
