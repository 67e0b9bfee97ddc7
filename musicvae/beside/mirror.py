"""What the daemon has said so far: the value of every address, and the models of the decks.

No sockets: the link passes messages in, and sends what :meth:`Mirror.hear` asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from musicvae.live.commands.address import DECK_NAMES, Values
from musicvae.live.commands.arguments import Shape
from musicvae.live.limits import DEFAULT_DECKS
from musicvae.live.osc.packets import Message

#: Latents of one model that are remembered; none has more.
_MOST_LATENTS = 4096
#: A question to the daemon: an address without arguments.
Question = str


class Latent(NamedTuple):
    """What is known of one latent.

    Attributes:
        name: such as ``"latent 0"``.
        effect: what one standard deviation up does to the sound; empty where it is not known.
        low: first percentile over the training set.
        high: 99th percentile over the training set.
    """

    name: str
    effect: str
    low: float
    high: float

    @property
    def label(self) -> str:
        """Its effect, or its name where that is not known."""
        return self.effect or self.name


@dataclass(frozen=True)
class Model:
    """What is known of the model on a deck; the shape of an empty deck has no latents.

    Attributes:
        shape: what is needed to check commands for it.
        latents: one for each; fewer than the shape says where the daemon describes fewer.
    """

    shape: Shape = field(default_factory=Shape)
    latents: tuple[Latent, ...] = ()


#: Of a deck on which nothing plays.
NO_MODEL = Model()


class Mirror:
    """Remembers values and models, and tells what changed.

    Args:
        on_value: called with each address whose value changed, its values, and those of before.
        on_model: called with a deck whose model is another one and is known now.
        decks: how many there are.

    Attributes:
        values: the values of each address, with its deck: ``"/deck/a/gain"``.
        models: the model of each deck.
    """

    def __init__(
        self,
        on_value: Callable[[str, Values, Values], None] = lambda *_: None,
        on_model: Callable[[str], None] = lambda _: None,
        decks: int = DEFAULT_DECKS,
    ) -> None:
        self.values: dict[str, Values] = {}
        self.models: dict[str, Model] = dict.fromkeys(DECK_NAMES[:decks], NO_MODEL)
        self._on_value = on_value
        self._on_model = on_model
        self._facts: dict[str, dict[str, object]] = {}
        self._latents: dict[str, list[Latent]] = {}

    @property
    def shapes(self) -> dict[str, Shape]:
        """The shape of each deck."""
        return {deck: model.shape for deck, model in self.models.items()}

    def hear(self, message: Message) -> list[Question]:
        """Take in a message of the daemon; returns what has to be asked because of it."""
        address, values = message.address, message.arguments
        if address == "/get.reply" and values and isinstance(values[0], str):
            return self._hear_value(values[0], _plain(values[1:]))
        if address == "/model/info.reply" and values:
            pairs = zip(values[1::2], values[2::2], strict=False)
            self._facts[str(values[0])] = {str(name): value for name, value in pairs}
            self._latents[str(values[0])] = []
        elif address == "/model/latents.reply" and len(values) >= 7:
            self._hear_latent(str(values[0]), _plain(values))
        elif address == "/done" and values:
            deck = str(values[0]).removeprefix("/deck/").removesuffix("/model/latents")
            if deck in self.models and values[0] == f"/deck/{deck}/model/latents":
                self._know_model(deck)
        return []

    def _hear_value(self, address: str, values: Values) -> list[Question]:
        before = self.values.get(address, ())
        deck = address.removeprefix("/deck/").removesuffix("/model/load")
        loaded = deck in self.models and address == f"/deck/{deck}/model/load"
        if loaded:  # what follows is about this model
            prefix = f"/deck/{deck}/"
            self.values = {
                key: kept for key, kept in self.values.items() if not key.startswith(prefix)
            }
        self.values[address] = values
        if before != values:
            self._on_value(address, values, before)
        return [f"/deck/{deck}/model/info", f"/deck/{deck}/model/latents"] if loaded else []

    def _hear_latent(self, deck: str, values: Values) -> None:
        known = self._latents.setdefault(deck, [])
        if len(known) < _MOST_LATENTS:
            low, high = float(values[5]), float(values[6])
            known.append(Latent(str(values[4]), str(values[3]), low, high))

    def _know_model(self, deck: str) -> None:
        facts, latents = self._facts.get(deck, {}), self._latents.get(deck, [])
        count = facts.get("latents", len(latents))
        shape = Shape(
            count if isinstance(count, int) else len(latents),
            tuple(str(facts.get("attributes", "")).split()),
            str(facts.get("latent_space", "")),
            str(facts.get("kind", "")),
        )
        model = Model(shape, tuple(latents))
        if model != self.models.get(deck):
            self.models[deck] = model
            self._on_model(deck)


def value_at(address: str, values: Mapping[str, Values]) -> Values:
    """The present value of an address with its deck; empty if it has none.

    One latent's value is an element of the vector of all.
    """
    if address in values:
        return values[address]
    vector, _, element = address.rpartition("/")
    if not (element.isascii() and element.isdigit()):
        return ()
    return values.get(vector, ())[int(element) : int(element) + 1]


def _plain(values: tuple[object, ...]) -> Values:
    """Numbers and texts; the daemon sends nothing else."""
    return tuple(value for value in values if isinstance(value, int | float | str))
