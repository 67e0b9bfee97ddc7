from __future__ import annotations

import subprocess
import sys

WITHOUT_TENSORFLOW = """
import sys
from importlib.machinery import PathFinder
class Hidden(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        hidden = name.split(".")[0] in ("tensorflow", "keras")
        return None if hidden else super().find_spec(name, path, target)
sys.meta_path[:] = [Hidden if f is PathFinder else f for f in sys.meta_path]
from musicvae.cli.main import main
raise SystemExit(main(sys.argv[1:]))
"""


def test_training_without_tensorflow_says_the_pip_line() -> None:
    command = [sys.executable, "-c", WITHOUT_TENSORFLOW, "train", "--data", ".", "--out", "nowhere"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert 'pip install "musicvae[train]"' in done.stderr
    assert "Traceback" not in done.stderr
