"""One recommendation for a target: choosing a source, its costs, its text, and the card of the adapter."""
