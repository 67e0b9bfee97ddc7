"""A trained prior: walks, tells its surprise, and exports itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.artifact.info import PRIOR_SCHEMA
from musicvae.artifact.ports import CONDITION, LATENT, NOISE, STATE
from musicvae.errors import RunError
from musicvae.families import Exportable
from musicvae.latents.arrays import Float32
from musicvae.paths import AnyPath
from musicvae.vae.prior.building import build_model
from musicvae.vae.prior.folder import PriorFolder
from musicvae.vae.prior.material import Material
from musicvae.vae.quiet import quieten_tensorflow
from musicvae.vae.run import checkpoint

if TYPE_CHECKING:
    import tensorflow as tf

    from musicvae.vae.prior.model import PriorModel


class TrainedPrior:
    """A prior with its best weights.

    Attributes:
        model: see :class:`musicvae.vae.prior.model.PriorModel`.
        folder: the folder that its training left.
    """

    def __init__(self, model: PriorModel, folder: PriorFolder) -> None:
        self.model, self.folder = model, folder
        self.plan, self.space, self.outline = folder.plan(), folder.space(), folder.outline()

    @property
    def weights(self) -> int:
        """How many numbers are trained."""
        return sum(int(np.prod(weight.shape)) for weight in self.model.trainable_variables)

    def info(self) -> ArtifactInfo:
        """The description of an artifact made from this prior."""
        described, space = self.folder.describe(), self.space
        genres = self.outline.genres
        return ArtifactInfo(
            kind="prior",
            genre=genres[0] if len(genres) == 1 else "any",
            recipe=self.plan.family,
            sample_rate=space.sample_rate,
            channels=space.channels,
            latent_dim=space.latent_dim,
            hop=space.hop,
            stride=space.stride,
            state_size=self.model.state_size,
            latent_space=space.latent_space,
            latents=self.folder.latents(),
            prior=self.outline.info(self.plan.family, self.model.noise, self.model.context),
            provenance=self._provenance(described),
            licence=str(described["licence"]),
            schema=PRIOR_SCHEMA,
        )

    def exports(self) -> Mapping[str, Exportable]:
        """The prior itself, as the exporter asks for it."""
        return {"prior": Exportable(self.info(), self.step_function(), self.real_latents)}

    def step_function(self) -> Any:
        """One step as a ``tf.function`` with the ports of a prior, float32 (1, width) each."""
        import tensorflow as tf

        model, D = self.model, self.space.latent_dim
        sizes = {
            LATENT: D, CONDITION: self.outline.condition_size, NOISE: model.noise,
            STATE: model.state_size,
        }  # fmt: skip
        signature = [tf.TensorSpec((1, n), tf.float32, name=name) for name, n in sizes.items()]

        @tf.function(input_signature=signature, autograph=False)
        def step(
            latent: tf.Tensor, condition: tf.Tensor, noise: tf.Tensor, state: tf.Tensor
        ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            return model.advance(latent, condition, noise, state)

        return step

    def real_latents(self, n: int) -> Float32:
        """Latents of a test track, float32 (n, D); a walk where the material is gone."""
        if os.path.lexists(self.folder.material):
            material = Material.load(self.folder.material)
            side = material.indices(held_out=True)
            first = int(side[0]) if len(side) else 0
            return np.resize(material.track(first), (n, self.space.latent_dim))
        random = np.random.default_rng(0)
        draws = random.standard_normal((n, self.space.latent_dim)) @ self.outline.root.T
        for step in range(1, n):
            draws[step] += self.outline.matrix @ draws[step - 1]
        return draws.astype(np.float32)

    def _provenance(self, described: Mapping[str, Any]) -> dict[str, Any]:
        step = checkpoint.counters_of(self.folder.best)["step"]
        rows = [row for row in self.folder.rows() if row["step"] == step]
        return {
            "plan": self.plan.to_json(),
            "weights": self.weights,
            "steps": step,
            "tracks": described["tracks"],
            "seconds": described["seconds"],
            "encoder": described["encoder"],
            "started": described["started"],
            "versions": described["versions"],
            # A figure that is not finite has no place in an artifact.
            "figures": {k: v for k, v in (rows[-1] if rows else {}).items() if np.isfinite(v)},
        }


def load_prior(path: AnyPath) -> TrainedPrior:
    """The prior of a folder, with its best weights.

    Raises:
        RunError: there is no prior, it was stopped before it left weights, or a file is damaged.
        UnknownNameError: its family is not installed.
        MissingExtraError: TensorFlow is not installed.
    """
    folder = trained_folder(path)
    outline, plan = folder.outline(), folder.plan()
    quieten_tensorflow()
    model = build_model(outline, plan)
    checkpoint.restore(folder.best, model.variables)
    return TrainedPrior(model, folder)


def trained_folder(path: AnyPath) -> PriorFolder:
    """The folder of a prior that has weights; they are not read.

    Raises:
        RunError: there is no prior, or it was stopped before it left weights.
    """
    folder = PriorFolder.open(path)
    if not os.path.lexists(folder.best):
        raise RunError(
            "this prior was cut off before it left weights",
            expected="a training that ended, or was stopped with Ctrl-C",
            received=f"no {folder.best.name} in {folder.path}",
            hint=f"musicvae prior --resume --out {folder.path}",
        )
    return folder
