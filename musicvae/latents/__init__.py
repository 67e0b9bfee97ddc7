"""Works with latents outside of a model: arrays, tapes, dynamics, random walks, attributes."""
