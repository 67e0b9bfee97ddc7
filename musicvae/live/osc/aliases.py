"""Aliases that a performer gives to addresses: ``/alias /knob1 /latent/0``."""

from __future__ import annotations

from musicvae.live.osc.packets import Message

#: Most aliases; another one replaces the oldest.
MAX_ALIASES = 256


class Aliases:
    """Replaces the beginning of an address. The target of an alias is not looked up again."""

    def __init__(self) -> None:
        self._targets: dict[str, str] = {}

    def set(self, name: str, target: str) -> None:
        """Replace ``name``, alone or before a ``/``, by ``target``; equal ones end the alias."""
        self._targets.pop(name, None)
        if name != target:
            self._targets[name] = target
        if len(self._targets) > MAX_ALIASES:
            del self._targets[next(iter(self._targets))]

    def resolve(self, message: Message) -> Message:
        """The message with its alias replaced, or as it is if it has none."""
        if not self._targets:
            return message
        stem, rest = message.address, ""
        while stem:
            target = self._targets.get(stem)
            if target is not None:
                return message._replace(address=target + rest)
            stem, slash, last = stem.rpartition("/")
            rest = slash + last + rest
        return message
