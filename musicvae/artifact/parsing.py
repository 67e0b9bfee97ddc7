"""Makes a description from the JSON text in an artifact, which is not trusted."""

from __future__ import annotations

import reprlib
from typing import Any

from musicvae.artifact.checks import problems
from musicvae.artifact.info import SCHEMA, ArtifactInfo
from musicvae.artifact.number_checks import is_whole
from musicvae.artifact.parts import AttributeInfo, DynamicsInfo, LatentInfo, matrix
from musicvae.artifact.prior import PriorInfo
from musicvae.errors import ArtifactSchemaError, CorruptArtifactError
from musicvae.files import parse_json_object
from musicvae.text import encodable_json, printable

_EXPORT_AGAIN = "export it again with `musicvae export`"

#: Bytes of a description at most; one with the largest matrices that are allowed has 2.8 million.
MAX_DESCRIPTION = 2**22
#: Lists and objects, and values, in a description at most; such a one has 5 000 and 220 000.
_MOST_LISTS = 10_000
_MOST_VALUES = 250_000
#: Characters of what was received that a message shows.
_SHOWN = 300


def parse_info(text: str) -> ArtifactInfo:
    """The description that :meth:`musicvae.artifact.info.ArtifactInfo.to_json` wrote, checked.

    Raises:
        ArtifactSchemaError: it was written by a newer musicvae.
        CorruptArtifactError: it is not such a description, or it cannot be true; every
            contradiction is named.
    """
    try:
        values = parse_json_object(
            encodable_json(text), MAX_DESCRIPTION, lists=_MOST_LISTS, values=_MOST_VALUES
        )
    except ValueError as error:
        raise CorruptArtifactError(
            "the artifact's description cannot be read",
            expected=f"a JSON object of at most {MAX_DESCRIPTION} bytes, {_MOST_LISTS} lists and "
            f"objects, and {_MOST_VALUES} values",
            received=printable(f"{error}", most=_SHOWN),
            hint=_EXPORT_AGAIN,
        ) from error
    _check_schema(values.get("schema"))
    try:
        info = ArtifactInfo(**values | _parts(values))
    except (TypeError, KeyError) as error:
        raise CorruptArtifactError(
            "the artifact's description has missing or invalid fields",
            received=printable(f"{error}", most=_SHOWN),
            hint=_EXPORT_AGAIN,
        ) from error
    found = list(problems(info))
    if found:
        raise CorruptArtifactError(
            "the artifact's description contradicts itself",
            received=printable("; ".join(found), most=10 * _SHOWN),
            hint=_EXPORT_AGAIN,
        )
    return info


def _check_schema(schema: object) -> None:
    if not is_whole(schema) or schema < 1:
        raise CorruptArtifactError(
            "the artifact's description has no schema",
            expected=f"1 to {SCHEMA}",
            received=reprlib.repr(schema),
        )
    if schema > SCHEMA:
        raise ArtifactSchemaError(
            "this artifact was written by a newer musicvae",
            expected=f"schema 1 to {SCHEMA}",
            received=f"schema {reprlib.repr(schema)}",
            hint="pip install --upgrade musicvae",
        )


def _parts(values: dict[str, Any]) -> dict[str, Any]:
    """The fields that are objects of their own, made from JSON; schema 1 has the first only."""
    dynamics, prior = values.get("dynamics"), values.get("prior")
    latents, attributes = (_list(values.get(name, [])) for name in ("latents", "attributes"))
    return {
        "latents": tuple(LatentInfo(**latent) for latent in latents),
        "covariance": matrix(_list(values.get("covariance", []))),
        "dynamics": None if dynamics is None else DynamicsInfo.from_json(dynamics),
        "attributes": tuple(map(AttributeInfo.from_json, attributes)),
        "prior": None if prior is None else PriorInfo.from_json(prior),
    }


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{reprlib.repr(value)} stands where a list must be")
    return value
