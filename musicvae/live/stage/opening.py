"""What a deck plays before anybody sends it anything: nobody is to hear a drone first."""

from __future__ import annotations

from dataclasses import dataclass

from musicvae.errors import MusicVAEError
from musicvae.live.commands.address import Command
from musicvae.live.engine.voice import Voice
from musicvae.live.stage.engine_handle import EngineHandle


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
            MusicVAEError: a memory is demanded, and there is none, or it cannot be played.
        """
        if voice.controls.info.kind != "stream" or self.source == "held":
            return []
        walk = stage.table.command("/source", deck, "", ("walk",))
        if self.source == "walk":
            return [(walk, None)]
        demanded = self.source == "memory"
        if not demanded and stage.loader.library.memory_of(voice.name) is None:
            return [(walk, None)]
        try:
            places = stage.loader.memory(voice.name, voice)
        except MusicVAEError:
            if demanded:
                raise
            return [(walk, None)]  # /memory/load and /memory/list say why
        return [(stage.table.command("/memory/load", deck, "", (voice.name,)), places)]
