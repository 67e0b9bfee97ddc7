"""Exports trained decoders to verified, self-describing ONNX files.

    convert    TensorFlow function -> ONNX graph (tf2onnx), unsupported operators are errors
    simplify   what does not depend on the latents is computed now
    fold       batch norms and cuts go into the convolutions
    stamp      the description goes into the file
    verify     the file is played against the TensorFlow model

``musicvae.export`` and ``musicvae export`` are the doors to it.
"""

from musicvae_export.exporter import export_model

__all__ = ["export_model"]
