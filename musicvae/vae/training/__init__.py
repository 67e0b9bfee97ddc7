"""Training: preparation, the loop, its phases, and what it reports."""
