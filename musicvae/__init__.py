"""musicvae: train convolutional VAEs on raw audio and play their decoders live.

    >>> import musicvae as mv
    >>> model = mv.train("jazz", data="path/to/genres", out="runs/jazz")  # doctest: +SKIP
    >>> model.sample(4, seed=7)  # doctest: +SKIP
    >>> mv.export(model, "jazz.onnx")  # doctest: +SKIP
    >>> mv.StreamDecoder("jazz.onnx").push(latents)  # doctest: +SKIP
    >>> mv.play("jazz", seconds=10).write("jazz.wav")  # a ready model  # doctest: +SKIP

Importing this package loads neither TensorFlow nor onnxruntime: each name is imported from its
module when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from musicvae.version import __version__ as __version__

if TYPE_CHECKING:
    from musicvae.artifact import ArtifactInfo as ArtifactInfo
    from musicvae.audio import AudioSpec as AudioSpec
    from musicvae.audio import Sound as Sound
    from musicvae.audio import Sounds as Sounds
    from musicvae.audio import read as read
    from musicvae.audio import write as write
    from musicvae.data.tracks import scan as scan
    from musicvae.errors import MusicVAEError as MusicVAEError
    from musicvae.exporting import export as export
    from musicvae.genres import GENRES as GENRES
    from musicvae.genres import Genre as Genre
    from musicvae.latents.memory.bank import Memory as Memory
    from musicvae.latents.tape import Tape as Tape
    from musicvae.live.transforming import transform as transform
    from musicvae.models import inspect as inspect
    from musicvae.recipes import Recipe as Recipe
    from musicvae.runtime.decoder import Decoder as Decoder
    from musicvae.runtime.encoder import Encoder as Encoder
    from musicvae.runtime.improvising import improvise as improvise
    from musicvae.runtime.memories import load_memory as load_memory
    from musicvae.runtime.playing import play as play
    from musicvae.runtime.prior import Prior as Prior
    from musicvae.runtime.stream_decoder import StreamDecoder as StreamDecoder
    from musicvae.surveying.survey import survey as survey
    from musicvae.vae.clip.trained import TrainedModel as TrainedModel
    from musicvae.vae.prior.training import train_prior as train_prior
    from musicvae.vae.run.loading import load as load
    from musicvae.vae.stream.trained import TrainedStream as TrainedStream
    from musicvae.vae.training.train import train as train

_HOMES = {
    "ArtifactInfo": "artifact",
    "AudioSpec": "audio",
    "Decoder": "runtime.decoder",
    "Encoder": "runtime.encoder",
    "GENRES": "genres",
    "Genre": "genres",
    "Memory": "latents.memory.bank",
    "MusicVAEError": "errors",
    "Prior": "runtime.prior",
    "Recipe": "recipes",
    "Sound": "audio",
    "Sounds": "audio",
    "StreamDecoder": "runtime.stream_decoder",
    "Tape": "latents.tape",
    "TrainedModel": "vae.clip.trained",
    "TrainedStream": "vae.stream.trained",
    "export": "exporting",
    "improvise": "runtime.improvising",
    "inspect": "models",
    "load": "vae.run.loading",
    "load_memory": "runtime.memories",
    "play": "runtime.playing",
    "read": "audio",
    "scan": "data.tracks",
    "survey": "surveying.survey",
    "train": "vae.training.train",
    "train_prior": "vae.prior.training",
    "transform": "live.transforming",
    "write": "audio",
}

__all__ = ["__version__", *sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'musicvae' has no attribute {name!r}")
    value = getattr(import_module(f"musicvae.{_HOMES[name]}"), name)
    globals()[name] = value  # the next use costs nothing
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
