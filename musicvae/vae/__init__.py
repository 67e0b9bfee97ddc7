"""The models and their training: the only part of musicvae that imports TensorFlow."""
