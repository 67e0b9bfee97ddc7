"""Jobs about presets: keep how a deck is set, come back to it, and what lies between two."""

from __future__ import annotations

from collections.abc import Mapping

from musicvae.artifact import ArtifactInfo
from musicvae.errors import SettingError
from musicvae.live.commands.command import Command, Value
from musicvae.live.commands.messages import Message
from musicvae.live.commands.morphing import between
from musicvae.live.jobs.worker import Handler, Say
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.storage.presets import Presets

#: What would begin again if it were set again; a morph only leads on.
_RUNNING = frozenset({"/tape/load", "/tape/scrub", "/seed"})


class PresetJobs:
    """Saves, loads and morphs.

    Args:
        stage: whose decks play.
        presets: the folder.
    """

    def __init__(self, stage: EngineHandle, presets: Presets) -> None:
        self._stage = stage
        self._presets = presets

    def handlers(self) -> Mapping[str, Handler]:
        """By path."""
        return {
            "/preset/save": self.save,
            "/preset/load": self.load,
            "/preset/delete": self.delete,
            "/preset/list": self.list_presets,
            "/morph": self.morph,
            "/morph/time": self.morph_in_time,
        }

    def save(self, command: Command, say: Say) -> tuple[Value, ...]:
        """As the deck is set at the moment the job begins."""
        info, model = self._model(command)
        state = self._stage.look(lambda frame: self._stage.deck(command.deck).describe())
        self._presets.save(str(command.values[0]), state, info, model)
        return command.values

    def load(self, command: Command, say: Say) -> tuple[Value, ...]:
        """All of it at one frame."""
        self._stage.recall(self._kept(command, command.values[0]), command.deck)
        return command.values

    def delete(self, command: Command, say: Say) -> tuple[Value, ...]:
        """For ever."""
        self._presets.delete(str(command.values[0]), *self._model(command))
        return command.values

    def list_presets(self, command: Command, say: Say) -> tuple[Value, ...]:
        """Of the deck's model."""
        names = self._presets.names(self._model(command)[0])
        for name in names:
            say("/preset/list.reply", name)
        return (len(names),)

    def morph(self, command: Command, say: Say) -> tuple[Value, ...]:
        """Between two presets; a tape that runs goes on running."""
        first, second, share = command.values
        state = between(self._kept(command, first), self._kept(command, second), float(share))
        self._stage.recall(state, command.deck, self._kept_running(command, state))
        return command.values

    def morph_in_time(self, command: Command, say: Say) -> tuple[Value, ...]:
        """From how the deck is set now to a preset; everything that glides takes so long."""
        name, seconds = command.values
        state = self._kept(command, name)
        glide = [message for message in state if message[0] == "/glide"]
        rest = [message for message in state if message[0] != "/glide"]
        state = [["/glide", float(seconds) * 1000], *rest, *glide]
        self._stage.recall(state, command.deck, self._kept_running(command, state))
        return command.values

    def _kept(self, command: Command, name: Value) -> list[Message]:
        info, model = self._model(command)
        return self._presets.load(str(name), info, model)

    def _kept_running(self, command: Command, state: list[Message]) -> frozenset[str]:
        """What to leave out: all that would begin again, unless another tape is asked for."""
        voice = self._stage.deck(command.deck).voice
        tape = None if voice is None else voice.controls.tape
        wanted = [message[1] for message in state if message[0] == "/tape/load"]
        same = not wanted or (tape is not None and tape.name == wanted[0])
        return _RUNNING if same else frozenset({"/seed"})

    def _model(self, command: Command) -> tuple[ArtifactInfo, str]:
        voice = self._stage.deck(command.deck).voice
        if voice is None:
            raise SettingError("no model plays on this deck", hint="/model/load NAME")
        return voice.controls.info, voice.name
