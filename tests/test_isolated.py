from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def test_numba_takes_no_settings_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They could name a folder of compiled functions, which it would run."""
    for needed in ("librosa", "yaml"):
        pytest.importorskip(needed, reason=f"{needed} is not installed")
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".numba_config.yaml").write_text(f"cache_dir: {tmp_path / 'evil'}\n")
    code = """
from musicvae.measures.spectra import librosa
librosa().filters.mel(sr=8000, n_fft=256, n_mels=4)
import numba, yaml
numba.core.config.reload_config()
print(numba.config.CACHE_DIR, yaml.safe_load("1"))
"""
    command = [sys.executable, "-P", "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.stdout.split(), done.returncode) == (["1"], 0), done.stderr
    assert not (tmp_path / "evil").exists()
