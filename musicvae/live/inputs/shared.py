"""The microphone of the device that plays, heard on the device stream that plays."""

from __future__ import annotations

from musicvae.audio import Samples
from musicvae.live.inputs.lockstep import Lockstep
from musicvae.live.outputs.reconnecting import Reconnecting


class SharedCard:
    """Hears a sound card that records, too; see :class:`musicvae.live.inputs.card.InputCard`.

    Args:
        output: whose card that is, which it begins, ends and closes.

    Raises:
        ValueError: there is no card now, or it does not record.

    Attributes:
        name: of the device.
        following: reads what it recorded.
    """

    def __init__(self, output: Reconnecting) -> None:
        card = output.card
        if card is None or card.recorded is None:
            raise ValueError("there is nothing to share")
        self.name = card.name
        self.following = Lockstep(card.recorded, card.sample_rate, card.block)
        self._output, self._card = output, card

    @property
    def latency_ms(self) -> float:
        """Milliseconds from the microphone to the engine.

        With the time that sound waits for its pull (``SoundCard.queue_ms``), it is constant.
        """
        waits = 1000 * self.following.seconds - self._card.queue_ms
        return self._card.input_ms + max(0.0, waits)

    @property
    def left(self) -> bool:
        """Whether the output plays on another card now."""
        return self._output.card is not None and self._output.card is not self._card

    @property
    def gone(self) -> bool:
        """Whether the device went away, or is left."""
        return self._output.card is not self._card or self._card.finished

    def start(self) -> None:
        """Nothing: the output does."""

    def read(self, out: Samples) -> None:
        """See :class:`musicvae.live.inputs.input.Input`."""
        self.following.read(out)

    def look(self) -> None:
        """Nothing: the output does."""

    def stop(self) -> None:
        """Nothing: the output does."""
