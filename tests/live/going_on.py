"""A daemon, and another one that goes on with what it plays."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from musicvae.live.daemon import Daemon
from musicvae.live.last_state import LastState, State

RATE = 16_000


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def started(models: Any, last: LastState, **options: Any) -> Daemon:
    daemon = Daemon(models, output="null", port=0, rate=RATE, **options)
    daemon.last = last
    daemon.start()
    return daemon


def resumed(
    models: Any,
    last: LastState,
    first: Daemon,
    noted: Callable[[State], object],
    **options: Any,
) -> Daemon:
    """Another daemon that goes on with what the first one plays, once that is noted."""

    def there() -> bool:
        state = last.read()
        return state is not None and bool(noted(state))

    until(there)
    state = last.read()
    first.stop()
    assert state is not None
    last.keep(state)
    return started(models, last, **options)
