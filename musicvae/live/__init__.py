"""The daemon behind ``musicvae live``: OSC in, sound out, without TensorFlow."""
