"""The SuperCollider file, evaluated by sclang itself without its windows."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Make = Callable[..., Path]
Evaluate = Callable[..., str]

#: One word each of those that the file defines.
WORDS = """
    ~latent.(0.5, -0.5); ~at.(3, 1.25); ~norm.(0.25, 0.75); ~delta.(0.125); ~glide.(250);
    ~traj.(100, [0 ! 8, 1 ! 8]); ~attr.(\\loudness, 1.5); ~source.(\\tape); ~walk.(2, 0.5);
    ~freeze.(true); ~freeze.(false); ~hold.(1); ~hold.(0); ~gain.(-12); ~play.(false);
    ~panic.value; ~crossfade.(0.5); ~model.(\\jazz, \\b); ~save.("one"); ~recall.("one");
    ~morph.("one", "two", 0.25); ~together.(0.1, ["/latent/0", 1], ["/latent/1", 2]);
"""
SENT = [
    ("/status", []), ("/latent", [0.5, -0.5]), ("/latent/3", [1.25]),
    ("/latent/norm", [0.25, 0.75]),
    ("/latent/delta", [0.125]), ("/glide", [250]), ("/latent/traj", [100, *[0] * 8, *[1] * 8]),
    ("/attr/loudness", [1.5]), ("/source", ["tape"]), ("/walk", [2, 0.5]), ("/freeze", [1]),
    ("/freeze", [0]), ("/hold", [1]), ("/hold", [0]), ("/gain", [-12]), ("/play", [0]),
    ("/panic", []), ("/crossfade", [0.5]), ("/deck/b/model/load", ["jazz"]),
    ("/preset/save", ["one"]), ("/preset/load", ["one"]), ("/morph", ["one", "two", 0.25]),
    ("/latent/0", [1]), ("/latent/1", [2]),
]  # fmt: skip


@pytest.fixture
def evaluate(root: Path, tmp_path: Path) -> Evaluate:
    """``evaluate(port, code)`` loads the file, runs ``code`` in a Routine, and gives the post."""
    sclang = shutil.which("sclang")
    if sclang is None:
        pytest.skip("sclang is not installed (Debian: supercollider-language)")
    path = root / "examples" / "supercollider" / "musicvae.scd"

    def run(port: int, code: str) -> str:
        script = tmp_path / "test.scd"
        loading = f"thisProcess.interpreter.executeFile({str(path)!r})".replace("'", '"')
        script.write_text(f"{loading};\nfork {{ {code}\n0.5.wait; 0.exit; }};\n")
        environment = os.environ | {
            "MUSICVAE_PORT": str(port),
            "HOME": str(tmp_path),  # sclang writes its settings there
            "XDG_RUNTIME_DIR": str(tmp_path),
            "QT_QPA_PLATFORM": "offscreen",
            "QTWEBENGINE_DISABLE_SANDBOX": "1",
        }
        done = subprocess.run(
            [sclang, "-D", str(script)],
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=90,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert "ERROR" not in done.stdout, done.stdout
        return done.stdout

    return run


def test_each_word_sends_what_it_says(
    evaluate: Evaluate, listener: Any, understand: Callable[..., Any]
) -> None:
    evaluate(listener.port, WORDS)
    assert listener.messages == SENT
    for message in listener.messages:
        understand(message)


def test_a_bundle_carries_a_real_time(evaluate: Evaluate, listener: Any) -> None:
    """Seconds since 1900 in the first word, near the present: what --honour-timetags waits for."""
    evaluate(listener.port, '~together.(0.5, ["/latent/0", 1]);')
    (bundle,) = [data for data in listener.packets if data.startswith(b"#bundle")]
    when = int.from_bytes(bundle[8:12]) - 2_208_988_800
    assert abs(when - time.time()) < 60


def test_the_performance_is_understood(evaluate: Evaluate, play: Any, make_stream: Make) -> None:
    playing = play(make_stream(latent_dim=6))
    code = r"""
        { ~how[\latents].isNil }.while { 0.02.wait };
        ~perform.(0.03);
        { ~performing }.while { 0.05.wait };
        ~musicvae.sendMsg("/ping");
    """
    said = evaluate(playing.port, code)
    assert "musicvae: the end" in said
    assert "musicvae: pong" in said  # an answer, through an OSCdef
    assert "refused" not in said
    playing.heard_all()
    playing.until(lambda: playing.status()["playing"] == 0)
    assert playing.get("/walk") == [1.0, pytest.approx(0.8)]
    assert playing.get("/gain") == [-96.0]


def test_a_refusal_is_posted(evaluate: Evaluate, play: Any, make_stream: Make) -> None:
    playing = play(make_stream(latent_dim=4))
    code = r"~at.(9, 1); { ~refused.isNil }.while { 0.02.wait }; ~how[\latents].postln;"
    said = evaluate(playing.port, code)
    assert "musicvae refused /latent/9: this model has latents 0 to 3" in said
    assert "\n4\n" in said
