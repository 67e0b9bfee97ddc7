"""Writes the tests' tiny artifacts: ``python .ci/tiny_artifact.py tiny.onnx``.

The clip goes to that path, a stream beside it: ``tiny-stream.onnx``.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"

if __name__ == "__main__":
    path = Path(sys.argv[1])
    runpy.run_path(str(TESTS / "artifacts.py"))["write_clip_artifact"](path)
    stream = path.with_name(f"{path.stem}-stream.onnx")
    runpy.run_path(str(TESTS / "stream_artifacts.py"))["write_stream_artifact"](stream)
