"""Loads what sources play, by name: tapes, memories, priors, and encoders that hear an input."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from weakref import WeakValueDictionary

from musicvae.errors import LatentError, SettingError
from musicvae.latents.memory import Memory
from musicvae.latents.memory.places import Places
from musicvae.latents.tape import Tape
from musicvae.live.engine.controls import LATENT_RANGE
from musicvae.live.engine.engine import SEGMENT
from musicvae.live.engine.voice import Voice
from musicvae.live.hearing.ear import Ear
from musicvae.live.stage.pace import Pace
from musicvae.live.storage.library import Library
from musicvae.models.file_facts import file_facts

if TYPE_CHECKING:
    from musicvae.runtime.encoder import Encoder
    from musicvae.runtime.rollout import Rollout

#: Seconds that a frame of a stream, or a step of a prior or an encoder, may take; then it is ended,
#: since its graph may have no end. The sound stands still meanwhile.
FRAME_PATIENCE = 3.0
#: Share of the time that encoders may take together which hear in turns.
MOST_TURNS_SHARE = 0.25


class Register(Protocol):
    """Is told of all that is loaded, before it sounds."""

    def know_model(self, name: str, file: str, graph_sha256: str) -> None:
        """A model, its file, and the SHA-256 of its graph."""

    def know_part(self, kind: str, name: str, file: str, sha256: str) -> None:
        """What a source plays, its file, and the SHA-256 of that."""


class PartLoader:
    """Loads what the sources of a deck play.

    Args:
        library: finds files by name.
        sample_rate: sample rate of the engine, in Hz.
        register: is told of each file.
        pace: refuses priors and encoders that are too slow; ``None`` where time does not count.

    Attributes:
        library: as given.
        note: counts an error of an encoder while it is played: where, and what.
        turns_fit: whether this machine has the time for encoders that hear in turns.
    """

    def __init__(
        self, library: Library, sample_rate: int, register: Register | None, pace: Pace | None
    ) -> None:
        self.library = library
        self.note: Callable[[str, BaseException], None] = lambda where, error: None
        self._rate = sample_rate
        self._register = register
        self._pace = pace
        self.turns_fit = True
        self._ears: dict[str, Ear] = {}
        #: The memories that are being played, by the SHA-256 of their file.
        self._places: WeakValueDictionary[str, Places] = WeakValueDictionary()

    def tape(self, name: str, voice: Voice | None, sha256: str = "") -> Tape:
        """A tape that a voice can play.

        Args:
            name: name of the tape.
            voice: that plays on the deck; ``None`` if there is none.
            sha256: that its file must have; empty accepts any.

        Raises:
            SettingError: there is no such tape, its file is another one, or the voice is not of a
                stream model.
            TapeError: it is damaged.
            LatentError: it was made with another encoder, or its latents are beyond all measure.
        """
        row = self.library.tape(name)
        if voice is None or voice.controls.info.kind != "stream":
            raise SettingError("a tape needs a stream model on its deck", hint="/model/load NAME")
        digest = _checked("tape", name, row.path, sha256)
        tape = Tape.load(row.path)
        info = voice.controls.info
        tape.check_space(info.latent_space)
        if tape.latent_dim != info.latent_dim:
            raise LatentError(
                f"the tape {name!r} does not fit the model",
                expected=f"{info.latent_dim} latents",
                received=f"{tape.latent_dim}",
            )
        if max(tape.latents.max(), -tape.latents.min()) > LATENT_RANGE[1]:
            raise LatentError(
                f"the tape {name!r} cannot be played",
                expected=f"latents from {LATENT_RANGE[0]:g} to {LATENT_RANGE[1]:g}",
                received=f"{tape.latents.min():.3g} to {tape.latents.max():.3g}",
            )
        self._note("tape", name, row.path, digest)
        _ = tape.heard  # computed here, not where it is first played
        return tape

    def memory(self, name: str, voice: Voice | None, sha256: str = "") -> Places:
        """A memory that a voice can play, ready to be played; the same one for the same file.

        Args:
            name: name of the memory.
            voice: that plays on the deck; ``None`` if there is none.
            sha256: that its file must have; empty accepts any.

        Raises:
            SettingError: there is no such memory, its file is another one, or the voice is not of a
                stream model.
            MemoryBankError: it is damaged.
            LatentError: it was made with another encoder.
        """
        row = self.library.memory(name)
        if voice is None or voice.controls.info.kind != "stream":
            raise SettingError("a memory needs a stream model on its deck", hint="/model/load NAME")
        info = voice.controls.info
        digest = _checked("memory", name, row.path, sha256)
        places = self._places.get(digest)
        memory = Memory.load(row.path) if places is None else places.memory
        memory.check_space(info.latent_space, info.latent_dim)
        if places is None:
            places = Places(memory)
            _ = places.map  # computed here, so that the rendering thread need not
            if digest:
                self._places[digest] = places
        self._note("memory", name, row.path, digest)
        return places

    def prior(self, name: str, voice: Voice | None, sha256: str = "") -> Rollout:
        """A prior that a voice can play, ready to begin.

        Args:
            name: name of the prior.
            voice: that plays on the deck; ``None`` if there is none.
            sha256: that its file must have; empty accepts any.

        Raises:
            SettingError: there is no such prior, its file is another one, or the voice is not of a
                stream model.
            ArtifactError: it cannot be played, or is too slow.
            LatentError: it is of another latent space.
        """
        row = self.library.prior(name)
        if voice is None or voice.controls.info.kind != "stream":
            raise SettingError("a prior needs a stream model on its deck", hint="/model/load NAME")
        info = voice.controls.info
        # Imported late, as for decoders.
        from musicvae.runtime.prior import Prior
        from musicvae.runtime.rollout import Rollout

        digest = _checked("prior", name, row.path, sha256)
        prior = Prior(row.path)
        prior.check_space(info.latent_space)
        if prior.info.latent_dim != info.latent_dim:
            raise LatentError(
                f"the prior {name!r} does not fit the model",
                expected=f"{info.latent_dim} latents",
                received=f"{prior.info.latent_dim}",
            )
        prior.limit(FRAME_PATIENCE)
        if self._pace is not None:
            self._pace.check_prior(name, prior)
        self._note("prior", name, row.path, digest)
        return Rollout(prior)

    def ear(self, name: str, voice: Voice | None, sha256: str = "") -> Ear:
        """An ear through which a voice can hear the input; the same one for the same encoder.

        Args:
            name: of the encoder, or of the model of the voice.
            voice: that plays on the deck; ``None`` if there is none.
            sha256: that the encoder's file must have; empty accepts any.

        Raises:
            SettingError: there is no such encoder, its file is another one, or the voice is not of
                a stream model.
            ArtifactError: it cannot be used, or is too slow.
            LatentError: it is of another latent space.
        """
        if voice is None or voice.controls.info.kind != "stream":
            raise SettingError("an input needs a stream model on its deck", hint="/model/load NAME")
        info = voice.controls.info
        row = self.library.encoder_of(name, info.latent_space) if name == voice.name else None
        row = row or self.library.encoder(name)
        # Imported late, as for decoders.
        from musicvae.runtime.encoder import Encoder

        digest = _checked("input", name, row.path, sha256)
        if digest not in self._ears:
            encoder = Encoder(row.path)
            encoder.limit(FRAME_PATIENCE)
            encoders = _in_turns(encoder)
            if self._pace is not None:
                share = len(encoders) * self._pace.check_encoder(name, encoder)
                self.turns_fit &= share <= MOST_TURNS_SHARE
            self._ears[digest] = Ear(encoders, self._rate, SEGMENT, self.note)
        ear = self._ears[digest]
        space, width = ear.info.latent_space, ear.info.latent_dim
        if (space, width) != (info.latent_space, info.latent_dim):
            raise LatentError(
                f"the encoder {name!r} does not fit the model",
                expected=f"{info.latent_dim} latents of the space {info.latent_space!r}",
                received=f"{width} of {space!r}",
            )
        self._note("input", name, row.path, digest)
        return ear

    def _note(self, kind: str, name: str, path: Path, sha256: str) -> None:
        if self._register is not None:
            self._register.know_part(kind, name, os.fspath(path.resolve()), sha256)


def _in_turns(encoder: Encoder) -> list[Encoder]:
    """Up to four encoders, so that each frame of the model may hear a new step."""
    turns = next(turns for turns in (4, 2, 1) if encoder.info.stride % turns == 0)
    return [encoder, *(encoder.twin() for _ in range(turns - 1))]


def _checked(kind: str, name: str, path: Path, sha256: str) -> str:
    """The SHA-256 of a file, which must be this one unless it is empty.

    A file that cannot be read has none: whoever loads it says what is wrong with it.

    Raises:
        SettingError: it is another one.
    """
    try:
        digest = file_facts(path).sha256
    except (OSError, ValueError):
        return ""
    if sha256 and digest != sha256:
        raise SettingError(
            f"the {'encoder' if kind == 'input' else kind} {name!r} is not the one that was played",
            expected=f"a file of SHA-256 {sha256[:16]}…",
            received=f"{digest[:16]}… in {path}",
        )
    return digest
