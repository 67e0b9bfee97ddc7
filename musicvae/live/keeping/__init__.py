"""What is kept on disk: models and tapes by name, presets, recordings, and the session's score."""
