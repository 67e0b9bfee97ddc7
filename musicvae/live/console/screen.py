"""Draws the status screen in a terminal: levels, latency, load, what plays, the last message."""

from __future__ import annotations

import threading
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from musicvae.live.commands.address import DECKS
from musicvae.live.engine.deck import Deck
from musicvae.live.fades import decibels
from musicvae.live.parts import Parts
from musicvae.live.status import status
from musicvae.text import printable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

#: Seconds between two drawings: fast enough for a meter, slow enough to cost nothing.
_EVERY = 0.25
#: Seconds that a drawing may take at the end.
_PATIENCE = 1.0
#: Characters of the level meter.
_BAR = 40
#: dBFS; anything quieter is shown as silence.
_LOWEST = -60.0


class Screen:
    """Shows the state of a daemon between ``with`` and its end; the last drawing stays visible.

    Args:
        parts: parts of the daemon, which plays.
        console: console of rich; ``None`` is the terminal.
    """

    def __init__(self, parts: Parts, console: Console | None = None) -> None:
        from rich.live import Live

        self._parts = parts
        self._live = Live(console=console, auto_refresh=False, transient=False)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="musicvae-screen", daemon=True)

    def __enter__(self) -> Self:
        with suppress(Exception):
            self._live.start()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._thread.join(_PATIENCE)

    def _work(self) -> None:
        # What fails here concerns nothing else: the sound and the next drawing go on.
        while not self._stopping.wait(_EVERY):
            with suppress(Exception):
                self._live.update(draw(self._parts), refresh=True)
        with suppress(Exception):
            self._live.stop()


def draw(parts: Parts) -> RenderableType:
    """The screen as it is now."""
    from rich.table import Table
    from rich.text import Text

    now, counts = status(parts), parts.dispatcher.counts
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="dim")
    table.add_column()
    for channel, peak in enumerate(parts.engine.peaks[:2]):
        table.add_row("level" if channel == 0 else "", _meter(decibels(float(peak))))
    for deck in parts.engine.decks.values():
        if deck.voice is not None or deck.name in DECKS:  # of many decks, most may be empty
            table.add_row(f"deck {deck.name}", Text(_deck(deck)))
    table.add_row("cross-fade", _fader(float(now["crossfade"])))
    table.add_row(
        "latency",
        f"{now['latency_ms']:.1f} ms  (queue {now['queue_ms']:.1f} · device "
        f"{now['device_ms']:.1f} · model {now['stream_ms']:.1f} · decode "
        f"{now['decode_ms']:.1f})",
    )
    table.add_row("load", f"decoding takes {100 * float(now['load']):.0f} % of the time")
    late = int(now["underruns"])
    table.add_row("late", Text(f"{late} times", style="bold red" if late else ""))
    table.add_row("sound", Text(printable(str(now["output"]))))
    if now["input"]:
        level, state = float(now["input_level"]), "" if now["input_open"] else "  below the gate"
        table.add_row("input", Text(f"{printable(str(now['input']))}  {level:.1f} dBFS{state}"))
    if now["recording"]:
        table.add_row("recording", Text(printable(str(now["recording"])), style="red"))
    since = float(now["since_packet"])
    heard = "nothing yet" if since < 0 else f"{printable(counts.last_message)}  {since:.1f} s ago"
    table.add_row("heard", Text(heard))
    if parts.notices.last:
        table.add_row("notice", Text(printable(parts.notices.last), style="yellow"))
    refused = int(now["packets_refused"]) + int(now["messages_refused"])
    table.add_row("packets", f"{now['packets_received']}, {refused} refused")
    return table


def _deck(deck: Deck) -> str:
    if deck.voice is None:
        name = "nothing"
    else:
        name = f"{printable(deck.voice.name)}  {deck.voice.controls.active_source}"
    states = ("" if deck.playing else "  stopped", "  muted" if deck.muted else "")
    return f"{name}  {deck.gain_db:+.1f} dB{''.join(states)}"


def _meter(db: float) -> Text:
    from rich.text import Text

    filled = round(_BAR * (1 - max(_LOWEST, min(0.0, db)) / _LOWEST))
    style = "red" if db > -1 else "yellow" if db > -6 else "green"
    bar = Text("█" * filled, style=style)
    bar.append("·" * (_BAR - filled), style="dim")
    bar.append(f" {db:6.1f} dBFS" if db > _LOWEST else "  silence", style="")
    return bar


def _fader(position: float) -> str:
    place = round(position * (_BAR // 2))
    return f"a {'─' * place}┃{'─' * (_BAR // 2 - place)} b"
