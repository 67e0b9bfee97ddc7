"""Aliases that a performer gives to addresses: ``/alias /knob1 /latent/0``."""

from __future__ import annotations

from musicvae.live.osc.packets import Message

#: Most aliases; one more is refused.
MAX_ALIASES = 256


class Aliases:
    """Replaces the beginning of an address. The target of an alias is not looked up again."""

    def __init__(self) -> None:
        self._targets: dict[str, str] = {}

    def set(self, name: str, target: str) -> bool:
        """Replace ``name``, alone or before a ``/``, by ``target``; equal ones end the alias.

        Returns:
            Whether there was room for it.
        """
        if name == target:
            self._targets.pop(name, None)
        elif name in self._targets or len(self._targets) < MAX_ALIASES:
            self._targets[name] = target
        else:
            return False
        return True

    def pairs(self) -> list[list[str]]:
        """All names with their targets; from any thread."""
        return [[name, target] for name, target in list(self._targets.items())]

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
