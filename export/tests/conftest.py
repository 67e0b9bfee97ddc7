"""A small clip model, in place of a trained one: everything that the exporter asks of a model."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
import runpy
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import pytest

from musicvae.artifact import ArtifactInfo, LatentInfo
from musicvae.families import Exportable
from musicvae.recipes import Recipe, get_recipe

D, STEPS, HOP, FFT = 6, 8, 32, 64
FRAMES = 4 * STEPS


@dataclass
class SmallModel:
    """An ``ExportableModel`` around a network of some thousand weights."""

    function: Any
    recipe: Recipe = field(
        default_factory=lambda: dataclasses.replace(
            get_recipe("clip"), sample_rate=16_000, samples=FRAMES * HOP, latent_dim=D
        )
    )
    genre: str = "jazz"
    licence: str = "CC0-1.0"
    provenance: dict[str, Any] = field(default_factory=lambda: {"steps": 3, "seed": 1})

    def exports(self) -> dict[str, Exportable]:
        recipe = self.recipe
        info = ArtifactInfo(
            kind="clip",
            genre=self.genre,
            recipe=recipe.name,
            sample_rate=recipe.sample_rate,
            channels=recipe.channels,
            latent_dim=recipe.latent_dim,
            samples=recipe.samples,
            receptive_field=recipe.samples,
            latents=self.latent_infos(),
            provenance=self.provenance,
            licence=self.licence,
        )
        return {"decoder": Exportable(info, self.function, self.real_latents)}

    def latent_infos(self) -> tuple[LatentInfo, ...]:
        return tuple(
            LatentInfo(f"latent {index}", 0.0, 1.0, -2.3, 2.3, 1 / D) for index in range(D)
        )

    def real_latents(self, n: int) -> np.ndarray:
        return np.random.default_rng(5).standard_normal((n, D), dtype=np.float32) * 1.2


def network() -> Any:
    """Dense, transposed convolutions, convolutions and batch norms; (batch, D) to frames."""
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(0)
    stack = [layers.Input((D,)), layers.Dense(STEPS * 8), layers.Reshape((STEPS, 8))]
    for dilation in (1, 2):
        stack += [
            layers.Conv1DTranspose(8, 4, strides=2, padding="same"),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.2),
            layers.Conv1D(8, 3, padding="same", dilation_rate=dilation, use_bias=dilation == 1),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.2),
        ]
    stack.append(layers.Conv1D(FFT + 2, 3, padding="same"))
    model = keras.Sequential(stack)
    generator = np.random.default_rng(1)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):  # as if trained
            for weight in layer.weights:
                weight.assign(generator.uniform(0.5, 1.5, weight.shape))
    return model


def playable(model: Any) -> Any:
    """The network with an inverse Fourier transform behind it, as a function to export."""
    import tensorflow as tf

    bins = np.arange(FFT // 2 + 1)[:, None] * np.arange(FFT)[None, :] * 2 * np.pi / FFT
    basis = np.concatenate([np.cos(bins), -np.sin(bins)]) * np.hanning(FFT) / FFT
    synthesis = tf.constant(basis, tf.float32)

    def play(latents: Any) -> Any:
        pieces = tf.matmul(model(latents * 1.5 + 0.1, training=False), synthesis)
        first, second = pieces[..., :HOP], pieces[..., HOP:]
        frames = first + tf.pad(second, [[0, 0], [1, 0], [0, 0]])[:, :-1]
        return tf.reshape(tf.tanh(frames), (-1, FRAMES * HOP, 1))

    return tf.function(play, input_signature=[tf.TensorSpec((None, D), tf.float32)])


@pytest.fixture(scope="session")
def small_model() -> SmallModel:
    return SmallModel(playable(network()))


@pytest.fixture(scope="session")
def exported(small_model: SmallModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small model's artifact."""
    from musicvae_export import export_model

    path = tmp_path_factory.mktemp("exported") / "jazz.onnx"
    export_model(small_model, path)
    return path


@pytest.fixture(scope="session")
def make_model() -> Callable[..., SmallModel]:
    """Makes a model around any function of latents: ``make_model(play, **fields)``."""

    def make(play: Callable[[Any], Any], **fields: Any) -> SmallModel:
        import tensorflow as tf

        signature = [tf.TensorSpec((None, D), tf.float32)]
        return SmallModel(tf.function(play, input_signature=signature), **fields)

    return make


#: A stream model of some thousand weights; its frames last 4 ms.
STREAM = {
    "sample_rate": 16_000,
    "samples": 4_096,
    "latent_dim": D,
    "model": {
        "width": 16,
        "hidden": 32,
        "blocks": 2,
        "encoder_width": 16,
        "encoder_blocks": 2,
        "fft": 256,
        "hop": 64,
        "stride": 2,
        "bands": 24,
    },
}


def stream_model(channels: int = 1) -> Any:
    """A ``TrainedStream`` with random weights and without a run."""
    import keras

    from musicvae.artifact.parts import AttributeInfo
    from musicvae.latents.dynamics import LinearDynamics
    from musicvae.vae.run.basis import LatentBasis
    from musicvae.vae.stream.network import build
    from musicvae.vae.stream.statistics import Playing
    from musicvae.vae.stream.trained import TrainedStream

    class SmallStream(TrainedStream):
        genre, licence, provenance = "jazz", "CC0-1.0", {"steps": 3}

        def real_latents(self, n: int) -> np.ndarray:
            return self.walk(n, seed=2)

        def real_sound(self, samples: int) -> np.ndarray:
            draws = np.random.default_rng(3).standard_normal((samples, channels), np.float32)
            return 0.05 * draws.cumsum(axis=0) % 1.0 - 0.5

    keras.utils.set_random_seed(0)
    recipe = get_recipe("stream").with_settings(**STREAM, channels=channels)
    vae, generator = build(recipe), np.random.default_rng(0)
    for weight in vae.trainable_variables:  # untrained layers are near 0
        weight.assign(weight + 0.15 * generator.standard_normal(weight.shape))
    spread = np.linspace(1.5, 0.5, D)
    means = (generator.standard_normal((200, D)) * spread + 0.3).astype(np.float32)
    rate = recipe.sample_rate / vae.settings.step
    unit = np.ones(D, np.float32)
    playing = Playing(
        latent_space="0123456789abcdef",
        mean=0 * unit,
        std=unit,
        low=-2 * unit,
        high=2 * unit,
        covariance=np.eye(D, dtype=np.float32),
        dynamics=LinearDynamics(0.8 * np.eye(D), 0.36 * np.eye(D), one_step_error=0.4, rate=rate),
        attributes=(AttributeInfo("loudness", "dB", (1.0,) * D, -20.0, 6.0, 0.9),),
    )
    basis = LatentBasis.fit(means, np.ones(D, np.float32), means[:, :1])
    no_run: Any = None  # nothing that is exported needs one
    return SmallStream(vae, recipe, no_run, basis, playing)


@pytest.fixture(scope="session")
def small_stream() -> Any:
    return stream_model()


@pytest.fixture(scope="session")
def stereo_stream() -> Any:
    return stream_model(channels=2)


@pytest.fixture(scope="session")
def export_stream(
    small_stream: Any, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Path]:
    """Exports the small stream model, once for each choice: ``export_stream(half=True)``."""
    from musicvae_export import export_model
    from musicvae_export.graph import small

    done: dict[tuple[bool, bool, bool], Path] = {}

    def export(half: bool = False, encoder: bool = False, int8: bool = False) -> Path:
        key = (half, encoder, int8)
        if key not in done:
            done[key] = tmp_path_factory.mktemp("streams") / "jazz.onnx"
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(small, "LEFT", 64)  # this model has no larger matrices
                export_model(small_stream, done[key], half=half, encoder=encoder, int8=int8)
        return done[key]

    return export


@pytest.fixture(scope="session")
def stream(export_stream: Callable[..., Path]) -> Any:
    """The small stream model's decoder, exported and opened."""
    from musicvae.runtime.stream_decoder import StreamDecoder

    return StreamDecoder(export_stream())


@pytest.fixture(scope="session")
def encoder(export_stream: Callable[..., Path]) -> Any:
    """Its encoder."""
    from musicvae.runtime.encoder import Encoder

    return Encoder(export_stream(encoder=True))


@pytest.fixture(scope="session")
def graphs() -> Any:
    """What small_graphs.py, beside this file, defines."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("small_graphs.py"))))


TESTS = Path(__file__).resolve().parents[2] / "tests"


@pytest.fixture(scope="session")
def material() -> ModuleType:
    """The module tests/prior_material.py: latents to train priors on, and the smallest plan."""
    spec = importlib.util.spec_from_file_location("prior_material", TESTS / "prior_material.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def trained_prior(material: ModuleType) -> Callable[[Path, str], Any]:
    """Makes a prior with random weights in a folder, as a training leaves it."""
    from musicvae.vae.prior import building
    from musicvae.vae.prior.folder import PriorFolder
    from musicvae.vae.prior.plan import Plan
    from musicvae.vae.prior.trained import TrainedPrior
    from musicvae.vae.run import checkpoint

    def make(folder: Path, family: str) -> TrainedPrior:
        plan = Plan.of({**material.PLAN, "family": family})
        facts = {"licence": "CC0-1.0", "encoder": "x", "started": "now", "versions": {}}
        made = PriorFolder.create(folder, material.material(), plan, facts)
        model = building.build_model(made.outline(), plan)
        random = np.random.default_rng(0)
        for weight in model.trainable_variables:
            noise = 0.1 * random.standard_normal(weight.shape)
            weight.assign(weight.numpy() + noise.astype(np.float32))
        checkpoint.save(made.best, model.variables, {"step": 1})
        return TrainedPrior(model, made)

    return make
