"""Plays on a sound card that may be lost and come back, while the engine goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable

from musicvae.audio import Samples
from musicvae.errors import DeviceError, SettingError
from musicvae.live.outputs import devices
from musicvae.live.outputs.clocked import Null
from musicvae.live.outputs.soundcard import SoundCard
from musicvae.live.outputs.supervised import Supervised

#: Opens a sound card.
Open = Callable[[], SoundCard]


class Reconnecting(Supervised):
    """Plays on a sound card; while the card is lost, to nowhere, in real time.

    Exactly one output runs at any time, so one thread at a time renders the engine, and the engine
    never stops. Sound that was rendered but not yet played when the card went is lost with it.

    Args:
        open: opens the card; called again to get it back.

    Raises:
        DeviceError: the card does not open at the start.

    Attributes:
        state: ``"playing"``, or ``"lost: …, trying again"``.
        between: done between two blocks of a card, on the thread that renders, while there is
            time; set before the start.
        shares: whether the card also records, or did before it was lost; see ``SoundCard``.
    """

    def __init__(self, open: Open) -> None:
        super().__init__("sound card", "playing")
        self._open = open
        self._output: SoundCard | Null = open()
        self.name = self._output.name
        self.sample_rate = self._output.sample_rate
        self.channels = self._output.channels
        self.shares = self.card is not None and self.card.recorded is not None
        self.between: Callable[[], None] = lambda: None
        self._earlier = 0
        self._render: Callable[[Samples], None] | None = None
        self._rendering = threading.Lock()  # of the one output that renders

    @property
    def card(self) -> SoundCard | None:
        """The card that plays; ``None`` while it is lost."""
        output = self._output
        return output if isinstance(output, SoundCard) else None

    @property
    def there(self) -> bool:
        """Whether the card is open."""
        return self.card is not None

    @property
    def block(self) -> int:
        """Sample frames that are rendered at once."""
        return self._output.block

    @property
    def latency_ms(self) -> float:
        """Milliseconds from rendering to the ear, of the output that runs."""
        return self._output.latency_ms

    @property
    def queue_ms(self) -> float:
        """Milliseconds of sound that wait for the device, of the output that runs."""
        return self._output.queue_ms

    @property
    def callback(self) -> str:
        """Language of the card's callback, ``"C"`` or ``"Python"``; empty while it is lost."""
        output = self._output
        return output.callback if isinstance(output, SoundCard) else ""

    @property
    def underruns(self) -> int:
        """Number of gaps in the sound so far, of all cards; losses are not counted."""
        return self._earlier + self._card_underruns()

    @property
    def failure(self) -> DeviceError | None:
        """The failure of rendering, which no other card would change; ``None`` for none."""
        output = self._output
        return output.failure if output.faulty else None

    @property
    def finished(self) -> bool:
        """Whether rendering failed."""
        return self.failure is not None

    def start(self, render: Callable[[Samples], None], frames: int | None = None) -> None:
        """Begin to play blocks that ``render`` fills, float32 (sample frames, channels).

        ``frames`` is ignored, since a card plays until it is stopped.
        """
        self._render = render
        self._begin(self._output)
        self._supervise()

    def stop(self) -> None:
        """Play what is pending, fade out, and close; safe to call twice."""
        free = self._rest()
        self._output.stop()
        if free:
            self._changing.release()

    def switch(self, open: Open) -> None:
        """Continue on another card, or on the same one with blocks of another length.

        The old one fades out before the new one fades in, since many cards can be opened only once.

        Args:
            open: opens the new card; used from now on whenever the card was lost.

        Raises:
            SettingError: its rate or number of channels is not that of the engine.
            DeviceError: it does not open; the old one plays on.
        """
        with self._changing:
            was_playing = isinstance(self._output, SoundCard)
            self._leave()
            try:
                card = self._opened(open)
            except Exception:
                self._return(was_playing)
                raise
            self._open = open
            self._enter(card)
            self._say("playing")

    def _look(self) -> None:
        """Leave a card that was lost, or try to get it back."""
        if not isinstance(self._output, SoundCard):
            self._try_again()
        elif self._output.failure is not None and not self._output.faulty:
            reason = self._output.failure.what
            self._leave()
            self._enter(self._nowhere())
            self._lost(reason)

    def _try_again(self) -> None:
        try:
            devices.refresh()  # no device stream is open now
            card = self._opened(self._open)
        except (DeviceError, SettingError):
            return
        self._leave()
        self._enter(card)
        self._found("playing")

    def _opened(self, open: Open) -> SoundCard:
        """Open a card, and check that it suits the engine."""
        card = open()
        if (card.sample_rate, card.channels) != (self.sample_rate, self.channels):
            card.stop()
            raise SettingError(
                f"the sound card {card.name!r} does not suit what is playing",
                expected=f"{self.sample_rate} Hz, {self.channels} channel(s)",
                received=f"{card.sample_rate} Hz, {card.channels} channel(s)",
                hint="restart musicvae to play at another rate, or to more channels",
            )
        return card

    def _return(self, was_playing: bool) -> None:
        """After a switch that failed: play on the old card, or nowhere until it is back."""
        if was_playing:
            try:
                self._enter(self._opened(self._open))
                return
            except Exception as error:  # noqa: BLE001 - the supervisor tries again
                self._lost(str(getattr(error, "what", error)))
        self._enter(self._nowhere())

    def _nowhere(self) -> Null:
        return Null(self.sample_rate, self.channels, block=self._output.block)

    def _leave(self) -> None:
        underruns = self._card_underruns()
        try:
            self._output.stop()
        except Exception as error:  # noqa: BLE001 - it is left all the same
            self.faults.note("sound card", error)
        self._earlier += underruns

    def _enter(self, output: SoundCard | Null) -> None:
        """Start an output; the supervisor finds one that does not start to be lost."""
        if isinstance(output, SoundCard):
            self.name = output.name
            self.shares = output.recorded is not None
        self._output = output
        if self._render is not None:
            try:
                self._begin(output)
            except DeviceError as error:
                self._lost(error.what)

    def _begin(self, output: SoundCard | Null) -> None:
        if isinstance(output, SoundCard):
            output.work_between(self._between)
        output.start(self._alone)

    def _between(self) -> None:
        if self._rendering.acquire(blocking=False):
            try:
                self.between()
            finally:
                self._rendering.release()

    def _alone(self, out: Samples) -> None:
        """Render a block, or silence while an output that was left is still busy with its last."""
        if self._render is None or not self._rendering.acquire(blocking=False):
            out[:] = 0
            return
        try:
            self._render(out)
        finally:
            self._rendering.release()

    def _card_underruns(self) -> int:
        return self._output.underruns if isinstance(self._output, SoundCard) else 0
