"""Reads and writes the files of the daemon: models, tapes, presets, recordings, scores."""
