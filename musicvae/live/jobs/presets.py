"""Jobs that save, load, delete and list presets, and morph between two of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from musicvae.artifact import ArtifactInfo
from musicvae.errors import MusicVAEError, SettingError
from musicvae.live.commands import readers
from musicvae.live.commands.address import Address, Command, Value, Values
from musicvae.live.commands.arguments import Arguments, RefusedError
from musicvae.live.commands.messages import StoredMessage
from musicvae.live.commands.morphing import between
from musicvae.live.commands.wanted import TEXT, Reader, floats
from musicvae.live.engine.control_addresses import MAX_GLIDE_MS
from musicvae.live.engine.describing import describe, value_of
from musicvae.live.jobs.worker import Say
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.storage.presets import Presets

#: What the address of an attribute begins with.
_STEM = "/attr/"


class PresetJobs:
    """Saves, loads and morphs presets.

    Args:
        handle: the engine and its loader.
        presets: the folder of presets.
    """

    def __init__(self, handle: EngineHandle, presets: Presets) -> None:
        self._handle = handle
        self._presets = presets

    def save(self, command: Command, say: Say) -> tuple[Value, ...]:
        """Save the state of the deck at the time when the job begins."""
        info, model = self._model(command)
        deck, table = self._handle.deck(command.deck), self._handle.table
        state = self._handle.look(lambda frame: describe(deck, table))
        self._presets.save(command.text, state, info, model)
        return command.values

    def load(self, command: Command, say: Say) -> tuple[Value, ...]:
        """Apply all messages of the preset at one sample frame."""
        self._recall(self._kept(command, command.values[0]), command, say)
        return command.values

    def delete(self, command: Command, say: Say) -> tuple[Value, ...]:
        """Delete a preset."""
        self._presets.delete(command.text, *self._model(command))
        return command.values

    def list_presets(self, command: Command, say: Say) -> tuple[Value, ...]:
        """List the presets of the deck's model; returns how many."""
        names = self._presets.names(self._model(command)[0])
        for name in names:
            say("/preset/list.reply", name)
        return (len(names),)

    def morph(self, command: Command, say: Say) -> tuple[Value, ...]:
        """Set the deck to a state between two presets; a tape that plays continues."""
        first, second, share = command.values
        a, b = self._kept(command, first), self._kept(command, second)
        state = between(a, b, float(share), self._handle.table.morph_of)
        self._recall(self._without_restarts(command, state), command, say)
        return command.values

    def morph_in_time(self, command: Command, say: Say) -> tuple[Value, ...]:
        """Ramp from the present state to a preset, within the given seconds."""
        name, seconds = command.values
        state = self._kept(command, name)
        glide = [message for message in state if message[0] == "/glide"]
        rest = [message for message in state if message[0] != "/glide"]
        state = [["/glide", float(seconds) * 1000], *rest, *glide]
        self._recall(self._without_restarts(command, state), command, say)
        return command.values

    def _recall(self, state: list[StoredMessage], command: Command, say: Say) -> None:
        """Set the deck to a state; what cannot be loaded is left out where it would not play."""
        chosen = next((message[1] for message in state if message[0] == "/source"), "")

        def without(lost: Command, error: MusicVAEError) -> bool:
            idle = bool(lost.row.source and chosen) and lost.row.source != chosen
            if idle:
                say("/error", lost.address, f"left out, since it does not play here: {error}")
            return idle

        self._handle.recall(state, command.deck, without)

    def _kept(self, command: Command, name: Value) -> list[StoredMessage]:
        info, model = self._model(command)
        names = [attribute.name for attribute in info.attributes]
        return _with_attributes(self._presets.load(str(name), info, model), names)

    def _without_restarts(
        self, command: Command, state: list[StoredMessage]
    ) -> list[StoredMessage]:
        """The state without messages that restart something, which a morph must not do.

        A source that is to load something else does restart.
        """
        engine, table = self._handle.engine, self._handle.table
        restarting, kept = set(), []
        for message in state:
            row = table.row_of(message[0])
            if row is not None and row.load is not None:  # few have, and asking the engine is slow
                changed = value_of(engine, command.deck, message[0], table) != message
                restarting |= {row.source} if changed else set()
            if row is None or not row.restarts or row.source in restarting:
                kept.append(message)
        return kept

    def _model(self, command: Command) -> tuple[ArtifactInfo, str]:
        voice = self._handle.deck(command.deck).voice
        if voice is None:
            raise SettingError("no model plays on this deck", hint="/model/load NAME")
        return voice.controls.info, voice.name


def _with_attributes(state: list[StoredMessage], names: Sequence[str]) -> list[StoredMessage]:
    """The state for a model with these attributes, which the preset's model may not have had.

    Models of one latent space share presets, and each offers the attributes that move it. One that
    was not moved is left out where there is none; one that the preset does not know is not moved.
    """
    known = {f"{_STEM}{name}" for name in names}
    set_there = {str(address) for address, *_ in state if str(address).startswith(_STEM)}
    idle = [[address, 0.0] for address in set_there - known]
    new = [[address, 0.0] for address in sorted(known - set_there) if set_there]
    return [*(message for message in state if message not in idle), *new]


def _read_morph(a: Arguments) -> Values:
    if len(a.values) != 3:
        raise RefusedError("wants two names and a number from 0 to 1")
    names = Arguments(a.values[:2]).words(2)
    return (*names, a.rest(2).number(0, 1))


def _read_morph_in_time(a: Arguments) -> Values:
    if len(a.values) != 2:
        raise RefusedError("wants a name and seconds")
    return (Arguments(a.values[:1]).word(), a.rest(1).number(0, MAX_GLIDE_MS / 1000))


_row = partial(Address, deck=True, owner=PresetJobs)

PRESET_ADDRESSES = (
    _row(
        "/preset/save",
        "s",
        "Save the state of the deck under this name.",
        readers.word(),
        job=PresetJobs.save,
    ),
    _row(
        "/preset/load", "s", "Set the deck to a saved state.", readers.word(), job=PresetJobs.load
    ),
    _row("/preset/delete", "s", "Delete a preset.", readers.word(), job=PresetJobs.delete),
    _row(
        "/preset/list",
        "ignored",
        "Answers `/preset/list.reply` for each.",
        readers.nothing,
        job=PresetJobs.list_presets,
        question=True,
    ),
    _row(
        "/morph",
        "s s f, 0 to 1",
        "Set the deck between two presets; of several that wait, the newest is done.",
        Reader(_read_morph, (TEXT, TEXT, *floats(0, 1))),
        job=PresetJobs.morph,
        replaced_by=lambda earlier, later: earlier.values[:2] == later.values[:2],
    ),
    _row(
        "/morph/time",
        "s f",
        "Glide to a preset within this many seconds.",
        Reader(_read_morph_in_time, (TEXT, *floats(0, MAX_GLIDE_MS / 1000, unit="s"))),
        job=PresetJobs.morph_in_time,
    ),
)
