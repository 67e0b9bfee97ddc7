"""The recipes that musicvae ships: ``notebook``, ``clip``, ``stream``, ``stream44``, ``stream-ll``.

They are registered in ``pyproject.toml`` under ``musicvae.recipes``, like those of a plug-in.
"""

from __future__ import annotations

import dataclasses

from musicvae.recipes.recipe import Recipe

#: The original notebook: 30 s at 3 kHz as one row of 90 001 samples, cross-entropy on raw audio,
#: Monte-Carlo KL, Adam(3e-4). Kept exactly, flaws included (see musicvae/vae/notebook/).
NOTEBOOK = Recipe(
    name="notebook",
    family="notebook",
    sample_rate=3_000,
    samples=90_001,
    latent_dim=2,
    batch_size=10,
    epochs=20,
)

#: The notebook's idea, corrected: convolution over time, a valid likelihood, analytic KL, warm-up.
CLIP = Recipe(
    name="clip",
    family="clip",
    sample_rate=22_050,
    samples=65_536,
    latent_dim=512,
    batch_size=8,
    epochs=400,
    minutes=60.0,
    learning_rate=1e-3,
    final_learning_rate=0.02,
    gradient_norm=0.5,
    kl_weight=1.0,
    kl_warmup=500,
    free_bits=0.05,
    patience=0,
)

#: For playing live: a stream of 43 latent vectors a second, at the sample rate of GTZAN.
STREAM = Recipe(
    name="stream",
    family="stream",
    sample_rate=22_050,
    samples=32_768,
    latent_dim=32,
    # Every setting is written out, so that a later version's defaults do not change the network.
    model={
        "width": 160,
        "hidden": 320,
        "blocks": 5,
        "encoder_width": 192,
        "encoder_blocks": 3,
        "fft": 1024,
        "hop": 256,
        "stride": 2,
        "bands": 128,
        "scale": 0.15,
        "mel_weight": 2.0,
    },
    batch_size=8,
    epochs=2_000,
    minutes=60.0,
    learning_rate=1e-3,
    final_learning_rate=0.02,
    gradient_norm=6.0,
    kl_weight=1.0,
    kl_warmup=500,
    free_bits=0.05,
)

#: The same at 44 100 Hz, in mono or, with ``channels=2``, in stereo.
STREAM44 = dataclasses.replace(
    STREAM,
    name="stream44",
    sample_rate=44_100,
    samples=65_536,
    model={**STREAM.model, "stride": 4, "hidden": 192},  # a frame lasts half as long
)

#: Low latency, for a sound that comes in: 2.9 ms of windows and a step of 5.8 ms.
STREAM_LL = dataclasses.replace(
    STREAM44,
    name="stream-ll",
    model={
        **STREAM44.model,
        # A frame lasts half as long, and has a quarter of the frequencies.
        "width": 128,
        "hidden": 160,
        "encoder_width": 128,
        "fft": 256,
        "hop": 128,
        "stride": 2,
        "bands": 48,
    },
)
