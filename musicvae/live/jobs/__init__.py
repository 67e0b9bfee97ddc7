"""Jobs: commands that take longer than a block, done one after another on the worker thread."""
