"""Runs exported models with onnxruntime: decoders for clips and streams, and the encoder."""
