"""Makes the folder of a prior from its exported file, so that a training can start from it.

An exported graph holds all weights, in an order of its own. Which constant is which weight is seen,
not guessed: a model of the same settings, in which each number is another one, is exported in the
same way, and the two graphs are gone through side by side (:mod:`musicvae_export.graph.marks`). The
restored model then has to play what the file plays.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx

from musicvae.artifact import ArtifactInfo
from musicvae.artifact.reading import load
from musicvae.errors import ArtifactError, ParityError
from musicvae.files import write_json
from musicvae.latents.arrays import Float32
from musicvae.runtime.prior import Prior
from musicvae.vae.prior.building import build_model
from musicvae.vae.prior.folder import PriorFolder
from musicvae.vae.prior.outline import Outline
from musicvae.vae.prior.terms import Terms
from musicvae.vae.prior.trained import TrainedPrior, load_prior
from musicvae.vae.run import checkpoint
from musicvae_export.build import build_graph
from musicvae_export.graph.marks import OtherGraphError, found, marked
from musicvae_export.graph.widen import widened
from musicvae_export.verify_prior import verify_prior


def restore_prior(path: str | Path, folder: str | Path) -> PriorFolder:
    """Write the folder of a prior from its exported file.

    It is as a training leaves it, but for the material. Where the file holds rounded weights
    (float16, int8) they are restored as the file plays them.

    Args:
        path: an artifact of kind ``"prior"``.
        folder: an empty folder, or one that does not exist.

    Returns:
        The folder, with ``prior.json`` and ``best.npz``.

    Raises:
        ArtifactKindError: the file is an artifact of another kind.
        ArtifactError: it cannot be read; it is not of the architecture that its description and
            this version of musicvae say; or what was restored plays something else.
        UnknownNameError: the family of the prior is not installed.
        SettingError: that family has no such settings.
    """
    data, info = load(path)
    file, made = Path(path), PriorFolder(Path(folder))
    terms = Terms.of_artifact(info, file)
    made.path.mkdir(parents=True, exist_ok=True)
    try:
        bounds, weights = _weights(made, info, terms, onnx.load_from_string(data))
    except OtherGraphError as error:
        raise _other(file.name, info, str(error)) from error
    _describe(made, info, terms, bounds)
    _keep(made, info, weights)
    try:
        verify_prior(load_prior(made.path).exports()["prior"], Prior(path), "float32")
    except ParityError as error:
        raise _other(file.name, info, str(error)) from error
    return made


def _weights(
    folder: PriorFolder, info: ArtifactInfo, terms: Terms, model: onnx.ModelProto
) -> tuple[Float32, list[Float32]]:
    """The bounds of the latents, float32 (2, D), and the variables, in the order of the model."""
    limits = (2, info.latent_dim)
    # The bounds are no variable, but they too become constants: they are the first marks.
    _describe(folder, info, terms, marked([limits])[0])
    twin = TrainedPrior(build_model(folder.outline(), folder.plan()), folder)
    _check_sizes(twin.model, info)
    shapes = [limits, *(tuple(variable.shape) for variable in twin.model.variables)]
    for variable, mark in zip(twin.model.variables, marked(shapes)[1:], strict=True):
        variable.assign(mark)
    bounds, *weights = found(build_graph(twin.step_function(), info), widened(model), shapes)
    return bounds, weights


def _describe(folder: PriorFolder, info: ArtifactInfo, terms: Terms, bounds: Float32) -> None:
    """Write ``prior.json``, with what the file says of the training that it comes from.

    The walk that an untrained prior begins with may be any, of variance 1: weights replace it.
    """
    told, D = info.provenance, info.latent_dim
    walk = (0.9 * np.eye(D), 0.44 * np.eye(D))
    values: dict[str, Any] = {
        "plan": terms.plan({}).to_json(),
        "space": vars(terms.space),
        "latents": [latent.to_json() for latent in info.latents],
        "outline": Outline(D, terms.genres, terms.attributes, *walk, bounds).to_json(),
        "licence": info.licence,
        **{name: told.get(name) for name in ("tracks", "seconds", "encoder", "started")},
        "versions": told.get("versions", {}),
    }
    write_json(folder.description, values)


def _check_sizes(model: Any, info: ArtifactInfo) -> None:
    """Refuse a model with other ports than the file.

    Raises:
        OtherGraphError: it has.
    """
    sizes = {name: getattr(info.prior, name) for name in ("noise", "context")}
    for name, size in {**sizes, "state_size": info.state_size}.items():
        if getattr(model, name) != size:
            raise OtherGraphError(f"its {name} is {size}, not {getattr(model, name)}")


def _keep(folder: PriorFolder, info: ArtifactInfo, weights: list[Float32]) -> None:
    """Write ``best.npz``: weights, and the step that the file says they are of."""
    step = info.provenance.get("steps")
    counters = {"step": step if isinstance(step, int) else 0}
    checkpoint.save(folder.best, [_Kept(array) for array in weights], counters)


class _Kept(NamedTuple):
    """An array as a checkpoint takes variables."""

    value: Float32


def _other(name: str, info: ArtifactInfo, problem: str) -> ArtifactError:
    """The error of a file whose graph is not that of its settings."""
    made = info.provenance.get("export")
    versions = made.get("versions") if isinstance(made, dict) else None
    by = f", exported by {versions}" if versions else ""
    return ArtifactError(
        f"the weights of {name} cannot be restored: it is of another architecture",
        expected="a prior with the graph that this version of musicvae exports of its settings",
        received=f"{problem}{by}",
        hint="start from the folder that its training left",
    )
