"""Names -> voices and tapes, loaded and warmed up. Slow: never on the thread that renders."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from musicvae.errors import LatentError, SettingError
from musicvae.latents.tape import Tape
from musicvae.live.engine.clip_voice import ClipVoice
from musicvae.live.engine.clips import Clips
from musicvae.live.engine.loops import LoopMaker
from musicvae.live.engine.stream_voice import StreamVoice
from musicvae.live.engine.voice import Voice
from musicvae.live.storage.library import Library

#: Told the name, the file and the graph's digest of each model before it sounds.
OnModel = Callable[[str, str, str], None]


class Loader:
    """Makes what decks play.

    Args:
        library: where names are looked up.
        sample_rate: of the engine, in Hz.
        channels: of the engine.
        clips: decodes for clip voices.
        on_model: told of each model.
        decoders: loaded already, by name; each may be used for one voice at a time.
    """

    def __init__(
        self,
        library: Library,
        sample_rate: int,
        channels: int,
        clips: Clips,
        on_model: OnModel | None = None,
        decoders: Mapping[str, Any] | None = None,
    ) -> None:
        self.library = library
        self._rate = sample_rate
        self._channels = channels
        self._clips = clips
        self._on_model = on_model
        self._decoders = dict(decoders or {})

    def voice(self, name: str, deck: str, graph_sha256: str = "") -> Voice:
        """A model, ready to sound.

        Args:
            name: of the model.
            deck: that it is for.
            graph_sha256: what it must be; empty takes what is there.

        Raises:
            SettingError: there is no such model, or it is another one.
            ArtifactError: it cannot be played.
            MissingExtraError: a clip at another rate than the engine's, and soxr is not installed.
        """
        decoder, file = self._decoder(name)
        digest = str(getattr(decoder, "graph_sha256", ""))
        if graph_sha256 and digest != graph_sha256:
            raise SettingError(
                f"the model {name!r} is not the one that was played",
                expected=f"a graph {graph_sha256[:16]}…",
                received=f"{digest[:16]}… in {file}",
            )
        if self._on_model is not None:
            self._on_model(name, file, digest)
        if decoder.info.kind == "stream":
            warm_up = getattr(decoder, "warm_up", None)
            if warm_up is not None:
                warm_up(1)
            return StreamVoice(name, decoder, self._rate, self._channels)
        maker = LoopMaker(decoder, self._rate, self._channels)
        return ClipVoice(name, deck, maker, self._clips)

    def tape(self, name: str, voice: Voice | None) -> Tape:
        """A tape that a voice can play.

        Raises:
            SettingError: there is no such tape, or no stream model to play it.
            TapeError: it is damaged.
            LatentError: it was made with another encoder.
        """
        row = self.library.tape(name)
        if voice is None or voice.controls.info.kind != "stream":
            raise SettingError("a tape needs a stream model on its deck", hint="/model/load NAME")
        tape = Tape.load(row.path)
        info = voice.controls.info
        tape.check_space(info.latent_space)
        if tape.latent_dim != info.latent_dim:
            raise LatentError(
                f"the tape {name!r} does not fit the model",
                expected=f"{info.latent_dim} latents",
                received=f"{tape.latent_dim}",
            )
        return tape

    def _decoder(self, name: str) -> tuple[Any, str]:
        """A decoder of its own, and the file it came from."""
        if name in self._decoders:
            return self._decoders[name], ""
        row = self.library.model(name)
        # Late: the modules of onnxruntime's sessions are not needed to list models.
        from musicvae.runtime.decoder import Decoder
        from musicvae.runtime.stream_decoder import StreamDecoder

        kind = row.info.kind if row.info is not None else "clip"
        opened = (StreamDecoder if kind == "stream" else Decoder)(row.path, threads=1)
        return opened, os.fspath(row.path.resolve())
