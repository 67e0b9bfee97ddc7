"""Makes a description from the JSON text in an artifact, which is not trusted."""

from __future__ import annotations

from typing import Any

from musicvae.artifact.checks import is_whole, problems
from musicvae.artifact.info import SCHEMA, ArtifactInfo
from musicvae.artifact.parts import AttributeInfo, DynamicsInfo, LatentInfo, matrix
from musicvae.errors import ArtifactSchemaError, CorruptArtifactError
from musicvae.files import parse_json_object

#: Characters of a description, at most. One with the largest matrices that are allowed has a tenth.
MAX_CHARACTERS = 2**26


def parse_info(text: str) -> ArtifactInfo:
    """The description that :meth:`musicvae.artifact.info.ArtifactInfo.to_json` wrote, checked.

    Raises:
        ArtifactSchemaError: it was written by a newer musicvae.
        CorruptArtifactError: it is not such a description, or it cannot be true; every
            contradiction is named.
    """
    try:
        values = parse_json_object(text, MAX_CHARACTERS)
    except ValueError as error:
        raise CorruptArtifactError(
            "the artifact's description cannot be read",
            expected="a JSON object",
            received=f"{error}",
        ) from error
    _check_schema(values.get("schema"))
    try:
        info = ArtifactInfo(**values | _parts(values))
    except (TypeError, KeyError) as error:
        raise CorruptArtifactError(
            "the artifact's description has missing or invalid fields", received=f"{error}"
        ) from error
    found = list(problems(info))
    if found:
        raise CorruptArtifactError(
            "the artifact's description contradicts itself", received="; ".join(found)
        )
    return info


def _check_schema(schema: object) -> None:
    if not is_whole(schema) or schema < 1:
        raise CorruptArtifactError(
            "the artifact's description has no schema", expected=f"1 to {SCHEMA}", received=schema
        )
    if schema > SCHEMA:
        raise ArtifactSchemaError(
            "this artifact was written by a newer musicvae",
            expected=f"schema 1 to {SCHEMA}",
            received=f"schema {schema}",
            hint="pip install --upgrade musicvae",
        )


def _parts(values: dict[str, Any]) -> dict[str, Any]:
    """The fields that are objects of their own, made from JSON; schema 1 has the first only."""
    dynamics = values.get("dynamics")
    return {
        "latents": tuple(LatentInfo(**latent) for latent in values["latents"]),
        "covariance": matrix(values.get("covariance", ())),
        "dynamics": None if dynamics is None else DynamicsInfo.from_json(dynamics),
        "attributes": tuple(map(AttributeInfo.from_json, values.get("attributes", ()))),
    }
