"""Programs that others wrote play into the input over JACK: a JACK client, Pd, SuperCollider."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.live.inputs.reconnecting import ReconnectingInput
from musicvae.live.outputs.output import opener
from musicvae.live.outputs.reconnecting import Reconnecting

RATE, BLOCK = 48_000, 512

PATCH = """#N canvas 0 0 450 300 12;
#X obj 50 50 osc~ 440;
#X obj 50 90 *~ 0.3;
#X obj 50 130 dac~ 1;
#X obj 200 50 loadbang;
#X msg 200 90 \\; pd dsp 1;
#X connect 0 0 1 0;
#X connect 1 0 2 0;
#X connect 3 0 4 0;
"""
SCRIPT = """
var s = Server.default;
s.options.numInputBusChannels = 0;
s.waitForBoot { { SinOsc.ar(660, 0, 0.3) }.play };
"""


def jack_client(folder: Path) -> list[str]:
    """A client of JACK's own examples: a table of 200 samples, 240 Hz at 48 000 Hz."""
    return ["jack_simple_client", "simple"]


def pd(folder: Path) -> list[str]:
    """A patch without a window."""
    (folder / "tone.pd").write_text(PATCH)
    options = ["-nogui", "-noprefs", "-jack", "-inchannels", "0", "-outchannels", "2"]
    return ["pd", *options, str(folder / "tone.pd")]


def supercollider(folder: Path) -> list[str]:
    """The language, which starts the server."""
    (folder / "tone.scd").write_text(SCRIPT)
    return ["sclang", "-D", str(folder / "tone.scd")]


@pytest.mark.parametrize(
    ("make", "programs", "port", "hz"),
    [
        (jack_client, ("jack_simple_client",), "simple:output", 240),
        (pd, ("pd",), "pure_data", 440),
        (supercollider, ("sclang", "scsynth"), "SuperCollider:out_", 660),
    ],
    ids=["jack_simple_client", "Pd", "SuperCollider"],
)
def test_what_it_plays_is_heard(
    jack: Any,
    jacks: Any,
    wait_for: Callable[..., None],
    make: Callable[[Path], list[str]],
    programs: tuple[str, ...],
    port: str,
    hz: float,
    tmp_path: Path,
) -> None:
    absent = [program for program in programs if shutil.which(program) is None]
    if absent:
        packages = "jack-example-tools, puredata-core, supercollider-language, supercollider-server"
        pytest.skip(f"{', '.join(absent)} not installed (Debian: {packages})")
    output = Reconnecting(opener("system", sample_rate=RATE, block=BLOCK, microphone="system"))
    heard = ReconnectingInput("system", RATE, BLOCK, output)
    blocks: list[np.ndarray] = []

    def render(out: Any) -> None:
        block = np.zeros((len(out), 2), np.float32)
        heard.read(block)
        blocks.append(block[:, 0])
        out[:] = 0

    environment = os.environ | {
        **{"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)},
        **{"QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1"},
    }
    player = subprocess.Popen(
        make(tmp_path),
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert heard.shared
        heard.start()
        output.start(render)
        wait_for(lambda: all(map(jacks.ports, (port, "PortAudio:in_0"))), 60)
        ends = [jacks.ports(part)[0] for part in (port, "PortAudio:in_0")]
        subprocess.run(["jack_connect", *ends], capture_output=True)
        wait_for(lambda: is_tone(blocks[-40:], hz), 60)
    finally:
        os.killpg(player.pid, 9)  # with what it started itself
        player.communicate()
        heard.stop()
        output.stop()


def is_tone(blocks: list[np.ndarray], hz: float) -> bool:
    """Whether these blocks are a loud tone of this frequency, without a gap."""
    sound = np.concatenate(blocks) if len(blocks) == 40 else np.zeros(1)
    if not np.isfinite(sound).all() or np.abs(sound).max() < 0.05:
        return False
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 8 * len(sound)))
    loudest = float(np.argmax(spectrum)) * RATE / (8 * len(sound))
    return abs(loudest - hz) < 3
