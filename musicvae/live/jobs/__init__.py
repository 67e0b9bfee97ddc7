"""Jobs: commands that take longer than a block, done one after another on a worker thread."""
