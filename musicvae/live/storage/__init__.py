"""Files of the daemon: models and tapes by name, presets, recordings, journals, scores."""
