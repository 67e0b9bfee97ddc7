"""What the thread that renders does in the time between two blocks."""

from __future__ import annotations

import threading
import time
from typing import Any

from musicvae.live.outputs.render_thread import RenderThread
from tests.live.outputs.pulled import AHEAD, BLOCK, RATE, Device


def test_what_takes_too_long_between_blocks_is_hardly_tried_again(jacks: Any, hearing: Any) -> None:
    device, end = Device(), threading.Event()
    rendering = RenderThread(device, RATE, BLOCK, AHEAD)
    count, asked = hearing.Counting(), []

    def work() -> None:
        asked.append(rendering.writer.committed)
        time.sleep(0.002 if len(asked) < 40 else 0.02)  # which is longer than there is time

    rendering.between = work
    rendering.start(count)
    thread = threading.Thread(target=device.run, args=(end,))
    thread.start()
    try:
        jacks.wait_for(lambda: len(asked) >= 40)
        jacks.wait_for(lambda: rendering.writer.committed > asked[39] + 200 * BLOCK)
    finally:
        rendering.stop()
        end.set()
        thread.join()
    assert len(asked) < 60  # it learns how long that takes, and tries again now and then
