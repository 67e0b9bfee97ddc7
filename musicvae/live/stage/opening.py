"""What a deck plays before anybody sends it anything: nobody is to hear a drone first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from musicvae.errors import MusicVAEError, SettingError
from musicvae.live.commands.address import Command
from musicvae.live.engine.voice import Voice
from musicvae.live.stage.engine_handle import EngineHandle

#: What is loaded for each source, where it is there: the last one plays, and the other one is ready
#: for ``/source`` and ``/variation``.
_ORDER = {
    "memory": ("input", "prior", "memory"),
    "prior": ("input", "memory", "prior"),
    "walk": ("input",),
    "held": ("input",),
}
#: The same where the input, or what is best, is to play.
_BEST = ("prior", "memory", "input")


@dataclass(frozen=True)
class Opening:
    """Lets decks play by themselves from the first moment.

    Its commands are those of a performer, so that recordings, scores and presets hold them: a score
    that has none renders as it was played, with latents that are held.

    Attributes:
        source: a word of :data:`musicvae.live.limits.SOURCES`.
        hears: whether there is an input.
        insists: whether an input that no model can hear is an error.
    """

    source: str = "auto"
    hears: bool = False
    insists: bool = True

    def commands(
        self, stage: EngineHandle, voice: Voice, deck: str
    ) -> list[tuple[Command, object]]:
        """The commands for a voice that takes over no settings, with what was loaded for them.

        Args:
            stage: has the loader, and the address table.
            voice: a voice that is to play; of a clip model, which plays loops, nothing follows.
            deck: name of its deck.

        Raises:
            MusicVAEError: a memory, a prior or the input is demanded, and there is none, or no
                encoder to hear it, or it cannot be played.
        """
        if self.source == "input" and not self.hears:
            raise SettingError("nothing comes in", hint="start `musicvae live` with --input")
        if voice.controls.info.kind != "stream":
            return []
        parts = _ORDER.get(self.source, _BEST)
        loads = [load for part in parts for load in self._loads(part, stage, voice, deck)]
        if self.source == "held":
            return [*loads, *([self._choice(stage, deck)] if loads else [])]
        if self.source == "walk" or not loads:
            return [*loads, self._choice(stage, deck, "walk")]
        return loads

    def _choice(
        self, stage: EngineHandle, deck: str, source: str = "held"
    ) -> tuple[Command, object]:
        return stage.table.command("/source", deck, "", (source,)), None

    def _loads(
        self, part: str, stage: EngineHandle, voice: Voice, deck: str
    ) -> Iterator[tuple[Command, object]]:
        """The command that loads a part of the model, which then plays; where it can be played."""
        library, loader = stage.loader.library, stage.loader
        space = voice.controls.info.latent_space
        load: Callable[[str, Voice], object]
        found: object
        if part == "input":
            found, load = self.hears and library.encoder_of(voice.name, space), loader.ear
        elif part == "memory":
            found, load = library.memory_of(voice.name), loader.memory
        else:
            found, load = library.prior_of(voice.name), loader.prior
        if part != self.source and not found:
            return
        try:
            payload = load(voice.name, voice)
        except MusicVAEError:
            if part == self.source:
                raise
            return  # /memory/load, /prior/load and the lists say why
        yield stage.table.command(f"/{part}/load", deck, "", (voice.name,)), payload
