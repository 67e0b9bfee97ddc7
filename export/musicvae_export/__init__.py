"""Exports trained models to verified, self-describing ONNX files.

    convert        TensorFlow function -> ONNX graph (tf2onnx), unsupported operators are errors
    build          what is done with that graph, by kind of artifact
      simplify       what does not depend on what is played is computed now
      fold           clips: batch norms and cuts go into the convolutions
      whole_numbers  streams: frames are counted once, in one type of number
      unbatch        streams: the batch axis goes, so that a dense layer is
      gemm             one operator
    half           large weights as float16
    describe       what the file says of the model
    stamp          the description goes into the file
    verify         clips are played against the TensorFlow model
    verify_stream  streams too, and in blocks against one shot
    jobs           which of these belong to which kind

``musicvae.export`` and ``musicvae export`` are the doors to it.
"""

from musicvae_export.exporter import export_model

__all__ = ["export_model"]
