"""Run folders: every file that opening a run reads, changed, cut off, exchanged or missing."""

from __future__ import annotations

import copy
import io
import json
import random
from functools import cache
from typing import Any

import numpy as np

from grammars import values
from grammars.grammar import Files

#: What is in a file: JSON values, arrays by name, or bytes.
Content = Any


class Runs:
    """See :class:`grammars.grammar.Grammar`; runs of a clip and of a stream, untrained."""

    def valid(self, rng: random.Random) -> dict[str, Content]:
        """The files of a run."""
        return copy.deepcopy(run_files(rng.choice(("clip", "stream"))))

    def change(self, rng: random.Random, value: dict[str, Content]) -> dict[str, Content]:
        """Change a file, or the set of files."""
        name, kind = rng.choice(list(value) or ["run.json"]), rng.random()
        content = value.get(name, b"")
        if kind < 0.08:
            value.pop(name, None)
        elif kind < 0.12:
            value.pop(name, None)
            value[f"{name}/inside"] = b"a folder, where a file should be"
        elif kind < 0.2:
            value[name] = value[rng.choice(list(value))] if value else b""
        elif kind < 0.3 or isinstance(content, bytes):
            value[name] = values.spoilt(rng, _bytes(content))
        elif name.endswith(".json"):
            value[name] = values.changed(rng, content)
        else:
            _change_arrays(rng, content)
        return value

    def files(self, value: dict[str, Content]) -> Files:
        """The run folder itself."""
        return {name: _bytes(content) for name, content in value.items()}


def _change_arrays(rng: random.Random, arrays: dict[str, Any]) -> None:
    """Another shape, type or number; an array less or more; counters that count wrongly."""
    if not arrays:
        return
    name, kind = rng.choice(list(arrays)), rng.random()
    array = np.asarray(arrays[name])
    if "counters" in arrays and kind < 0.2:
        counters = values.changed(rng, json.loads(str(arrays["counters"])))
        arrays["counters"] = np.array(values.written(counters))
    elif kind < 0.3:
        del arrays[name]
    elif kind < 0.4:
        arrays[rng.choice(("", "0", "more", "../x", "mean", name.upper()))] = array
    elif kind < 0.5:
        arrays[name] = rng.choice((np.zeros(0), np.zeros((2, 0, 3)), array[None], array.ravel()))
    elif kind < 0.65:
        types = ("<f8", "<f2", "<i4", "<c8", "?", "<U5", "S3", "<M8[s]", ">f4")
        arrays[name] = np.zeros(array.shape, rng.choice(types))
    elif kind < 0.7:
        arrays[name] = np.array([{"an": "object"}, None], object)
    elif array.dtype.kind == "f" and array.size:
        changed = array.copy()
        numbers = (np.nan, np.inf, -np.inf, 0.0, 1e38, -1e30, 1e-40)
        changed.flat[rng.randrange(array.size) :] = rng.choice(numbers)
        arrays[name] = changed


def _bytes(content: Content) -> bytes:
    if isinstance(content, bytes):
        return content
    if isinstance(content, dict) and any(isinstance(item, np.ndarray) for item in content.values()):
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=True, **content)  # pickles too: they must not be read
        return buffer.getvalue()
    return values.written(content).encode("utf-8", "surrogatepass")


@cache
def run_files(family: str) -> dict[str, Content]:
    """The files of a run as training leaves them, with random weights and no sounds."""
    from grammars.artifacts import STREAMS
    from musicvae.families import FAMILIES
    from musicvae.recipes import get_recipe

    small = {"clip": _CLIP, "stream": _STREAM}[family]
    recipe = get_recipe(family).with_settings(**small)
    vae, width = FAMILIES.get(family).build(recipe), recipe.latent_dim
    weights = {f"{i:04d}": np.asarray(each.value) for i, each in enumerate(vae.variables)}
    row = np.ones(width, np.float32)
    latents = {"mean": 0 * row, "axes": np.eye(width, dtype=np.float32), "explained": row / width}
    latents |= {"low": -2 * row, "high": 2 * row, "kl": row}
    files: dict[str, Content] = {
        "run.json": {
            "genre": "jazz",
            "licence": "CC0-1.0",
            "recipe": recipe.to_json(),
            "data": "/nowhere",
            "train_digest": "0" * 64,
            "test_digest": "0" * 64,
            "started": "2026-01-01T00:00:00+00:00",
            "versions": {"musicvae": "0"},
        },
        "split.json": {"train": ["a", "b"], "test": ["c"], "rule": "2+1"},
        "data.json": {"folder": "/nowhere", "tracks": [], "skipped": []},
        "history.json": [{"epoch": 1, "step": 3, "objective": 1.5}],
        "best.npz": weights | {"counters": np.array(json.dumps({"step": 3, "epoch": 1}))},
        "latents.npz": latents,
    }
    if family == "stream":
        unit = np.eye(width).tolist()
        moves = STREAMS.dynamics(width, recipe.sample_rate / 128)
        files["playing.json"] = {
            **{name: [0.0] * width for name in ("mean", "low")},
            **{name: [1.0] * width for name in ("std", "high")},
            "covariance": unit,
            "latent_space": STREAMS.LATENT_SPACE,
            "dynamics": json.loads(json.dumps(vars(moves))),
            "attributes": [json.loads(json.dumps(vars(a))) for a in STREAMS.attributes(width)],
        }
    return files


_CLIP: dict[str, Any] = {
    "sample_rate": 8_000,
    "samples": 4_096,
    "latent_dim": 16,
    "model": {"width": 8, "fft": 256, "hop": 128, "bands": 20, "stages": 2},
}
_STREAM: dict[str, Any] = {
    "sample_rate": 16_000,
    "samples": 4_096,
    "latent_dim": 4,
    "model": {
        "width": 12,
        "hidden": 16,
        "blocks": 2,
        "encoder_width": 12,
        "encoder_blocks": 2,
        "fft": 256,
        "hop": 64,
        "stride": 2,
        "bands": 20,
    },
}
