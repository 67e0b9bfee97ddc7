"""The latent source ``prior``: new music from a seed, made by a learned prior."""

from __future__ import annotations

from functools import partial
from typing import Any

from musicvae.artifact import ArtifactInfo
from musicvae.errors import LiveError
from musicvae.latents.arrays import Latents
from musicvae.live.commands import readers
from musicvae.live.commands.address import Command, Morph, Row, Target, Values
from musicvae.live.commands.arguments import Shape
from musicvae.live.sources.guidance import Guidance
from musicvae.live.sources.source import Source
from musicvae.live.sources.steps import Steps
from musicvae.runtime.conditions import FARTHEST
from musicvae.runtime.rollout import Rollout

#: Steps in one frame at most: each takes about a millisecond.
_MOST_STEPS = 1
#: An attribute that is raised by less is left to the prior.
_UNASKED = 1e-3


def _fits(command: Command, shape: Shape, rollout: Rollout | None) -> bool:
    if rollout is None:
        return True
    info = rollout.prior.info
    same = (info.latent_space, info.latent_dim) == (shape.latent_space, shape.latent_dim)
    return same and shape.kind == "stream"


def _load(loader: Any, command: Command, voice: Any, digest: str) -> object:
    return loader.prior(command.text, voice, digest)


_row = partial(Row["PriorSource"], deck=True, target=Target.SOURCE, source="prior", kept=True)


class PriorSource(Source):
    """Lets a learned prior make the latents, step by step; each step hears those before.

    Without a prior it is not ready. Where the deck has a memory, too, ``/variation`` leads from the
    one to the other. While it listens, it hears what another source or a hand plays.

    Attributes:
        prior_name: name of the prior.
    """

    name = "prior"
    guided = True
    meaning = "a learned prior"
    wants = "no prior is loaded: /prior/load NAME"
    prior_name: str
    addresses = (
        _row(
            "/prior/load",
            "s",
            "Load a prior by name; it becomes the source and makes music from the seed.",
            readers.word(),
            load=_load,
            fits=_fits,
            apply=lambda source, c, rollout: source.insert(rollout, c.text),
            describe=lambda source: source.message(source.prior_name),
            selects=True,
            morph=Morph.SWITCH,
            restarts=True,
        ),
        _row(
            "/prior/swap",
            "s",
            "Put another prior in place of the one that is loaded: the music goes on.",
            readers.word(),
            load=_load,
            fits=_fits,
            apply=lambda source, c, rollout: source.exchange(rollout, c.text),
            kept=False,
        ),
    )

    def __init__(self, info: ArtifactInfo, frame_rate: float) -> None:
        self.prior_name = ""
        self._info = info
        self._attributes = {each.name: at for at, each in enumerate(info.attributes)}
        self._stride = max(1, info.stride)
        self._steps = Steps(info.latent_dim, info.stride, _MOST_STEPS)
        self._rollout: Rollout | None = None
        self._knobs: list[tuple[str, int]] = []
        self._told: tuple[str, ...] | None = None  # the names in which the genre was asked for
        self._begins = False  # anew, with the next frame: seeds may come in thousands
        self._stale = False  # since something else was heard than it made
        self._moves = False  # in this frame
        self._left = False  # to the voice of another model
        self._broken = False
        self._heard = 0  # frames
        self.attend(Guidance(info.latent_dim, info.stride, len(info.attributes)))

    @property
    def ready(self) -> bool:
        """Whether there is a prior, and it works."""
        return self._rollout is not None and not self._broken

    @property
    def genres(self) -> tuple[str, ...]:
        """The genres that ``/style`` may ask for."""
        return () if self._rollout is None else self._rollout.prior.prior.genres

    @property
    def surprise(self) -> float:
        """Of what it heard last, in nats per latent; 0 without a prior."""
        return 0.0 if self._rollout is None else self._rollout.prior.surprise

    def message(self, *values: float | int | str) -> list[tuple[str, Values]]:
        """One message with these values, or no message if there is no prior."""
        return [("", values)] if self.ready else []

    def attend(self, guidance: Guidance) -> None:
        """See :class:`Source`."""
        self._guidance = guidance
        guidance.hearer = self._hear
        guidance.soloists[self.name] = self

    def insert(self, rollout: Rollout, name: str) -> None:
        """Make music with this prior, from the seed on.

        Args:
            rollout: of a prior of the latent space of the deck's model; nobody else uses it.
            name: name of the prior.
        """
        self.prior_name, self._rollout = name, rollout
        self._begins, self._stale, self._broken = True, False, False
        self._ask_of(rollout)

    def exchange(self, rollout: Rollout, name: str) -> None:
        """Go on with another prior, from the last step alone; the source that plays stays.

        Args:
            rollout: as for :meth:`insert`.
            name: name of the prior.
        """
        before = self._rollout
        if before is None or self._broken:
            self.insert(rollout, name)
            return
        if not self._begins:
            rollout.succeed(before)
        self.prior_name, self._rollout = name, rollout
        self._ask_of(rollout)

    def restart(self, seed: int) -> None:
        """See :class:`Source`."""
        self._begins, self._told = True, None  # another seed is another mood

    def adopt(self, other: PriorSource) -> None:
        """See :class:`Source`. The prior itself moves on: the other holds its step as it fades."""
        self.prior_name, self._rollout = other.prior_name, other._rollout
        self._steps.adopt(other._steps)
        self._begins, self._stale, self._broken = other._begins, other._stale, other._broken
        other._left = True
        if self._rollout is not None:
            self._ask_of(self._rollout)

    def next(self, out: Latents) -> None:
        """Write the movement of this frame into ``out``, float32 (D,); see :class:`Source`.

        Raises:
            LiveError: the prior fails; from then on it is not ready.
        """
        rollout, steps = self._rollout, self._steps
        if rollout is None or self._left:
            out[:] = steps.last
            self._heed()
            return
        self._moves = True
        try:
            if self._begins:
                rollout.restart(self._guidance.seed % 2**32)
            if self._begins or self._stale:
                self._make(rollout, steps.following)
                self._begins, self._stale, steps.share = False, False, 1.0
            while steps.due:
                self._make(rollout, steps.turn())
        except Exception as error:
            raise self._failed(error) from error
        steps.write(out, self._guidance.speed)
        self._heed()

    def foresee(self) -> None:
        """See :class:`Source`: takes the next step, as it will be if nobody changes anything.

        Raises:
            LiveError: the prior fails; from then on it is not ready.
        """
        rollout = self._rollout
        if rollout is None or self._left or self._begins or self._stale:
            return
        try:
            self._set(rollout)
            rollout.foresee(self._guidance.temperature)
        except Exception as error:
            raise self._failed(error) from error

    def _heed(self) -> None:
        """Say what need not be added, since the prior is asked for it: its share of the time."""
        guidance = self._guidance
        alone = guidance.memory is None or not guidance.memory.ready
        for _, at in self._knobs:
            guidance.heeded[at] = 1.0 if alone else guidance.variation

    def _make(self, rollout: Rollout, out: Latents) -> None:
        """Make a step: the prior's own, or one of the memory, which it hears."""
        guidance = self._guidance
        self._set(rollout)
        memory, told = guidance.memory, None
        if memory is not None and rollout.turns.remembers(guidance.variation):
            told = memory.step(rollout.turns.returning, 1.0 - guidance.variation)
        out[:] = rollout.next(guidance.temperature, told)
        if guidance.leading:
            rollout.lead(guidance.hand, guidance.leading)

    def _set(self, rollout: Rollout) -> None:
        """Ask for what the next step shall be."""
        self._ask(rollout)
        for name, at in self._knobs:
            amount = max(-FARTHEST, min(float(self._guidance.amounts[at]), FARTHEST))
            asked = amount if abs(amount) > _UNASKED else None
            rollout.prior.conditions.set_attribute(name, asked)

    def _hear(self, row: Latents) -> None:
        """Hear a frame that was played, unless it made it itself."""
        if self._moves or self._rollout is None or self._left or self._broken:
            self._moves = False
            return
        self._heard += 1
        if self._heard % self._stride:
            return
        try:
            if self._begins:
                self._rollout.restart(self._guidance.seed % 2**32)
            self._ask(self._rollout)
            self._rollout.hear(row)
        except Exception as error:
            raise self._failed(error) from error
        self._begins, self._stale = False, True

    def _failed(self, error: Exception) -> LiveError:
        """Gives the prior up: one that fails would fail at each step."""
        self._broken = True
        return LiveError(f"the prior {self.prior_name!a:.80} fails: {error}", hint="/prior/load")

    def _ask_of(self, rollout: Rollout) -> None:
        """Find out what a prior can be asked for."""
        knobs = rollout.prior.prior.attributes
        rollout.prior.conditions.clear()
        self._knobs = [
            (knob.name, self._attributes[knob.name])
            for knob in knobs
            if knob.name in self._attributes
        ]
        self._told = None

    def _ask(self, rollout: Rollout) -> None:
        """Ask for the genres that ``/style`` names; else for music like that of the model."""
        if self._told is self._guidance.names:
            return
        self._told = self._guidance.names
        named = [name for name in self._told if name in self.genres]
        seed, section = self._guidance.seed % 2**32, rollout.sections.number
        rollout.prior.conditions.suit(self._info, named, seed, section)
