"""The run folder: what one training leaves on disk, and the trained model made from it."""
