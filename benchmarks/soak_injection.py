"""Raises errors at random, and counts them: the faults of a soak, injected from outside.

Nothing in musicvae knows of it: the parts are wrapped when a soak builds them.
"""

from __future__ import annotations

import errno
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from musicvae.errors import LatentError


def _system(number: int) -> OSError:
    return OSError(number, os.strerror(number))


def _of_onnxruntime() -> Exception:
    try:
        from onnxruntime.capi.onnxruntime_pybind11_state import RuntimeException
    except ImportError:
        return RuntimeError("onnxruntime is not installed")
    error: Exception = RuntimeException("[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION")
    return error


#: Errors that any call may raise: of the system, of memory, of a library, and a mistake of ours.
ERRORS: tuple[Callable[[], Exception], ...] = (
    lambda: _system(errno.ENOSPC),
    lambda: _system(errno.EIO),
    lambda: _system(errno.EMFILE),
    lambda: MemoryError("nothing is left"),
    lambda: RuntimeError("raised on purpose\nin two lines"),
    lambda: ZeroDivisionError(),
    lambda: KeyError("\x1b[2J"),
    _of_onnxruntime,
)
#: The errors of files alone.
FILE_ERRORS = ERRORS[:3]
#: The errors that are no mistake in a job: it answers that something is full, or used up.
USED_UP = ERRORS[:4]


class Injector:
    """Decides at each call of a place whether it fails; safe for several threads.

    The calls of one place fail at the same numbers with the same seed, whatever others do.

    Args:
        seed: of all places.
        scale: multiplies the share of calls that fail; 0 lets all pass.

    Attributes:
        struck: errors that were raised, by place.
    """

    def __init__(self, seed: int, scale: float = 1.0) -> None:
        self.struck: Counter[str] = Counter()
        self._seed = seed
        self.scale = scale
        self._places: dict[str, random.Random] = {}
        self._lock = threading.Lock()
        for error in ERRORS:
            error()  # what they import is not to be taken for memory that grows

    def fails(self, place: str, share: float) -> bool:
        """Whether this call is to fail; counts it, and draws nothing else."""
        with self._lock:
            failing = self._random(place).random() < share * self.scale
            self.struck[place] += failing
            return failing

    def strike(
        self, place: str, share: float, errors: tuple[Callable[[], Exception], ...] = ERRORS
    ) -> None:
        """Raise one of the errors in this share of the calls."""
        if self.fails(place, share):
            raise self.error(place, errors)

    def error(self, place: str, errors: tuple[Callable[[], Exception], ...] = ERRORS) -> Exception:
        """One of the errors."""
        with self._lock:
            return self._random(place).choice(errors)()

    def drag(self, place: str, share: float, seconds: float) -> None:
        """Take a while in this share of the calls; never counted as an error."""
        with self._lock:
            slow = self._random(f"slow {place}").random() < share * self.scale
        if slow:
            time.sleep(seconds)

    def wrapped(
        self,
        place: str,
        share: float,
        call: Callable[..., Any],
        errors: tuple[Callable[[], Exception], ...] = ERRORS,
        *,
        dragging: bool = True,
    ) -> Callable[..., Any]:
        """The function, failing and perhaps dawdling now and then before it does anything."""

        def failing(*arguments: Any, **options: Any) -> Any:
            if dragging:
                self.drag(place, share, 0.01)
            self.strike(place, share, errors)
            return call(*arguments, **options)

        return failing

    def _random(self, place: str) -> random.Random:
        if place not in self._places:
            self._places[place] = random.Random(f"{self._seed} {place}")
        return self._places[place]


class Failing:
    """A decoder of either kind that fails now and then, as ours or as anything.

    Args:
        decoder: one of ``soak_models``.
        injector: decides when.

    Attributes:
        info: of the decoder.
        silent: whether the newest decoding failed, so that silence is right.
    """

    def __init__(self, decoder: Any, injector: Injector) -> None:
        self.info = decoder.info
        self.silent = False
        self._decoder = decoder
        self._injector = injector

    def push(self, latents: Any, out: Any) -> Any:
        """The same as a stream decoder's method, or it fails."""
        self._fail("push")
        return self._decoder.push(latents, out=out)

    def reset(self) -> None:
        """The same as a stream decoder's method."""
        self._decoder.reset()

    def decode(self, latents: Any) -> Any:
        """The same as a clip decoder's method, or it fails; never at rest, as when it is loaded."""
        if latents.any():
            self.silent = True
            self._fail("decode")
        self.silent = False
        return self._decoder.decode(latents)

    def _fail(self, what: str) -> None:
        # An error of ours says that latents gave no sound, and is no fault.
        if self._injector.fails(f"refused {what}", 0.003):
            raise LatentError("this fails on purpose")
        self._injector.strike(what, 0.003)
