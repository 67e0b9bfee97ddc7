"""Plays a performance into JACK, and checks it sample by sample.

    python benchmarks/stage.py [--seconds 30] [--model jazz.onnx]

A daemon plays a *counter* (see ``probes.py``) into a dummy jackd at 48 kHz in blocks of 512, while
liblo's oscsend, Pure Data and SuperCollider drive it and models are swapped; ``jack_capture``
writes down what comes out. Then the same with a model that makes music, if one is given: how often
it fell silent, against how often the daemon says that it was late.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from jack_room import capture, jack_server, live, needs, playing, status, tell, until
from probes import PEAK, STEP, write_counter

RATE = 48_000
#: Of a swap, and of a gap: out and in again.
FADE = round(0.1 * RATE)
GAP_FADE = round(0.01 * RATE)
#: The most that one sample can step: two counters under the shortest of our fades.
STEEPEST = 2 * STEP + 2 * PEAK * np.pi / 2 / GAP_FADE
#: A gap is a stretch of zeros that no signal makes, in samples.
GAP = 24

_PD = """\
#N canvas 0 0 450 300 12;
#X obj 20 20 loadbang;
#X msg 20 50 connect 127.0.0.1 {port};
#X obj 20 140 netsend -u -b;
#X obj 120 20 loadbang;
#X obj 120 50 metro 5;
#X obj 120 80 random 1000;
#X obj 120 105 expr $f1/500-1;
#X obj 120 130 oscformat latent 0;
#X obj 120 155 list prepend send;
#X obj 120 180 list trim;
#X connect 0 0 1 0;
#X connect 1 0 2 0;
#X connect 3 0 4 0;
#X connect 4 0 5 0;
#X connect 5 0 6 0;
#X connect 6 0 7 0;
#X connect 7 0 8 0;
#X connect 8 0 9 0;
#X connect 9 0 2 0;
"""
_SCLANG = """\
(
fork {{
    var daemon = NetAddr("127.0.0.1", {port});
    loop {{
        daemon.sendBundle(0.02, ["/latent", 1.0.rand2], ["/glide", 20]);
        daemon.sendMsg("/freeze", false);
        0.01.wait;
    }}
}};
)
"""


@contextlib.contextmanager
def drivers(port: int, folder: Path) -> Iterator[list[str]]:
    """oscsend, Pd and sclang, sending all the time; the names of those that are there."""
    shell = f"while :; do oscsend 127.0.0.1 {port} /latent f 0.$RANDOM; sleep 0.01; done"
    (folder / "drive.pd").write_text(_PD.format(port=port))
    (folder / "drive.scd").write_text(_SCLANG.format(port=port))
    commands = {
        "oscsend": ["bash", "-c", shell],
        "pd": ["pd", "-nogui", "-noaudio", "-noprefs", str(folder / "drive.pd")],
        "sclang": ["sclang", "-D", str(folder / "drive.scd")],
    }
    env = os.environ | {"QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1"}
    there = [name for name in commands if shutil.which(name)]
    with contextlib.ExitStack() as stack:
        for name in there:
            process = subprocess.Popen(
                commands[name],
                env=env,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            stack.enter_context(process)
            stack.callback(os.killpg, process.pid, 15)
        yield there


def perform(
    models: list[Path], seconds: float, folder: Path
) -> tuple[np.ndarray, dict[str, Any], list[str]]:
    """Play, drive, swap through the models, capture; sound, last status, who drove."""
    take = folder / "take.wav"
    with playing(live(*models[:1], folder / "models")) as said:
        port = said["port"]
        until(lambda: status(port).get("level", -120) > -60)
        with drivers(port, folder) as there:
            time.sleep(4)  # sclang takes its time to begin
            before = status(port)
            writing = capture(take, seconds)
            swaps = threading.Thread(target=_swap, args=(port, models, seconds))
            swaps.start()
            writing.wait()
            swaps.join()
            after = status(port)
    sound, rate = soundfile.read(take, dtype="float32", always_2d=True)
    if rate != RATE:
        raise SystemExit(f"{take} has {rate} Hz instead of {RATE}")
    after["late"] = after["underruns"] - before["underruns"]
    after["packets"] = after["packets_received"] - before["packets_received"]
    return sound, after, there


def _swap(port: int, models: list[Path], seconds: float) -> None:
    for model in models[1:]:
        time.sleep(seconds / len(models))
        tell(port, "/model/load", model.stem)


def count(sound: np.ndarray, swaps: int, late: int) -> dict[str, int]:
    """The errors in the sound of a counter, in samples."""
    steps = np.abs(np.diff(sound[:, 0].astype(np.float64)))
    # At the end of a period the triangle turns within a sample.
    odd = np.abs(steps - STEP) > STEP / 50
    return {
        "samples": len(sound),
        "jumps": int((steps > STEEPEST).sum()),
        "steps of another size": int(odd.sum()),
        "of these, in fades": swaps * FADE + late * (2 * GAP_FADE + 4 * 512),
        "channels that differ": int((sound[:, 0] != sound[:, -1]).sum()),
    }


def gaps(sound: np.ndarray) -> int:
    """Stretches of exact silence."""
    silent = np.concatenate([[0], (sound[:, 0] == 0).astype(np.int8), [0]])
    edges = np.flatnonzero(np.diff(silent))
    return int(((edges[1::2] - edges[::2]) >= GAP).sum())


def main() -> None:
    """Print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--model", type=Path, action="append", default=[])
    options = parser.parse_args()
    needs("jackd", "jack_wait", "jack_capture")
    print(
        "| what plays | driven by | packets | samples | jumps | odd steps outside fades | "
        "gaps | late, says the daemon |"
    )
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name, jack_server(RATE):
        folder = Path(name)
        (folder / "models").mkdir()
        counters = [write_counter(folder / "models" / f"counter{n}.onnx") for n in (1, 2)]
        sound, said, there = perform(
            [counters[0], counters[1], counters[0]], options.seconds, folder
        )
        found = count(sound, 2, int(said["late"]))
        odd = max(0, found["steps of another size"] - found["of these, in fades"])
        print(
            f"| counter, 2 swaps | {', '.join(there)} | {said['packets']} | {found['samples']} | "
            f"{found['jumps']} | {odd} | {gaps(sound)} | {said['late']} |",
            flush=True,
        )
        for model in options.model:
            (folder / "models" / model.name).write_bytes(model.read_bytes())
            copy = folder / "models" / model.name
            sound, said, there = perform([copy], options.seconds, folder)
            print(
                f"| {model.stem} | {', '.join(there)} | {said['packets']} | {len(sound)} | | | "
                f"{gaps(sound)} | {said['late']} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
