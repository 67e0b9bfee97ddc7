"""Answers what clients ask of MIDI: learn, forget, list, save and load a mapping."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from musicvae.beside.mirror import Mirror
from musicvae.errors import MusicVAEError
from musicvae.live.commands.address import DECK_NAMES, Value, Values
from musicvae.live.commands.table import AddressTable
from musicvae.midi.bindings import Binding, checked_address, needs_values
from musicvae.midi.defaults import defaults
from musicvae.midi.learning import Learner, Wish
from musicvae.midi.mapping import Mapping
from musicvae.midi.player import Player
from musicvae.midi.storing import FIRST, Mappings, Read, read_file

#: Replies of one list: the outbox of a client has room for them.
_MOST_LISTED = 1024


class Desk:
    """Owns the mapping of a player.

    Args:
        player: whose mapping it is.
        mappings: the files.
        mirror: what the daemon has said.
        table: the address table.
        reply: answers a question: its number, an address and values.
        say: shows a line to people.
        port: the name of the open port; empty for none.

    Attributes:
        learner: what waits for a control; ``None`` for nothing.
    """

    def __init__(
        self,
        player: Player,
        mappings: Mappings,
        mirror: Mirror,
        table: AddressTable,
        reply: Callable[..., None],
        say: Callable[[str], None],
        port: Callable[[], str] = lambda: "",
    ) -> None:
        self.learner: Learner | None = None
        self._player = player
        self._mappings = mappings
        self._mirror = mirror
        self._table = table
        self._reply = reply
        self._say = say
        self._port = port
        self._changed = False
        player.mapping = Mapping(given=defaults(mirror.models))

    def begin(self, file: str) -> None:
        """Load the mapping to begin with; what is wrong with it is told to people."""
        self._changed = bool(file)
        if not file:  # what the model has is loaded when it is known
            return
        try:
            self._take(read_file(file, self._table), self._say)
        except MusicVAEError as error:
            self._say(f"MIDI: {error}")

    def model_changed(self) -> None:
        """Load the mapping ``default`` of the model, or of all, unless somebody changed it."""
        if self._changed:
            return
        try:
            self._take(self._mappings.load(FIRST, self._space()), self._say)
        except MusicVAEError:  # most people have none
            self._player.mapping = Mapping(given=defaults(self._mirror.models))

    def answer(self, number: int, address: str, values: Values) -> None:
        """Answer a question of a client; each gets ``/done`` or ``/fail``."""
        acts: dict[str, Callable[..., Values | None]] = {
            "/midi/learn": self._learn,
            "/midi/forget": self._forget,
            "/midi/list": self._list,
            "/midi/save": self._save,
            "/midi/load": self._load,
        }
        try:
            if address not in acts:
                raise ValueError("unknown address")
            done = acts[address](number, *values)
        except (MusicVAEError, ValueError, TypeError) as error:
            self._reply(number, "/fail", address, str(error))
            return
        if done is not None:
            self._reply(number, "/done", address, *done)

    def learnt(self, learner: Learner) -> None:
        """Bind what the hand moved to what was asked for, if that still waits."""
        if learner is not self.learner:
            return
        self.learner = None
        wish, binding = learner.wish, learner.choose()
        if not self._player.mapping.learn(binding):
            self._reply(wish.question, "/fail", "/midi/learn", "the mapping is full")
            return
        self._changed = True
        self._say(f"MIDI: {binding.control} moves {binding.address}")
        self._reply(wish.question, "/done", "/midi/learn", wish.address, str(binding.control))

    def _learn(self, number: int, address: Value = "", *ends: Value) -> Values | None:
        if not address:
            self._stop_learning("ended by hand")
            return ()
        name = checked_address(str(address), self._table, self._mirror.models)
        if needs_values(name, self._table):
            raise ValueError("it wants texts: bind it by a mapping file, with 'values'")
        aim = self._player.aim(name)
        switch = aim is not None and aim.switch
        self._stop_learning("another address is learnt")
        low, high = map(float, ends) if ends else (None, None)
        self.learner = Learner(Wish(name, low, high, switch, number))
        return None

    def _forget(self, number: int, address: Value = "") -> Values:
        self._changed = True
        return (*((address,) if address else ()), self._player.mapping.forget(str(address)))

    def _list(self, number: int) -> Values:
        bindings = self._player.mapping.bindings[:_MOST_LISTED]
        for one in bindings:
            self._reply(number, "/midi/list.reply", *self._listed(one))
        return (len(bindings), self._port())

    def _listed(self, binding: Binding) -> Values:
        ends = self._player.ends(binding)
        values = " ".join("…" if one is None else str(one) for one in binding.values)
        curve = binding.encoder or binding.curve
        return (binding.address, str(binding.control), *ends, curve, values)

    def _save(self, number: int, name: Value, scope: Value = "") -> Values:
        space = self._space() if scope == "model" else ""
        if scope == "model" and not space:
            raise ValueError("the model of deck a has no id for mappings of its own")
        self._mappings.save(str(name), self._player.mapping.bindings, space)
        return (name,)

    def _load(self, number: int, name: Value) -> Values:
        read = self._mappings.load(str(name), self._space())
        self._stop_learning("another mapping was loaded")
        self._changed = True
        self._take(read, partial(self._reply, number, "/midi/error.reply"))
        return (name, len(read.bindings))

    def _take(self, read: Read, tell: Callable[[str], None]) -> None:
        self._player.mapping = Mapping(read.bindings)
        for fault in read.faults:
            tell(fault)

    def _stop_learning(self, reason: str) -> None:
        learner, self.learner = self.learner, None
        if learner is not None:
            self._reply(learner.wish.question, "/fail", "/midi/learn", reason)

    def _space(self) -> str:
        return self._mirror.models[DECK_NAMES[0]].shape.latent_space
