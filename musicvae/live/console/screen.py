"""One calm screen for people: levels, latency, load, what plays, and what came last."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self

from musicvae.live.console.greeting import printable
from musicvae.live.fades import decibels

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from musicvae.live.daemon import Daemon

#: Seconds between two looks: fast enough for a meter, slow enough to be no work.
_EVERY = 0.25
_BAR = 40
_LOWEST = -60.0


class Screen:
    """Shows how the daemon is, between ``with`` and its end; leaves the last look standing.

    Args:
        daemon: that plays.
        console: of rich; ``None`` is the terminal.
    """

    def __init__(self, daemon: Daemon, console: Console | None = None) -> None:
        from rich.live import Live

        self._daemon = daemon
        self._live = Live(console=console, auto_refresh=False, transient=False)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="musicvae-screen", daemon=True)

    def __enter__(self) -> Self:
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
        self._thread.join()
        self._live.stop()

    def _work(self) -> None:
        while not self._stopping.wait(_EVERY):
            self._live.update(look(self._daemon), refresh=True)


def look(daemon: Daemon) -> RenderableType:
    """What the screen shows now."""
    from rich.table import Table
    from rich.text import Text

    status, dispatcher = daemon.status(), daemon.dispatcher.counts
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="dim")
    table.add_column()
    for channel, peak in enumerate(daemon.engine.peaks[:2]):
        table.add_row("level" if channel == 0 else "", _meter(decibels(float(peak))))
    for letter, suffix in (("a", ""), ("b", "_b")):
        name = printable(str(status[f"model{suffix}"])) or "nothing"
        state = "" if status[f"playing{suffix}"] else "  stopped"
        table.add_row(f"deck {letter}", Text(f"{name}  {status[f'gain{suffix}']:+.1f} dB{state}"))
    table.add_row("cross-fade", _fader(float(status["crossfade"])))
    table.add_row(
        "latency",
        f"{status['latency_ms']:.1f} ms  (queue {status['queue_ms']:.1f} · device "
        f"{status['device_ms']:.1f} · model {status['stream_ms']:.1f} · decode "
        f"{status['decode_ms']:.1f})",
    )
    table.add_row("load", f"{100 * float(status['load']):.0f} % of the time decodes")
    late = int(status["underruns"])
    table.add_row("late", Text(f"{late} times", style="bold red" if late else ""))
    table.add_row("sound", Text(printable(str(status["output"]))))
    if status["recording"]:
        table.add_row("recording", Text(printable(str(status["recording"])), style="red"))
    since = float(status["since_packet"])
    heard = (
        "nothing yet" if since < 0 else f"{printable(dispatcher.last_message)}  {since:.1f} s ago"
    )
    table.add_row("heard", Text(heard))
    if daemon.notices.last:
        table.add_row("notice", Text(printable(daemon.notices.last), style="yellow"))
    refused = int(status["packets_refused"]) + int(status["messages_refused"])
    table.add_row("packets", f"{status['packets_received']}, {refused} refused")
    return table


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
