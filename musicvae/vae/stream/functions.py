"""The functions of a stream model that are exported: standardised latents, and a flat state."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from musicvae.artifact.ports import AUDIO, LATENT, STATE
from musicvae.recipes import Recipe
from musicvae.vae.run.basis import LatentBasis
from musicvae.vae.spectra import as_matrices
from musicvae.vae.stream.causal import CausalNetwork
from musicvae.vae.stream.layers import pack, state_size, unpack


def decoder_function(decoder: CausalNetwork, basis: LatentBasis, recipe: Recipe) -> Any:
    """The decoder as a ``tf.function``.

    Returns:
        A function from standardised latents, float32 (1, frames, D), and a state, float32 (1, S),
        to sound, float32 (1, frames × hop, channels), and the next state.
    """
    memories = decoder.memories
    signature = [
        tf.TensorSpec((1, None, recipe.latent_dim), tf.float32, name=LATENT),
        tf.TensorSpec((1, state_size(memories)), tf.float32, name=STATE),
    ]

    @tf.function(input_signature=signature, autograph=False)
    def decode(latent: tf.Tensor, state: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        z = basis.to_model(latent)
        with as_matrices(*decoder.transforms):
            audio, pasts = decoder.advance(z, unpack(state, memories))
        return audio, pack(pasts, memories)

    return decode


def encoder_function(encoder: CausalNetwork, basis: LatentBasis, recipe: Recipe) -> Any:
    """The encoder as a ``tf.function``.

    Returns:
        A function from sound, float32 (1, steps × step, channels), and a state, float32 (1, S), to
        standardised latents, float32 (1, steps, D), the posterior means, and the next state.
    """
    memories = encoder.memories
    signature = [
        tf.TensorSpec((1, None, recipe.channels), tf.float32, name=AUDIO),
        tf.TensorSpec((1, state_size(memories)), tf.float32, name=STATE),
    ]

    @tf.function(input_signature=signature, autograph=False)
    def encode(audio: tf.Tensor, state: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with as_matrices(*encoder.transforms):
            out, pasts = encoder.advance(audio, unpack(state, memories))
        mean, _ = tf.split(out, 2, axis=2)
        return basis.from_model(mean), pack(pasts, memories)

    return encode
