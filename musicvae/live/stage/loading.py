"""Loads voices by name, and what their sources play: slow, so never on the rendering thread.

It is not merged with ``repertoire.py``: that decides once, at start-up and before the sound card
is open, what can be played; a loader needs the card's rate and channels, serves for as long as the
daemon runs, and also serves offline rendering, which has no repertoire.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from musicvae.errors import SettingError
from musicvae.live.engine.clip_voice import ClipVoice
from musicvae.live.engine.clips import Clips
from musicvae.live.engine.loops import ClipDecoder, LoopMaker
from musicvae.live.engine.stream_voice import FrameDecoder, StreamVoice
from musicvae.live.engine.voice import Voice
from musicvae.live.stage.loading_parts import FRAME_PATIENCE, PartLoader, Register
from musicvae.live.stage.pace import Pace
from musicvae.live.stage.sizes import check_sizes
from musicvae.live.storage.library import Library

if TYPE_CHECKING:
    from musicvae.runtime.stream_decoder import StreamDecoder

#: Frames of a stream that are decoded together at most: a block of 2 048 sample frames of 256.
MOST_AT_ONCE = 8
#: Seconds that a clip may take; then it is ended, and no other one is decoded meanwhile.
CLIP_PATIENCE = 30.0

#: A decoder of either kind; ``info.kind`` says which.
Decoder = FrameDecoder | ClipDecoder


class Loader(PartLoader):
    """Loads voices, and what their sources play.

    Args:
        library: finds files by name.
        sample_rate: sample rate of the engine, in Hz.
        channels: number of channels of the engine.
        clips: decodes for clip voices.
        register: is told of each file.
        decoders: that are loaded already, by name; each serves one voice at a time.
        pace: refuses what is too slow; ``None`` where time does not count.

    Attributes:
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
        super().__init__(library, sample_rate, register, pace)
        self.digests: dict[str, str] = {}
        self._channels = channels
        self._clips = clips
        self._decoders = dict(decoders or {})

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
