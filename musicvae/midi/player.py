"""Makes OSC messages of moves, by the mapping and what is known of the models."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from musicvae.beside.mirror import Mirror, value_at
from musicvae.beside.wanting import wanted_by
from musicvae.live.commands.address import Address, Value, Values
from musicvae.live.commands.table import AddressTable, split_deck
from musicvae.live.commands.wanted import Wanted
from musicvae.midi.bindings import Binding, key_of
from musicvae.midi.controls import Control, Move
from musicvae.midi.curves import ENCODERS, TOGGLE, scaled
from musicvae.midi.mapping import Mapping
from musicvae.midi.reach import limits

#: Where a control is pressed.
_PRESSED = 0.5


class Aim(NamedTuple):
    """What an address means now.

    Attributes:
        row: of the address table.
        home: the address with its deck, under which its value is known.
        wants: what it wants, one for each argument.
    """

    row: Address
    home: str
    wants: list[Wanted]

    @property
    def switch(self) -> bool:
        """Whether it takes 0 or 1 alone."""
        return len(self.wants) == 1 and _is_switch(self.wants[0])


class Player:
    """Turns moves into messages.

    Args:
        table: the address table.
        mirror: what the daemon has said.
        send: called with an address and its values.

    Attributes:
        mapping: the bindings that count.
    """

    def __init__(
        self, table: AddressTable, mirror: Mirror, send: Callable[[str, Values], None]
    ) -> None:
        self.mapping = Mapping()
        self._table = table
        self._mirror = mirror
        self._send = send
        #: Which controls are pressed, and what was sent that the daemon has not told yet.
        self._pressed: set[Control] = set()
        self._sent: dict[tuple[str, int], float] = {}

    def told(self, home: str) -> None:
        """Note that the daemon told the value of an address: it counts again."""
        for key in [key for key in self._sent if key[0] == home or key[0].startswith(f"{home}/")]:
            del self._sent[key]

    def play(self, move: Move) -> bool:
        """Send what a move means; whether it means anything."""
        pressed = move.place >= _PRESSED
        press = pressed and (move.control not in self._pressed or move.control.kind == "program")
        (self._pressed.add if pressed else self._pressed.discard)(move.control)
        bound = self.mapping.of(move.control)
        for binding in bound:
            self._act(binding, move, press)
        return bool(bound)

    def aim(self, address: str) -> Aim | None:
        """What an address means for the model that plays; ``None`` if there is no such address."""
        deck, local = split_deck(address)
        row = self._table.row_of(local)
        if row is None:
            return None
        model = self._mirror.models.get(deck)
        key = key_of(row, address)
        if row.alias is not None and row.numbered:  # /chan3 is /latent/2
            row, shift = row.alias
            key = str(max(0, int(key) - shift))
            local = f"{row.stem}{key}"
        wants = [] if model is None else wanted_by(row, key, model)
        return Aim(row, f"/deck/{deck}{local}" if row.deck else local, wants)

    def ends(self, binding: Binding) -> tuple[float, float]:
        """The values between which a binding moves its address now; 0 and 1 where it has none."""
        aim = self.aim(binding.address)
        if aim is None or not aim.wants or binding.fixed:
            return 0.0, 1.0
        return limits(binding, aim.row, aim.wants[min(binding.place, len(aim.wants) - 1)])

    def _act(self, binding: Binding, move: Move, press: bool) -> None:
        aim = self.aim(binding.address)
        if aim is None:
            return
        by_press = not aim.wants or (aim.wants[0].tag == "s" and not binding.values)
        if binding.fixed or by_press:
            if press:
                self._send(binding.address, binding.filled(()))
            return
        at = binding.place
        wanted = aim.wants[min(at, len(aim.wants) - 1)]
        number = self._number(binding, move, aim, at, wanted, press)
        if number is None:
            return
        value: Value = number if wanted.tag == "f" else round(number)
        self._sent[aim.home, at] = number
        self._send(binding.address, binding.filled((value,)))

    def _number(
        self, binding: Binding, move: Move, aim: Aim, at: int, wanted: Wanted, press: bool
    ) -> float | None:
        """The number that a move means; ``None`` for none."""
        low, high = limits(binding, aim.row, wanted)
        if binding.curve == TOGGLE:
            if not press:
                return None
            now = self._now(aim.home, at, low)
            return low if abs(now - high) < abs(now - low) else high
        if binding.encoder:
            steps = ENCODERS[binding.encoder](move.raw)
            if wanted.tag != "f":
                share = steps * max(1.0, binding.step * abs(high - low))
            else:
                share = steps * binding.step * (high - low)
            least, most = sorted((low, high))
            return min(most, max(least, self._now(aim.home, at, (low + high) / 2) + share))
        return scaled(move.place, low, high, binding.curve)

    def _now(self, home: str, at: int, unknown: float) -> float:
        """The number that an address has, or was just sent."""
        if (home, at) in self._sent:
            return self._sent[home, at]
        values = value_at(home, self._mirror.values)
        value = values[at] if at < len(values) else unknown
        return float(value) if isinstance(value, int | float) else unknown


def _is_switch(wanted: Wanted) -> bool:
    return wanted.tag == "i" and (wanted.low, wanted.high) == (0, 1)
