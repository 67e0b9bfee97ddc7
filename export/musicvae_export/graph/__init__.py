"""Rewrites ONNX graphs so that one frame at a time is fast, without changing the results."""
