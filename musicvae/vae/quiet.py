"""Imports TensorFlow when it is needed, without its start-up lines on the terminal."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from musicvae.errors import MissingExtraError

#: What training, or using a trained run, needs.
_NEEDED = ("tensorflow", "librosa", "soxr", "matplotlib")


def quieten_tensorflow() -> None:
    """Import TensorFlow; its output is shown only if the import fails.

    Raises:
        MissingExtraError: TensorFlow, or a library that training needs besides, is not installed.
    """
    for package in _NEEDED:
        if not is_installed(package):
            raise MissingExtraError("train", package, "training, or using a trained run,")
    with quietly():
        import tensorflow  # noqa: F401


@contextmanager
def quietly() -> Iterator[None]:
    """A block that may import TensorFlow; what it prints is shown only if the block fails.

    Its C++ part writes to file descriptor 2 before any setting can prevent it.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if "tensorflow" in sys.modules:
        yield
        return
    try:
        real = os.dup(2)
    except OSError:  # a program without a console
        yield
        return
    if sys.stderr is not None:
        sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(real, held.read())
            raise
        finally:
            os.dup2(real, 2)
            os.close(real)


def is_installed(package: str) -> bool:
    """Whether a package is there to be imported; it is not imported."""
    if package in sys.modules:
        return sys.modules[package] is not None  # None says that it must not be
    return find_spec(package) is not None
