"""From a folder of sound files to checked, split and decoded tracks; without TensorFlow."""
