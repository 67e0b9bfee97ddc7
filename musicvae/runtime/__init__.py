"""Runs exported models with onnxruntime: decoders of clips and streams, encoders and priors.

And what needs nothing else: memories of sounds, improvisation, and an embedding of music.
"""
