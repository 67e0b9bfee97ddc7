"""Loads voices, tapes, memories and priors by name: slow, so never on the rendering thread.

It is not merged with ``repertoire.py``: that decides once, at start-up and before the sound card
is open, what can be played; a loader needs the card's rate and channels, serves for as long as the
daemon runs, and also serves offline rendering, which has no repertoire.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from musicvae.errors import LatentError, SettingError
from musicvae.latents.memory import Memory
from musicvae.latents.memory.places import Places
from musicvae.latents.tape import Tape
from musicvae.live.engine.clip_voice import ClipVoice
from musicvae.live.engine.clips import Clips
from musicvae.live.engine.controls import LATENT_RANGE
from musicvae.live.engine.loops import ClipDecoder, LoopMaker
from musicvae.live.engine.stream_voice import FrameDecoder, StreamVoice
from musicvae.live.engine.voice import Voice
from musicvae.live.stage.pace import Pace
from musicvae.live.stage.sizes import check_sizes
from musicvae.live.storage.library import Library
from musicvae.models.file_facts import file_facts

if TYPE_CHECKING:
    from musicvae.runtime.rollout import Rollout
    from musicvae.runtime.stream_decoder import StreamDecoder

#: Frames of a stream that are decoded together at most: a block of 2 048 sample frames of 256.
MOST_AT_ONCE = 8
#: Seconds that a frame of a stream, and a clip, may take; then it is ended, since its graph may
#: have no end. The sound stands still meanwhile, or no other clip is decoded.
FRAME_PATIENCE, CLIP_PATIENCE = 3.0, 30.0

#: A decoder of either kind; ``info.kind`` says which.
Decoder = FrameDecoder | ClipDecoder


class Register(Protocol):
    """Is told of all that is loaded, before it sounds."""

    def know_model(self, name: str, file: str, graph_sha256: str) -> None:
        """A model, its file, and the SHA-256 of its graph."""

    def know_part(self, kind: str, name: str, file: str, sha256: str) -> None:
        """What a source plays, its file, and the SHA-256 of that."""


class Loader:
    """Loads voices, tapes, memories and priors.

    Args:
        library: finds files by name.
        sample_rate: sample rate of the engine, in Hz.
        channels: number of channels of the engine.
        clips: decodes for clip voices.
        register: is told of each file.
        decoders: that are loaded already, by name; each serves one voice at a time.
        pace: refuses streams from files that are too slow; ``None`` where time does not count.

    Attributes:
        library: as given.
        digests: SHA-256 of the graph that was loaded last under each name.
    """

    def __init__(
        self,
        library: Library,
        sample_rate: int,
        channels: int,
        clips: Clips,
        register: Register | None = None,
        decoders: Mapping[str, Decoder] | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.library = library
        self.digests: dict[str, str] = {}
        self._rate = sample_rate
        self._channels = channels
        self._clips = clips
        self._register = register
        self._decoders = dict(decoders or {})
        self._pace = pace

    def voice(self, name: str, deck: str, graph_sha256: str = "") -> Voice:
        """A model, ready to sound.

        Args:
            name: name of the model.
            deck: name of the deck that it is for.
            graph_sha256: digest that its graph must have; empty accepts any.

        Raises:
            SettingError: there is no such model, or its graph has another digest.
            ArtifactError: it cannot be played, is too large, or is too slow.
            MissingExtraError: it is a clip of another sample rate than the engine's, and soxr is
                not installed.
        """
        decoder, file = self._decoder(name)
        digest = str(getattr(decoder, "graph_sha256", ""))  # a caller's own decoder may have none
        if graph_sha256 and digest != graph_sha256:
            raise SettingError(
                f"the model {name!r} is not the one that was played",
                expected=f"a graph {graph_sha256[:16]}…",
                received=f"{digest[:16]}… in {file}",
            )
        voice = self._made(name, deck, decoder)
        if isinstance(voice, StreamVoice) and file:  # not a caller's own, which may be sounding
            if self._pace is not None:
                self._pace.check(voice)
            together = cast("StreamDecoder", decoder).frames_at_once(MOST_AT_ONCE)
            voice = self._made(name, deck, decoder, together)
        self.digests[name] = digest
        if self._register is not None:
            self._register.know_model(name, file, digest)
        return voice

    def _made(self, name: str, deck: str, decoder: Decoder, together: int = 1) -> Voice:
        """The voice of a decoder, which decodes so many frames at once."""
        if decoder.info.kind == "stream":
            warm_up = getattr(decoder, "warm_up", None)  # a caller's own decoder may have none
            if warm_up is not None:
                warm_up(1)
            frames = cast(FrameDecoder, decoder)
            return StreamVoice(name, frames, self._rate, self._channels, together)
        maker = LoopMaker(cast(ClipDecoder, decoder), self._rate, self._channels)
        return ClipVoice(name, deck, maker, self._clips)

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
        return tape

    def memory(self, name: str, voice: Voice | None, sha256: str = "") -> Places:
        """A memory that a voice can play, ready to be played.

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
        memory = Memory.load(row.path)
        memory.check_space(info.latent_space, info.latent_dim)
        self._note("memory", name, row.path, digest)
        places = Places(memory)
        _ = places.map  # computed here, so that the rendering thread need not
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

    def _note(self, kind: str, name: str, path: Path, sha256: str) -> None:
        if self._register is not None:
            self._register.know_part(kind, name, os.fspath(path.resolve()), sha256)

    def _decoder(self, name: str) -> tuple[Decoder, str]:
        """The decoder of a model for one voice, and its file or ``""``."""
        if name in self._decoders:
            check_sizes(name, self._decoders[name].info, self._rate, self._channels)
            return self._decoders[name], ""
        row = self.library.model(name)
        if row.info is not None:  # before it is opened, which takes memory
            check_sizes(name, row.info, self._rate, self._channels)
        # Imported late, since listing models does not need onnxruntime.
        from musicvae.runtime import decoder, stream_decoder

        streams = row.info is not None and row.info.kind == "stream"
        kind = stream_decoder.StreamDecoder if streams else decoder.Decoder
        opened = kind(row.path, threads=1)
        opened.limit(FRAME_PATIENCE if streams else CLIP_PATIENCE)
        return opened, os.fspath(row.path.resolve())


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
            f"the {kind} {name!r} is not the one that was played",
            expected=f"a file of SHA-256 {sha256[:16]}…",
            received=f"{digest[:16]}… in {path}",
        )
    return digest
