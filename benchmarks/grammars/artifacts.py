"""Right artifacts of every kind, as a graph and a description that can be changed."""

from __future__ import annotations

import hashlib
import importlib
import json
import random
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import onnx
from onnx import helper

from grammars import values
from musicvae.artifact import METADATA_KEY


def _of_tests(name: str) -> ModuleType:
    """A module of the tests: they make the smallest artifacts that play."""
    root = str(Path(__file__).resolve().parents[2])
    if root not in sys.path:
        sys.path.append(root)  # the modules of tests/ import one another from there
    return importlib.import_module(f"tests.{name}")


CLIPS, STREAMS = _of_tests("artifacts"), _of_tests("stream_artifacts")

#: Arguments of the writers in tests/: small ones, and those at which something else happens.
SIZES: dict[str, dict[str, tuple[Any, ...]]] = {
    "clip": {
        "latent_dim": (1, 3, 4, 300),
        "samples": (1, 2, 6, 64, 2048, 2049, 100_000),
        "channels": (1, 2),
        "sample_rate": (1_000, 16_000, 44_100, 192_000),
    },
    "stream": {
        "latent_dim": (1, 3, 4, 64),
        "hop": (1, 2, 63, 64, 256, 4096, 65_536),
        "channels": (1, 2),
        "sample_rate": (1_000, 16_000, 44_100, 192_000),
        "stride": (1, 2, 64),
    },
    "encoder": {
        "latent_dim": (1, 4),
        "hop": (1, 64, 1024),
        "channels": (1, 2),
        "sample_rate": (1_000, 16_000, 192_000),
        "stride": (1, 2),
    },
}
_WRITERS = {
    "clip": CLIPS.write_clip_artifact,
    "stream": STREAMS.write_stream_artifact,
    "encoder": STREAMS.write_encoder_artifact,
}
#: Streams are what most people play.
KINDS = ("stream", "stream", "stream", "clip", "clip", "encoder")


@dataclass
class Artifact:
    """An artifact.

    Attributes:
        model: its graph, without the description.
        document: the description, JSON values.
        digest: whether the description has the graph's SHA-256.
        spoil: seeds of changes to the bytes of the file.
    """

    model: onnx.ModelProto
    document: Any
    digest: bool = True
    spoil: list[int] = field(default_factory=list)

    def to_bytes(self) -> bytes:
        """The file, before its bytes are spoilt."""
        if isinstance(self.document, dict) and self.digest:
            graph = self.model.graph.SerializeToString()
            self.document["graph_sha256"] = hashlib.sha256(graph).hexdigest()
        text = values.written(self.document).encode("utf-8", "replace").decode("utf-8")
        del self.model.metadata_props[:]
        helper.set_model_props(self.model, {METADATA_KEY: text})
        data: bytes = self.model.SerializeToString()
        return data


def artifact(kind: str, **sizes: Any) -> Artifact:
    """A right artifact of a kind, with these sizes."""
    with tempfile.TemporaryDirectory() as folder:
        model = onnx.load(_WRITERS[kind](Path(folder) / "a.onnx", **sizes))
    return Artifact(model, json.loads(model.metadata_props[0].value))


def resized(rng: random.Random, kind: str) -> Artifact:
    """A right artifact with one or two sizes that are seldom."""
    names = rng.sample(list(SIZES[kind]), rng.choice((1, 1, 2)))
    return artifact(kind, **{name: rng.choice(SIZES[kind][name]) for name in names})
