from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import numpy as np

from musicvae.live.outputs.portaudio import PythonDeviceStream
from musicvae.live.outputs.ring import PythonRing


def test_frames_lie_at_their_number_and_wrap() -> None:
    ring = PythonRing(5, 1)
    assert len(ring.memory) == 8
    out = np.zeros((6, 1), np.float32)
    for start in range(0, 60, 6):
        for frame in range(start, start + 6):
            ring.memory[frame % 8] = frame
        ring.publish(6)
        ring.pull(out)
        np.testing.assert_array_equal(out[:, 0], np.arange(start, start + 6))
    ring.publish(2)
    out[:] = 7
    ring.pull(out)
    assert not out[2:].any()
    assert ring.pulled == 62


def _stream() -> PythonDeviceStream:
    module: Any = SimpleNamespace(OutputStream=lambda **options: SimpleNamespace(options=options))
    return PythonDeviceStream(module, 4096, 0, channels=2)


def test_the_callback_in_python_allocates_nothing(allocated: Any) -> None:
    stream = _stream()
    out = np.zeros((512, 2), np.float32)
    calm, late = SimpleNamespace(output_underflow=False), SimpleNamespace(output_underflow=True)
    stream.fill(out, 512, None, calm)
    stream.ring.publish(512)
    stream.fill(out, 512, None, calm)

    def blocks() -> None:
        for _ in range(100):
            stream.ring.published += 500
            stream.fill(out, 512, None, late)

    kept, most = allocated(blocks)
    # A view of an array and a number or two at a time, far below a block's 4096 bytes.
    assert most < 1024
    assert kept < 256
    assert stream.xruns == 600


def test_the_callback_in_python_waits_for_nobody() -> None:
    """A writer that stands still in the midst of it does not hold the reader up."""
    stream = _stream()
    stream.ring.publish(512)
    go_on, inside = threading.Event(), threading.Event()
    memory = stream.ring.memory

    class Stuck:
        def __getattr__(self, name: str) -> Any:
            return getattr(memory, name)

        def __setitem__(self, key: Any, value: Any) -> None:
            inside.set()
            assert go_on.wait(30)
            memory[key] = value

        def __len__(self) -> int:
            return len(memory)

    from musicvae.live.outputs.ring_writer import RingWriter

    ahead = RingWriter(stream.ring, 48_000, 512)
    ahead.restart()
    stream.ring.pulled = stream.ring.published
    stream.ring.memory = Stuck()  # type: ignore[assignment]
    writer = threading.Thread(target=ahead.commit, args=(np.ones((512, 2), np.float32),))
    writer.start()
    assert inside.wait(30)
    stream.ring.memory = memory
    out = np.ones((512, 2), np.float32)
    stream.fill(out, 512, None, SimpleNamespace(output_underflow=False))
    assert writer.is_alive()
    assert not out.any()
    go_on.set()
    writer.join()
    names = set(PythonDeviceStream.fill.__code__.co_names) | set(PythonRing.pull.__code__.co_names)
    assert names <= {"ring", "xruns", "output_underflow", "pull", "pulled", "published"} | {
        "memory", "_size", "min", "len"
    }  # fmt: skip
