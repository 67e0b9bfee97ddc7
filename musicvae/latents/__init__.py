"""Latents outside of a model: arrays, tapes, dynamics, random walks, attribute directions."""
