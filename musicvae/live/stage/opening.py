"""What a deck plays before anybody sends it anything: nobody is to hear a drone first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from musicvae.errors import MusicVAEError
from musicvae.live.commands.address import Command
from musicvae.live.engine.voice import Voice
from musicvae.live.stage.engine_handle import EngineHandle

#: What is loaded for each source, where it is there: the last one plays, and the other one is ready
#: for ``/source`` and ``/variation``.
_ORDER = {"memory": ("prior", "memory"), "prior": ("memory", "prior")}


@dataclass(frozen=True)
class Opening:
    """Lets decks play by themselves from the first moment.

    Its commands are those of a performer, so that recordings, scores and presets hold them: a score
    that has none renders as it was played, with latents that are held.

    Attributes:
        source: a word of :data:`musicvae.live.limits.SOURCES`.
    """

    source: str = "auto"

    def commands(
        self, stage: EngineHandle, voice: Voice, deck: str
    ) -> list[tuple[Command, object]]:
        """The commands for a voice that takes over no settings, with what was loaded for them.

        Args:
            stage: has the loader, and the address table.
            voice: a voice that is to play; of a clip model, which plays loops, nothing follows.
            deck: name of its deck.

        Raises:
            MusicVAEError: a memory or a prior is demanded, and there is none, or it cannot be
                played.
        """
        if voice.controls.info.kind != "stream" or self.source == "held":
            return []
        parts = () if self.source == "walk" else _ORDER.get(self.source, _ORDER["memory"])
        loads = [load for part in parts for load in self._loads(part, stage, voice, deck)]
        return loads or [(stage.table.command("/source", deck, "", ("walk",)), None)]

    def _loads(
        self, part: str, stage: EngineHandle, voice: Voice, deck: str
    ) -> Iterator[tuple[Command, object]]:
        """The command that loads a part of the model, which then plays; where it can be played."""
        library, loader = stage.loader.library, stage.loader
        find, load = {
            "memory": (library.memory_of, loader.memory),
            "prior": (library.prior_of, loader.prior),
        }[part]
        if part != self.source and find(voice.name) is None:
            return
        try:
            payload: object = load(voice.name, voice)
        except MusicVAEError:
            if part == self.source:
                raise
            return  # /memory/load, /prior/load and the lists say why
        yield stage.table.command(f"/{part}/load", deck, "", (voice.name,)), payload
