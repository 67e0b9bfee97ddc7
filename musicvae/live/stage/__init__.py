"""The engine as other threads use it: loading, queries, and offline rendering of scores."""
