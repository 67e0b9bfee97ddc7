from __future__ import annotations

import os
import sys
import threading

import pytest

from musicvae.live.outputs.priority import go_first


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has priorities of threads")
def test_it_gets_what_it_says_for_this_thread_alone() -> None:
    found: list[tuple[str, int, int]] = []

    def work() -> None:
        said = go_first()
        thread = threading.get_native_id()
        policy = os.sched_getscheduler(thread) & ~os.SCHED_RESET_ON_FORK
        found.append((said, policy, os.getpriority(os.PRIO_PROCESS, thread)))

    before = os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0)
    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    ((said, policy, nice),) = found
    assert (policy == os.SCHED_FIFO) == (said == "real-time 5")
    assert (policy != os.SCHED_FIFO and nice == -10) == (said == "nice -10")
    assert said in ("real-time 5", "nice -10", "normal")
    assert (os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0)) == before


def test_other_systems_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert go_first() == "normal"
