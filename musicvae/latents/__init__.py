"""Works with latents outside of a model: arrays, tapes, memories, dynamics, walks, attributes."""
