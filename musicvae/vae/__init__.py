"""The models and their training: the only part of musicvae that imports TensorFlow.

TensorFlow is imported when something is computed, not when a module is that declares or checks:
families, run folders, and the functions and classes that users import (:mod:`musicvae.vae.quiet`).
"""
