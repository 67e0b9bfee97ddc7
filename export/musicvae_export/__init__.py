"""Exports decoders to ONNX."""
