"""Writes the tests' tiny artifact to a path: ``python .ci/tiny_artifact.py tiny.onnx``."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"

if __name__ == "__main__":
    runpy.run_path(str(TESTS / "artifacts.py"))["write_clip_artifact"](Path(sys.argv[1]))
