"""The terms of a prior: what its weights take for granted, and a training from them has to keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.artifact.prior import KnobInfo
from musicvae.errors import ArtifactKindError, LatentError, SettingError
from musicvae.latents.arrays import Float64
from musicvae.vae.prior.folder import PriorFolder
from musicvae.vae.prior.material import Space
from musicvae.vae.prior.plan import Plan

#: What stands for a licence where nobody states one.
UNSTATED = "unstated"


@dataclass(frozen=True)
class Terms:
    """What a folder or a file says of its prior; neither weights nor TensorFlow are needed.

    Attributes:
        space: the latent space.
        genres: names of the genres, in order.
        attributes: what can be asked for, in order, with the scales that it is measured by.
        family: the kind of prior.
        model: settings of the family.
        licence: of the prior, as stated.
    """

    space: Space
    genres: tuple[str, ...]
    attributes: tuple[KnobInfo, ...]
    family: str
    model: Mapping[str, Any]
    licence: str = UNSTATED

    @classmethod
    def of_folder(cls, folder: PriorFolder) -> Terms:
        """The terms of a prior in the folder of its training.

        Raises:
            RunError: its description is missing or damaged.
        """
        outline, plan = folder.outline(), folder.plan()
        return cls(
            folder.space(),
            outline.genres,
            outline.attributes,
            plan.family,
            plan.model,
            str(folder.describe().get("licence", UNSTATED)),
        )

    @classmethod
    def of_artifact(cls, info: ArtifactInfo, path: Path) -> Terms:
        """The terms of an exported prior.

        Args:
            info: its description.
            path: its file, for the error.

        Raises:
            ArtifactKindError: it is no prior.
        """
        if info.prior is None:
            raise ArtifactKindError(
                f"{path.name} is no prior",
                expected="an artifact of kind 'prior', such as jazz.prior.onnx",
                received=f"one of kind {info.kind!r}",
            )
        plan = info.provenance.get("plan")
        model = plan.get("model") if isinstance(plan, dict) else None
        settings = model if isinstance(model, dict) else {}
        prior, space = info.prior, Space.of(info)
        return cls(space, prior.genres, prior.attributes, prior.family, settings, info.licence)

    @property
    def unit(self) -> Float64:
        """Mean and standard deviation of each attribute, float64 (A, 2)."""
        return np.array([(knob.mean, knob.std) for knob in self.attributes], np.float64)

    def plan(self, settings: Mapping[str, Any]) -> Plan:
        """The plan of a training with these settings, and with this family and sizes.

        Raises:
            SettingError, UnknownNameError: as :meth:`musicvae.vae.prior.plan.Plan.of`.
        """
        model = {**self.model, **settings.get("model", {})}
        return Plan.of({"family": self.family, **settings, "model": model})

    def check(
        self, space: Space, attributes: tuple[str, ...], genres: tuple[str, ...] | None = None
    ) -> None:
        """Refuse latents of which this prior cannot learn.

        Args:
            space: their latent space.
            attributes: names of what is known of each step.
            genres: names of their genres; ``None`` where they are named as this prior names them.

        Raises:
            LatentError: they are of another latent space.
            SettingError: their genres or attributes are others.
        """
        if space != self.space:
            raise LatentError(
                "the prior to start from is of another latent space",
                expected=space.latent_space,
                received=self.space.latent_space,
                hint="what encodes has to be the model that the prior is of",
            )
        names, genres = tuple(knob.name for knob in self.attributes), genres or self.genres
        if (self.genres, names) != (genres, attributes):
            raise SettingError(
                "the prior to start from has other genres or attributes",
                expected=", ".join((*genres, *attributes)),
                received=", ".join((*self.genres, *names)),
                hint="give --material its material.npz, and --genre the genre to tune it to",
            )
