"""Exports trained models to verified, self-describing ONNX files.

    exporter       from a trained model to a file: asks the model for its parts, then uses these:
    convert        converts the TensorFlow function to an ONNX graph
    build          cleans the graph up with the modules of graph/, and names its ports
    graph/half     stores large weights as float16, graph/compact those of priors as int8
    eight_bits     gives a graph weights of 8 bits
    rounding       the same for the file of an exported decoder, without its run
    verified       writes a graph to a file, and has it verified
    stamp          writes the description into the file
    kinds          the player and the verification of each kind of artifact:
    verify           compares clips with the TensorFlow model
    verify_stream    compares streams too, and blocks with one long block

``musicvae.export`` and ``musicvae export`` call it.
"""

from musicvae_export.exporter import export_model
from musicvae_export.rounding import round_decoder

__all__ = ["export_model", "round_decoder"]
