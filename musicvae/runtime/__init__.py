"""Exported models opened with onnxruntime: sessions, buffers, states, decoders, the encoder."""
