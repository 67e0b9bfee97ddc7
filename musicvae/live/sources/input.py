"""The latent source ``input``: what comes in, as the encoder of the model hears it."""

from __future__ import annotations

from functools import partial

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.latents.adapting import Heard
from musicvae.latents.arrays import Latents
from musicvae.latents.memory.gravity import Gravity
from musicvae.live.commands import readers
from musicvae.live.commands.address import Command, Morph, Row, Target, Values, covers
from musicvae.live.commands.arguments import Shape
from musicvae.live.hearing.ear import Ear
from musicvae.live.sources.adapting import MOVE_SECONDS, Adapter, nearer
from musicvae.live.sources.guidance import Guidance, Soloist
from musicvae.live.sources.source import Source

#: What was heard so many seconds ago hardly counts for where the input lies; after so many
#: seconds that is half known.
_HEARD_SECONDS, _KNOWN_SECONDS = 30.0, 1.0


def _fits(command: Command, shape: Shape, ear: Ear | None) -> bool:
    if ear is None:
        return True
    same = (ear.info.latent_space, ear.info.latent_dim) == (shape.latent_space, shape.latent_dim)
    return same and shape.kind == "stream"


_row = partial(Row["InputSource"], deck=True, target=Target.SOURCE, source="input", kept=True)


class InputSource(Source):
    """Lets the input move the latents: a voice, a guitar, a drum plays the model.

    What was heard is drawn to the steps of the deck's memory that are like it, as far as the
    performer says. Below the gate it follows into silence, or hands over to the memory of the deck,
    else its prior, else to the latents that are set. Without an encoder it is not ready.

    Attributes:
        ear: through which it hears; ``None`` without an encoder.
        encoder_name: name of the encoder.
        following: whether it follows the input into silence.
        gravity: how far what is heard is drawn to the memory of the deck, 0 to 1.
    """

    name = "input"
    guided = True
    meaning = "the sound that comes in"
    wants = (
        "nothing is heard: start musicvae live with --input, and /input/load NAME where the model "
        "has no encoder"
    )
    encoder_name: str
    following: bool
    gravity: float
    addresses = (
        _row(
            "/input/load",
            "s",
            "Load the encoder of a model by name; the input becomes the source.",
            readers.word(),
            load=lambda loader, c, voice, digest: loader.ear(c.text, voice, digest),
            fits=_fits,
            apply=lambda source, c, ear: source.insert(ear, c.text),
            describe=lambda source: source.message(source.encoder_name),
            selects=True,
            morph=Morph.SWITCH,
            restarts=True,
        ),
        _row(
            "/input/listen",
            "i, 0 or 1",
            "Below the gate, 1 (at first): follow the input into silence; 0: play on alone, as the "
            "memory of the deck, else its prior, else the set latents do.",
            readers.switch,
            apply=lambda source, c, _: source.follow(c.on),
            describe=lambda source: source.message(int(source.following)),
            morph=Morph.SWITCH,
            replaced_by=covers,
        ),
        _row(
            "/input/gravity",
            "f, 0 to 1",
            "How far what is heard is drawn to what is like it in the memory of the deck: 0 (at "
            "first) leaves it, 1 plays the music of the memory alone. Nothing without a memory.",
            readers.number(0, 1),
            apply=lambda source, c, _: source.draw(c.number),
            describe=lambda source: source.message(source.gravity),
            replaced_by=covers,
        ),
    )

    def __init__(self, info: ArtifactInfo, frame_rate: float) -> None:
        self.ear = None
        self.encoder_name = ""
        self.following, self.gravity = True, 0.0
        self._drawn = 0.0  # how far it is drawn now
        self._gravity = Gravity(info.latent_dim)
        self._alone = 0.0  # how much of what is played is the deck's own
        self._step = 1 / max(1.0, MOVE_SECONDS * frame_rate)
        self._own: Latents = np.zeros(info.latent_dim, np.float32)
        self._solo: Soloist | None = None
        self._guidance = Guidance(info.latent_dim, info.stride)
        self._adapter, self._stride, self._frame = Adapter(frame_rate), max(1, info.stride), 0
        self._rate = frame_rate / self._stride
        self._heard: Heard | None = None

    @property
    def ready(self) -> bool:
        """Whether there is an encoder, and it works."""
        return self.ear is not None and not self.ear.broken

    def message(self, *values: float | int | str) -> list[tuple[str, Values]]:
        """One message with these values, or no message if there is no encoder."""
        return [("", values)] if self.ready else []

    def attend(self, guidance: Guidance) -> None:
        """See :class:`Source`."""
        self._guidance = guidance
        self._adapter.attend(guidance)
        if guidance.ground is not None:
            most, soon = _HEARD_SECONDS * self._rate, _KNOWN_SECONDS * self._rate
            self._heard = Heard(len(guidance.ground.mean), most, soon)

    def insert(self, ear: Ear, name: str) -> None:
        """Hear through this ear, of an encoder of that name."""
        self.ear, self.encoder_name = ear, name

    def follow(self, on: bool) -> None:
        """Follow the input into silence, or play on alone there."""
        self.following = on

    def draw(self, gravity: float) -> None:
        """Draw what is heard to the memory of the deck, so far of the way: 0 to 1."""
        self.gravity = gravity

    def adopt(self, other: InputSource) -> None:
        """See :class:`Source`. The two share the ear."""
        self.gravity, self._drawn = other.gravity, other._drawn
        self.ear, self.encoder_name = other.ear, other.encoder_name
        self.following, self._alone = other.following, other._alone
        self._adapter.adopt(other._adapter)
        if self._heard is not None and other._heard is not None:
            self._heard.go_on(other._heard, self._rate / other._rate)
            self._adapter.aim(self._heard)

    def next(self, out: Latents) -> None:
        """Write the movement of this frame into ``out``, float32 (D,); see :class:`Source`."""
        ear, guidance = self.ear, self._guidance
        if ear is None:
            out[:] = 0.0
            return
        out[:] = ear.latents(guidance.ahead)
        is_open = ear.is_open(guidance.ahead)
        self._adapt(out, is_open)
        self._attract(out, self.gravity if is_open else 0.0)
        if self.following or is_open:
            self._alone = nearer(self._alone, 0.0, self._step)
        else:
            if not self._alone:
                self._solo = self._soloist()
            self._alone = nearer(self._alone, 1.0, self._step)
        if guidance.leading:  # what a memory hears instead of its being added
            np.multiply(guidance.hand, np.float32(guidance.leading), out=self._own)
            np.add(out, self._own, out=out)
        if self._alone:
            self._blend(out)

    def _adapt(self, out: Latents, is_open: bool) -> None:
        """Move ``out`` to where the music of the model lies, and learn where the input does.

        Below the gate nothing is learnt, and silence stays silence.
        """
        if is_open and self._heard is not None:
            self._frame = (self._frame + 1) % self._stride
            if not self._frame:  # once a step
                self._heard.note(out)
                self._adapter.aim(self._heard)
        self._adapter.adapt(out, still=not is_open)

    def _attract(self, out: Latents, gravity: float) -> None:
        """Draw ``out`` to the memory; how far moves to ``gravity``, which is 0 below the gate.

        So silence stays silence.
        """
        self._drawn = nearer(self._drawn, gravity, self._step)
        masses = self._guidance.masses
        if self._drawn and masses is not None:
            own = self._own
            np.subtract(self._gravity.centre(masses, out), out, out=own)
            np.multiply(own, np.float32(self._drawn), out=own)
            np.add(out, own, out=out)

    def _blend(self, out: Latents) -> None:
        """Mix what the deck plays alone into ``out``."""
        own = self._own
        if self._solo is None or not self._solo.ready:
            own[:] = 0.0
        else:
            self._solo.next(own)
        np.subtract(own, out, out=own)
        np.multiply(own, np.float32(self._alone), out=own)
        np.add(out, own, out=out)

    def _soloist(self) -> Soloist | None:
        """Who takes over."""
        every = self._guidance.soloists.values()
        solo = next((each for each in every if each.ready), None)
        if solo is not None:
            solo.begin()
        return solo
