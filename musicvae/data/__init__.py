"""Finds sound files, decodes them once, and cuts them into batches; without TensorFlow."""
