"""The engine as other threads see it: loading, questions, and offline rendering of scores."""
