"""Writes the tests' tiny artifacts: ``python .ci/tiny_artifact.py tiny.onnx``.

The clip goes to that path, a stream beside it: ``tiny-stream.onnx``.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

if __name__ == "__main__":
    sys.path.append(str(ROOT))  # the modules of tests/ import one another from there
    from tests.artifacts import write_clip_artifact
    from tests.stream_artifacts import write_stream_artifact

    path = Path(sys.argv[1])
    write_clip_artifact(path)
    write_stream_artifact(path.with_name(f"{path.stem}-stream.onnx"))
