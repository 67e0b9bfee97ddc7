from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

import musicvae as mv
from musicvae.cli.main import main


@pytest.fixture
def jazz(make_stream: Callable[..., Path], make_encoder: Callable[..., Path]) -> Path:
    make_encoder("jazz.encoder.onnx")
    return make_stream("jazz.onnx")


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    path = tmp_path / "voice.wav"
    sound = np.sin(np.arange(44_100) * 0.05)[:, None] * np.linspace(0, 0.5, 44_100)[:, None]
    soundfile.write(path, sound, 44_100, subtype="PCM_24")
    return path


def test_it_writes_what_the_function_makes(jazz: Path, voice: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.flac"
    options = ["--gain", "3", "--mix", "0.5", "--no-auto", "--attribute", "loudness=1"]
    assert main(["transform", str(jazz), str(voice), "-o", str(out), *options]) == 0
    made = mv.transform(
        jazz, mv.read(voice), gain=3.0, mix=0.5, auto=False, attributes={"loudness": 1.0}
    )
    written, rate = soundfile.read(out, always_2d=True, dtype="float32")
    assert rate == made.sample_rate == 16_000
    np.testing.assert_allclose(written, made.samples, atol=2**-23)
    again = tmp_path / "out.wav"
    assert main(["transform", str(jazz), str(voice), "-o", str(again), *options, "--quiet"]) == 0
    same, _ = soundfile.read(again, dtype="float32")
    np.testing.assert_allclose(same, written[:, 0], atol=2**-22)


def test_what_it_refuses_leaves_no_file(
    jazz: Path, voice: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.wav"
    text = tmp_path / "text.wav"
    text.write_text("no sound")
    for model, file, options, said in (
        (jazz, text, [], "cannot read 'text.wav' as sound"),
        (jazz, voice, ["--gate", "3"], "out of range -120 to 0"),
        (jazz, voice, ["--attribute", "swing=1"], "attributes are"),
        (jazz, tmp_path / "none.wav", [], "none.wav"),
        (tmp_path / "jazz.encoder.onnx", voice, [], "makes latents, not sound"),
    ):
        assert main(["transform", str(model), str(file), "-o", str(out), *options]) == 1
        assert said in capsys.readouterr().err
        assert not out.exists()
    assert main(["transform", str(jazz), str(voice), "-o", str(voice)]) == 1


def _file(path: Path, samples: np.ndarray, rate: int = 44_100) -> Path:
    soundfile.write(path, samples, rate, subtype="FLOAT")
    return path


def test_sound_of_which_silence_would_be_made_is_refused_by_its_name(
    jazz: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No text says "wrote" of a file that has nothing of the sound, or gaps."""
    out = tmp_path / "out.wav"
    noise = np.random.default_rng(0).standard_normal(100_000) * 0.1
    gap, late = noise.copy(), noise.copy()
    gap[88_200:] = np.nan
    late[-1] = 1e30
    for samples, said in (
        (noise[:0], "it holds 0 samples"),
        (noise * np.nan, "a sample at 0.00 s is NaN or infinite"),
        (gap, "a sample at 2.00 s is NaN or infinite"),
        (late, "a sample at 2.27 s is of magnitude 1e+30"),
        (noise * 32_768, "is of magnitude"),
    ):
        file = _file(tmp_path / "given.wav", samples)
        assert main(["transform", str(jazz), str(file), "-o", str(out)]) == 1
        printed = capsys.readouterr()
        assert "cannot read 'given.wav' as sound" in printed.err
        assert said in printed.err
        assert "wrote" not in printed.out
        assert not out.exists()
    file = _file(tmp_path / "slow.wav", noise[:9], 1)
    assert main(["transform", str(jazz), str(file), "-o", str(out)]) == 1
    said = "cannot read 'slow.wav' as sound. Expected: 1000 to 768000 Hz"
    assert said in capsys.readouterr().err
