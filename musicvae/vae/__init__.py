"""The models and their training: the only part of musicvae that imports TensorFlow.

Raises:
    MissingExtraError: on import, when TensorFlow or a library that training needs is not installed.
"""

from importlib.util import find_spec

from musicvae.errors import MissingExtraError

for _package in ("tensorflow", "librosa", "soxr", "matplotlib"):
    if find_spec(_package) is None:
        raise MissingExtraError("train", _package, "training, or using a trained run,")
