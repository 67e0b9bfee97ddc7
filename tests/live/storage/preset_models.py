"""Models that presets are of, and the state that they hold."""

from __future__ import annotations

from typing import Any

from musicvae.artifact import ArtifactInfo
from musicvae.live.commands.messages import StoredMessage

SPACE, OTHER_SPACE, GRAPH = "0123456789abcdef", "fedcba9876543210", "ab" * 32


def a_model(**values: Any) -> ArtifactInfo:
    facts: dict[str, Any] = {"kind": "stream", "genre": "jazz", "recipe": "stream"}
    facts |= {"sample_rate": 48_000, "channels": 1, "latent_dim": 4, "latent_space": SPACE}
    return ArtifactInfo(**facts | values)


JAZZ = a_model()
ROCK = a_model(latent_space=OTHER_SPACE)
CLIP = a_model(kind="clip", latent_space="", graph_sha256=GRAPH)
STATE: list[StoredMessage] = [["/latent", 0.25, -1.5, 2, 0.0], ["/gain", -6.0], ["/source", "tape"]]
