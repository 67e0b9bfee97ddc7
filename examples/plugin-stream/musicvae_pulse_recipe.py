"""The recipe of the family pulse, in a module that does not import TensorFlow."""

from musicvae.recipes import Recipe

PULSE = Recipe(
    name="pulse",
    family="pulse",
    sample_rate=16_000,
    samples=8_192,
    latent_dim=8,
    batch_size=4,
    epochs=20,
    learning_rate=1e-3,
    kl_warmup=50,
)
