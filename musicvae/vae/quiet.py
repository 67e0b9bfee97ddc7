"""Imports TensorFlow without its start-up lines on the terminal."""

from __future__ import annotations

import os
import sys
import tempfile


def quieten_tensorflow() -> None:
    """Import TensorFlow; its output is shown only if the import fails.

    Its C++ part writes to file descriptor 2 before any setting can prevent it.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if "tensorflow" in sys.modules:
        return
    sys.stderr.flush()
    real = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            import tensorflow  # noqa: F401
        except BaseException:
            held.seek(0)
            os.write(real, held.read())
            raise
        finally:
            os.dup2(real, 2)
            os.close(real)
