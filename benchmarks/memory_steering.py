"""How far a memory follows what is asked of it, and how much of what it plays is a copy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.audio import Sound, read
from musicvae.latents.calibration import spearman
from musicvae.latents.copying import copy_rate
from musicvae.latents.form import Form
from musicvae.latents.memory.places import Places
from musicvae.live.engine.controls import Controls
from musicvae.live.table import ADDRESSES
from musicvae.measures.frames import frame_attributes
from musicvae.runtime.encoder import Encoder
from musicvae.runtime.stream_decoder import StreamDecoder

#: What is asked for, in standard deviations, among it -1, 0 and 1; of which; with which seeds.
STEPS = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
ATTRIBUTES = ("loudness", "brightness", "onsets")
SEEDS = (1, 2)


def steering(places: Places, model: str, seconds: float = 12.0) -> None:
    """Print the rank correlation of what is asked for and what comes, of source and sound.

    *Chosen* is the mean of what was measured of the places that the source played; *heard* is
    measured in the sound, to which the attribute was also added. *Farther* is by how much the
    windows of the rows that it plays at -1 and 1 are farther from the tracks than those at 0.
    """
    decoder = StreamDecoder(model)
    info = decoder.info
    tracks = np.split(places.memory.rows(), places.memory.ends[:-1])
    music = Form.of(tracks, places.memory.step_rate)
    for name in ATTRIBUTES:
        chosen, heard, rows = [], [], {}
        for asked in STEPS:
            each = [played(places, info, name, asked, seed, seconds) for seed in SEEDS]
            chosen.append(np.mean([measured(places, name, at) for at, _, _ in each]))
            sounds = [Sound.of(decoder.decode(z), info.sample_rate) for _, z, _ in each]
            heard.append(np.mean([sounding(sound, info, name) for sound in sounds]))
            rows[asked] = [source for _, _, source in each]
        rate = info.sample_rate / info.hop
        apart = {
            asked: music.distances(Form.of(rows[asked], rate / info.stride))["windows"]
            for asked in (-1.0, 0.0, 1.0)
        }
        farther = [100 * (apart[asked] / apart[0.0] - 1) for asked in (-1.0, 1.0)]
        print(
            f"{name:>16}: Spearman of chosen {spearman(STEPS, chosen):.3f}, "
            f"of heard {spearman(STEPS, heard):.3f}; chosen at "
            + ", ".join(f"{STEPS[n]:+g}: {chosen[n]:.4g}" for n in range(0, len(STEPS), 2))
            + f"; farther at -1 and 1: {farther[0]:+.0f} %, {farther[1]:+.0f} %"
        )


def played(
    places: Places, info: ArtifactInfo, name: str, asked: float, seed: int, seconds: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """As live: the steps of the memory, latents of the frames, and rows of the source alone."""
    controls = Controls(info, info.sample_rate / info.hop)
    for path, key, values, payload in (
        ("/glide", "", (0.0,), None),
        ("/seed", "", (seed,), None),
        ("/memory/load", "", ("memory",), places),
        ("/attr/<name>", name, (asked,), None),
    ):
        controls.do(ADDRESSES.command(path, "a", key, values), payload)
    source: object = controls.sources["memory"]
    steps, frames = [], round(seconds * info.sample_rate / info.hop)
    latents = np.zeros((frames, info.latent_dim), np.float32)
    for frame in latents:
        frame[:] = controls.next()
        steps.append(round(source.place * places.memory.steps))  # type: ignore[attr-defined]
    at = np.array(steps)
    return at, latents, places.memory.rows()[at[:: info.stride]]


def measured(places: Places, name: str, at: np.ndarray) -> float:
    """The mean of an attribute over steps of the memory, in its unit; NaN if it has none."""
    if name not in places.attributes:
        return float("nan")
    index = places.attributes.index(name)
    scale, codes = places.memory.header.attributes[index], places.memory.body.measured[:, index]
    joints = np.maximum(np.searchsorted(places.steps, at, side="right") - 1, 0)
    return float(np.mean(scale.low + (scale.high - scale.low) * codes[joints] / 255))


def sounding(sound: Sound, info: ArtifactInfo, name: str) -> float:
    """The mean of an attribute over a sound, in its unit."""
    return float(np.nanmean(frame_attributes(sound, info.hop * info.stride)[name]))


def copies(places: Places, played: Sequence[np.ndarray], folder: Path, encoder: str) -> None:
    """Print the share of what a memory plays that is copied from it, and of unheard tracks.

    Args:
        places: of the memory.
        played: rows that it played.
        folder: of tracks that it does not hold.
        encoder: of its latent space.
    """
    ears, files = Encoder(encoder), [path for path in sorted(folder.iterdir()) if path.is_file()]
    unheard = [ears.encode(read(path)) for path in files]
    rate = places.memory.step_rate
    tracks = np.split(places.memory.rows(), places.memory.ends[:-1])
    half = len(unheard) // 2
    print(
        f"copied seconds: {copy_rate(played, tracks, unheard, rate):.1%} of what it plays; of half "
        f"of the unheard tracks, by the other half, "
        f"{copy_rate(unheard[half:], tracks, unheard[:half], rate):.1%}"
    )
