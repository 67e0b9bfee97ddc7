"""The whole program as a process: what becomes of its streams."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes of POSIX")

MUSICVAE = (sys.executable, "-m", "musicvae")
#: What can become of a stream, as a shell writes it.
FATES = (">&-", "2>&-", "| true", ">/dev/full", ">&- 2>&- <&-", ">/dev/full 2>&1")


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a shell command, in which ``musicvae`` is the one under test."""
    define = f'musicvae() {{ "{sys.executable}" -m musicvae "$@"; }}; set -o pipefail; '
    return subprocess.run(
        ["bash", "-c", define + command],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=120,
    )


def quiet(result: subprocess.CompletedProcess[str]) -> bool:
    said = result.stdout + result.stderr
    return not any(word in said for word in ("Traceback", "Exception ignored", "Errno 32"))


@pytest.mark.parametrize("fate", FATES)
def test_a_listing_ends_as_a_filter_does(fate: str) -> None:
    result = shell(f"musicvae recipes {fate}")
    assert quiet(result), result.stderr
    if "full" in fate:
        assert result.returncode == 1
        assert ("No space left" in result.stderr) == ("2>&1" not in fate)
    else:
        assert result.returncode in (0, 128 + signal.SIGPIPE)


@pytest.mark.parametrize("fate", [">&- 2>&- <&-", "| true", ">/dev/full 2>&1"])
def test_a_daemon_sounds_to_its_end(
    make_artifact: Callable[..., Path], tmp_path: Path, fate: str
) -> None:
    take = tmp_path / "take.wav"
    live = f"musicvae live {make_artifact()} --out {take} --fast --seconds 60 --port 0 --json"
    result = shell(f"{live} {fate}")
    assert quiet(result), result.stderr
    assert result.returncode == 0
    assert soundfile.info(take).duration == 60


@pytest.mark.parametrize(("encoding", "shown"), [("ascii", "--json"), ("cp437", "--plain")])
def test_letters_that_cannot_be_shown_are_replaced(
    make_artifact: Callable[..., Path], encoding: str, shown: str
) -> None:
    artifact = make_artifact(genre="Čardáš · 音")
    command = ["live", artifact, "--out", "null", "--fast", "--seconds", "1", "--port", "0", shown]
    result = subprocess.run(
        [*MUSICVAE, *map(str, command)],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    assert (result.returncode, result.stderr) == (0, b"")
    text = result.stdout.decode(encoding)
    if shown == "--json":
        assert json.loads(text.splitlines()[0])["genre"] == "Čardáš · 音"
    else:
        assert "?ardá? · ?, 4 latents" in text
