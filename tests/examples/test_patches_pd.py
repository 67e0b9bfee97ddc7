"""The Pure Data patch, opened in Pd itself without its windows."""

from __future__ import annotations

import queue
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Make = Callable[..., Path]
PATIENCE = 20.0

#: Shows on the console what the patch's number boxes show.
PROBE = """#N canvas 0 0 400 400 12;
#X obj 10 10 r mv-latents-now;
#X obj 10 40 print latents;
#X obj 10 70 r mv-gain-now;
#X obj 10 100 print gain;
#X obj 10 130 r mv-model-now;
#X obj 10 160 print model;
#X obj 10 190 r mv-error-reason;
#X obj 10 220 print reason;
#X connect 0 0 1 0;
#X connect 2 0 3 0;
#X connect 4 0 5 0;
#X connect 6 0 7 0;
"""

#: What a hand would do, by the names that the patch's controls listen to, and what goes out.
GESTURES = [
    ("mv-glide 250", ("/glide", [250.0])),
    ("mv-latent-3 1.25", ("/latent/3", [1.25])),
    ("mv-latent-7 -2", ("/latent/7", [-2.0])),
    ("mv-x 0.25", ("/latent/norm", [0.25, 0.5])),
    ("mv-y 0.75", ("/latent/norm", [0.25, 0.75])),
    ("mv-walk-speed 2", ("/walk", [2.0, 1.0])),
    ("mv-walk-radius 0.5", ("/walk", [2.0, 0.5])),
    ("mv-source 1", ("/source", ["tape"])),
    ("mv-source 2", ("/source", ["walk"])),
    ("mv-source 0", ("/source", ["held"])),
    ("mv-crossfade 0.5", ("/crossfade", [0.5])),
    ("mv-gain -12", ("/gain", [-12.0])),
    ("mv-freeze 1", ("/freeze", [1.0])),
    ("mv-hold 1", ("/hold", [1.0])),
    ("mv-hold 0", ("/hold", [0.0])),
    ("mv-play 0", ("/play", [0.0])),
    ("mv-play 1", ("/play", [1.0])),
    ("mv-panic bang", ("/panic", [])),
    ("mv-model symbol jazz", ("/model/load", ["jazz"])),
    ("mv-preset symbol one", None),
    ("mv-preset-save bang", ("/preset/save", ["one"])),
    ("mv-preset-load bang", ("/preset/load", ["one"])),
    ("mv-ping bang", ("/ping", [])),
    ("mv-status bang", ("/status", [])),
]
#: On opening, it says where it wants its answers, and asks how the daemon is.
HELLO = 3


class Pd:
    """A running Pd, and the lines on its console."""

    def __init__(self, patches: list[Path], gestures: list[str]) -> None:
        command = ["pd", "-nogui", "-nosound", "-noprefs", "-stderr"]
        command += ["-send", "; ".join(gestures), *map(str, patches)]
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        )
        self.lines: list[str] = []
        self._queue: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._queue.put(line.strip())

    def until(self, wanted: str) -> None:
        """Wait for a line."""
        deadline = time.monotonic() + PATIENCE
        while wanted not in self.lines:
            try:
                self.lines.append(self._queue.get(timeout=max(0, deadline - time.monotonic())))
            except queue.Empty:
                pytest.fail(f"Pd never said {wanted!r}, but {self.lines[-20:]}")


@pytest.fixture
def open_patch(root: Path, tmp_path: Path, free_port: int) -> Iterator[Callable[..., Pd]]:
    """Opens the patch as it is, but for the two ports, which must be free."""
    if shutil.which("pd") is None:
        pytest.skip("Pure Data is not installed (Debian: puredata-core)")
    opened: list[Pd] = []
    text = (root / "examples" / "pd" / "musicvae.pd").read_text("utf-8")
    assert (text.count("7700"), text.count("7701")) == (1, 2)
    probe = tmp_path / "probe.pd"
    probe.write_text(PROBE)

    def start(port: int, *gestures: str) -> Pd:
        path = tmp_path / "musicvae.pd"
        path.write_text(text.replace("7700", str(port)).replace("7701", str(free_port)))
        opened.append(Pd([probe, path], list(gestures)))
        return opened[-1]

    yield start
    for each in opened:
        each.process.kill()
        each.process.communicate()


def test_each_control_sends_what_it_says(
    open_patch: Callable[..., Pd], listener: Any, understand: Callable[..., Any]
) -> None:
    open_patch(listener.port, *(gesture for gesture, _ in GESTURES))
    wanted = [message for _, message in GESTURES if message is not None]
    heard = listener.until(HELLO + len(wanted))
    assert [address for address, _ in heard[:HELLO]] == ["/replyport", "/notify", "/status"]
    assert heard[HELLO:] == wanted
    for message in heard:
        understand(message)


def test_the_patch_opens_without_a_complaint(open_patch: Callable[..., Pd], listener: Any) -> None:
    pd = open_patch(listener.port, "nobody-of-this-name 1")
    pd.until("error: nobody-of-this-name: no such object")  # the last thing that it does
    assert pd.lines == ["error: nobody-of-this-name: no such object"]


def test_it_asks_again_when_the_daemon_begins_anew(
    open_patch: Callable[..., Pd], listener: Any, free_port: int
) -> None:
    open_patch(listener.port, "mv-ping bang")
    listener.until(HELLO + 1)  # by now it listens
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.sendto(b"/startup\0\0\0\0,si\0001.0\0\0\0\x1e\x14", ("127.0.0.1", free_port))
    heard = listener.until(2 * HELLO + 1)
    assert [address for address, _ in heard[-HELLO:]] == ["/replyport", "/notify", "/status"]


def test_what_it_plays_takes_effect_and_its_answers_are_shown(
    open_patch: Callable[..., Pd], play: Any, make_stream: Make
) -> None:
    playing = play(make_stream(latent_dim=6))
    gestures = (
        "mv-latent-3 1.25",
        "mv-gain -12",
        "mv-walk-speed 2",
        "mv-latent-7 1",
        "mv-ping bang",
    )
    pd = open_patch(playing.port, *gestures)
    pd.until("pong: bang")
    pd.until("model: symbol stream")
    pd.until("latents: 6")
    pd.until(r"reason: symbol this\ model\ has\ latents\ 0\ to\ 5")  # of mv-latent-7
    pd.until("gain: -12")  # of a later /status.reply, which /notify 1 asked for
    playing.until(lambda: playing.get("/latent/3") == [1.25])
    assert playing.get("/gain") == [-12.0]
    assert playing.get("/walk") == [2.0, 1.0]


def test_only_vanilla_objects_are_used(root: Path) -> None:
    """Whoever has Pd, and nothing else, can open it."""
    text = (root / "examples" / "pd" / "musicvae.pd").read_text("utf-8").replace("\n", " ")
    records = [record.split() for record in text.split(";") if record.strip()]
    used = {words[4] for words in records if words[1:2] == ["obj"]}
    assert used <= {
        "cnv", "hsl", "vsl", "tgl", "bng", "hradio", "vu", "s", "r", "t", "pack", "unpack", "sel",
        "symbol", "list", "route", "print", "loadbang", "netsend", "netreceive", "oscformat",
        "oscparse",
    }  # fmt: skip
