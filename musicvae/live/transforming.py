"""Plays a model with a sound offline: the engine of ``musicvae live``, fed from a sound.

>>> transform("metal", musicvae.read("voice.wav")).write("metal.wav")  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
from numpy.typing import ArrayLike

from musicvae.audio import Samples, Sound, resample, to_channels
from musicvae.errors import AudioError, LiveError, SettingError
from musicvae.live.commands.address import DECK_NAMES
from musicvae.live.commands.arguments import RefusedError
from musicvae.live.commands.messages import StoredMessage
from musicvae.live.engine.clips import InlineClips
from musicvae.live.engine.engine import SEGMENT, Engine
from musicvae.live.hearing.hearing import CHANNELS
from musicvae.live.limits import GATE_DBFS, HOLD_MS
from musicvae.live.options import Options
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.stage.loading import Loader
from musicvae.live.stage.repertoire import Repertoire
from musicvae.live.table import ADDRESSES
from musicvae.live.usable import usable
from musicvae.paths import AnyPath


@dataclass(frozen=True)
class Transformation:
    """The settings of a transformation; those of the same names over OSC mean the same.

    Attributes:
        gain: of the input in dB, -96 to 36.
        gate: below this level in dBFS, -120 to 0, silence is heard; -120 never closes it.
        hold: ms that the gate stays open, 0 to 10000.
        auto: whether the input comes slowly to the level of the training music.
        mix: 1 is the model alone, 0 the input itself, at equal power between; 0 to 1.
        scale: factor of all latents, -1000 to 1000.
        bias: addend of all latents after that, -1000 to 1000.
        attributes: by name, in standard deviations, -10 to 10.
        gravity: how far what is heard is drawn to the memory of the model, 0 to 1.
        adapt: how far what is heard is moved to where the music of the model lies, 0 to 1.
        overlap: whether several encoders hear in turns, as live with a device.
    """

    gain: float = 0.0
    gate: float = GATE_DBFS
    hold: float = HOLD_MS
    auto: bool = True
    mix: float = 1.0
    scale: float = 1.0
    bias: float = 0.0
    attributes: Mapping[str, float] = field(default_factory=dict)
    gravity: float = 0.0
    adapt: float = 0.0
    overlap: bool = False

    def messages(self) -> list[StoredMessage]:
        """What a performer would send."""
        return [
            ["/input/gain", self.gain],
            ["/input/gate", self.gate],
            ["/input/hold", self.hold],
            ["/input/auto", int(self.auto)],
            ["/input/mix", self.mix],
            ["/input/gravity", self.gravity],
            ["/adapt", self.adapt],
            ["/input/overlap", int(self.overlap)],
            ["/latent/scale", self.scale],
            ["/latent/bias", self.bias],
            *([f"/attr/{name}", amount] for name, amount in self.attributes.items()),
        ]


class Transformer:
    """Transforms one sound, block by block.

    Args:
        model: name of a ready model, or path of a stream artifact, with an encoder.
        settings: how.
        sample_rate: of the sound that is given and made, in Hz; ``None`` is that of the model.

    Raises:
        SettingError: a setting is out of its range, or the model has no such attribute, has no
            encoder, no memory where one is to draw, or is no stream.
        ArtifactError: the model, its encoder or its memory cannot be used.
        RegistryError: there is no ready model of that name, or it cannot be used.

    Attributes:
        sample_rate: of the sound that is given and made, in Hz.
        heard_after: seconds from a sound to the latents that describe it; see ``Ear.latency``.
        played_after: seconds from there to the sound that it causes.
        step: seconds of a latent step of the encoder.
        channels: of the sound that is made, those of the model.
        latency: sample frames from a sound to what is made of it; :meth:`blocks` drops them.
        engine: which plays it.
    """

    def __init__(
        self,
        model: AnyPath,
        settings: Transformation | None = None,
        sample_rate: int | None = None,
    ) -> None:
        repertoire = Repertoire(model, Options())
        name = repertoire.at_first[0]
        self.sample_rate = sample_rate or repertoire.model_rate
        row = repertoire.library.model(name)
        self.channels = CHANNELS if row.info is None else row.info.channels
        self.engine = Engine(self.sample_rate, self.channels)
        loader = Loader(repertoire.library, self.sample_rate, self.channels, InlineClips())
        loader.note = self.engine.faults.note
        self._handle = EngineHandle(self.engine, loader, ADDRESSES)
        settings = settings or Transformation()
        first: list[StoredMessage] = [["/model/load", name], ["/input/load", name], ["/glide", 0.0]]
        if settings.gravity:
            first.insert(1, ["/memory/load", name])  # before the input, which is to be the source
        for message in (*first, *settings.messages()):
            self._do(message)
        voice = self.engine.decks[DECK_NAMES[0]].voice
        if voice is None or voice.controls.ear is None:  # the commands above make both
            raise LiveError("the model does not play")
        ear = voice.controls.ear
        self.heard_after = ear.latency(overlap=settings.overlap)
        self.played_after = voice.latency
        self.step = ear.info.hop / ear.info.sample_rate
        self.latency = round((self.heard_after + self.played_after) * self.sample_rate)
        self.engine.hearing.delay_by(self.latency)  # so that both parts of a mix come together
        self._do(["/play", 1])

    def blocks(self, sound: Iterable[Samples]) -> Iterator[Samples]:
        """What the model makes of a sound: aligned with it, and equally long.

        Args:
            sound: float32, shape (sample frames, any number of channels) each, at
                :attr:`sample_rate`, full scale ±1. What is not finite or beyond ±16 is heard as a
                gap, as on stage: :func:`musicvae.live.usable.usable` refuses it.

        Yields:
            float32, shape (sample frames, channels), within ±1; overwritten by the next one.

        Raises:
            LiveError: the model or its encoder failed, so that a part of the sound is missing.
        """
        out = np.zeros((SEGMENT, self.channels), np.float32)
        late = np.zeros((self.latency, CHANNELS), np.float32)
        skip = self.latency
        for block in chain(sound, [late]):
            heard = to_channels(block, CHANNELS)
            for at in range(0, len(heard), SEGMENT):
                part = heard[at : at + SEGMENT]
                made = out[: len(part)]
                self.engine.render(made, part)
                if skip < len(made):
                    yield made[skip:]
                skip = max(0, skip - len(made))
        faults = self.engine.faults
        if faults.count:
            raise LiveError(
                "a part of the sound is missing",
                received=f"{faults.count} error(s), the newest of {faults.problem}",
            )

    def _do(self, message: StoredMessage) -> None:
        """Apply one message now."""
        try:
            command = self._handle.restore(message, DECK_NAMES[0])
        except RefusedError as error:
            raise SettingError(
                f"a setting of the transformation cannot be used: {error}",
                received=" ".join(map(str, message)),
            ) from error
        self.engine.post(command, payloads=(self._handle.payload(command),))
        self.engine.settle()


def transform(
    model: AnyPath,
    sound: Sound | ArrayLike,
    sample_rate: int | None = None,
    *,
    gain: float = 0.0,
    gate: float = GATE_DBFS,
    hold: float = HOLD_MS,
    auto: bool = True,
    mix: float = 1.0,
    scale: float = 1.0,
    bias: float = 0.0,
    attributes: Mapping[str, float] | None = None,
    gravity: float = 0.0,
    adapt: float = 0.0,
    overlap: bool = False,
) -> Sound:
    """A sound as a model plays it: encoded, and decoded by the model, as ``musicvae live`` does.

    Args:
        model: name of a ready model (``musicvae models`` lists them), or path of a stream artifact
            with an encoder: ``jazz.encoder.onnx`` beside ``jazz.onnx``, or one that a plug-in
            brings and that makes its latents.
        sound: a sound, or numbers of shape (samples,) or (samples, channels), full scale ±1.
        sample_rate: of numbers, in Hz; ``None`` is that of the model.
        gain: see :class:`Transformation`, also for the others.
        gate: in dBFS.
        hold: in ms.
        auto: whether the input comes slowly to the level of the training music.
        mix: 1 is the model alone, 0 the input itself.
        scale: factor of all latents.
        bias: addend of all latents.
        attributes: such as ``{"brightness": 1.5}``, in standard deviations.
        gravity: how far what is heard is drawn to the memory of the model, 0 to 1.
        adapt: how far what is heard is moved to where the music of the model lies, 0 to 1.
        overlap: whether several encoders hear in turns, as live with a device.

    Returns:
        The sound at the model's rate and channels, aligned with the input and equally long.

    Raises:
        AudioError: this is no sound, is empty, has samples that are not finite or beyond ±16, or
            its rate is none.
        MissingExtraError: the sound has another rate than the model, and soxr is not installed.
        SettingError: a setting is out of its range, the sound is given first, or the model has no
            such attribute, has no encoder, or is no stream.
        ArtifactError: the model or its encoder cannot be used.
        RegistryError: there is no ready model of that name, or it cannot be used.
        LiveError: the model or its encoder failed.
    """
    if isinstance(model, Sound):
        raise SettingError(
            "the model comes before the sound",
            expected="transform(MODEL, SOUND)",
            received="a sound as the model",
        )
    settings = Transformation(
        *(gain, gate, hold, auto, mix, scale, bias, attributes or {}, gravity, adapt, overlap)
    )
    transformer = Transformer(model, settings)
    rate = transformer.sample_rate
    given = sound if isinstance(sound, Sound) else Sound.of(sound, sample_rate or rate)
    for _ in usable([given.samples], given.sample_rate):
        pass
    samples = resample(given, rate).samples
    made = [block.copy() for block in transformer.blocks([samples])]
    if not made:  # shorter than a sample of the model
        raise AudioError(
            "there is nothing to transform",
            expected=f"at least one sample at {rate} Hz",
            received=f"{len(given.samples)} at {given.sample_rate} Hz",
        )
    return Sound(np.concatenate(made), rate)
