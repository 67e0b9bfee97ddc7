"""The two phases: what each may move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from musicvae.errors import SettingError
from musicvae.recipes import Recipe, get_recipe
from musicvae.vae.stream.network import StreamVAE, build
from musicvae.vae.training.phases import AdversarialPhase, ElboPhase, compiled, make_phases

RECIPE: Recipe = get_recipe("stream").with_settings(
    sample_rate=16_000,
    samples=8_192,
    latent_dim=4,
    batch_size=2,
    adversarial=0.5,
    model={
        "width": 12,
        "hidden": 16,
        "blocks": 2,
        "encoder_width": 12,
        "encoder_blocks": 1,
        "fft": 256,
        "hop": 64,
        "bands": 20,
    },
)


@pytest.fixture
def vae() -> StreamVAE:
    return build(RECIPE)


def _batch(vae: StreamVAE) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    audio = 0.1 * random.standard_normal((2, RECIPE.samples, 1))
    return audio.astype(np.float32), random.standard_normal((2, vae.noise_dims)).astype(np.float32)


def _weights(part: Any) -> list[np.ndarray]:
    return [weight.numpy() for weight in part.trainable_variables]


def _moved(before: list[np.ndarray], after: list[np.ndarray]) -> list[bool]:
    return [not np.array_equal(a, b) for a, b in zip(before, after, strict=True)]


def _step(phase: Any, vae: StreamVAE) -> dict[str, Any]:
    figures: dict[str, Any] = phase.step(*_batch(vae), 1.0)
    assert all(np.isfinite(value).all() for value in figures.values())
    return figures


def test_the_first_phase_moves_everything(vae: StreamVAE) -> None:
    before = _weights(vae)
    figures = _step(ElboPhase(vae, RECIPE), vae)
    assert all(_moved(before, _weights(vae)))
    assert figures["kl"].shape == (4,)
    assert {"loss", "reconstruction", "stft", "log_mel"} <= set(figures)


def test_frozen_parts_keep_their_weights(vae: StreamVAE) -> None:
    encoder, decoder = _weights(vae.encoder), _weights(vae.decoder)
    _step(ElboPhase(vae, RECIPE, frozen=("encoder",)), vae)
    assert not any(_moved(encoder, _weights(vae.encoder)))
    assert all(_moved(decoder, _weights(vae.decoder)))


def test_the_second_phase_moves_decoder_and_critics(vae: StreamVAE) -> None:
    phase = AdversarialPhase(vae, RECIPE)
    encoder, decoder, critics = map(_weights, (vae.encoder, vae.decoder, phase.critics))
    figures = _step(phase, vae)
    assert not any(_moved(encoder, _weights(vae.encoder)))
    assert all(_moved(decoder, _weights(vae.decoder)))
    assert all(_moved(critics, _weights(phase.critics)))
    assert {"deception", "feature_matching", "critics"} <= set(figures)


def test_critics_learn_to_tell(vae: StreamVAE) -> None:
    phase = AdversarialPhase(vae, RECIPE)
    audio, noise = _batch(vae)
    judged = [float(phase.step(audio, noise, 1.0)["critics"]) for _ in range(8)]
    assert judged[-1] < 0.4  # critics that judge all sound alike reach 0.5 at best


def test_families_without_aligned_sound_have_no_second_phase() -> None:
    from musicvae.vae.notebook.network import build as build_notebook

    recipe = get_recipe("notebook").with_settings(samples=1_001, adversarial=0.5)
    with pytest.raises(SettingError, match="no adversarial phase"):
        AdversarialPhase(build_notebook(recipe), recipe)


def test_a_recipe_has_a_second_phase_where_it_asks_for_one(vae: StreamVAE) -> None:
    assert [phase.name for phase in make_phases(vae, RECIPE)] == ["elbo", "adversarial"]
    (only,) = make_phases(vae, RECIPE.with_settings(adversarial=0.0), ("encoder",))
    decoder = {id(weight) for weight in vae.decoder.trainable_variables}
    assert isinstance(only, ElboPhase)
    assert {id(weight) for weight in only.weights} == decoder


def test_the_second_phase_is_slower_and_has_little_momentum(vae: StreamVAE) -> None:
    elbo, adversarial = make_phases(vae, RECIPE)
    assert adversarial.pace < elbo.pace
    assert len(adversarial.optimizers) == 2
    assert all(optimizer.beta_1 == 0.5 for optimizer in adversarial.optimizers)
    assert elbo.optimizers[0].beta_1 == 0.9


def test_a_checkpoint_holds_all_that_a_phase_changes(vae: StreamVAE) -> None:
    for phase in make_phases(vae, RECIPE):
        before = [variable.numpy() for variable in phase.variables]
        _step(phase, vae)
        changed = _moved(before, [variable.numpy() for variable in phase.variables])
        # All but what is constant: the learning rates.
        assert sum(changed) >= len(changed) - len(phase.optimizers)


class Doubling:
    """A phase of a toy: its figures are functions of what it is given."""

    name, pace, whole = "doubling", 1.0, True

    def __init__(self, model: Any) -> None:
        self.model = model
        self.optimizers: Sequence[Any] = ()
        self.variables: Sequence[Any] = ()

    def step(self, audio: Any, noise: Any, beta: Any) -> dict[str, Any]:
        return {"loss": beta * tf.reduce_sum(audio), "kl": tf.reduce_sum(noise, axis=0)}


def test_a_compiled_step_returns_figures_and_votes(toy: Any) -> None:
    step = compiled(Doubling(toy), tf.distribute.get_strategy())
    noise = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    figures, votes = step(tf.ones((2, 3, 1)), noise, tf.constant(0.5), tf.constant([0.0, 7.0]))
    assert float(figures["loss"]) == 3.0
    np.testing.assert_array_equal(figures["kl"], [4.0, 6.0])
    np.testing.assert_array_equal(votes, [0.0, 7.0])
