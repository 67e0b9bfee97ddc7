"""The commands ``tape`` and ``play``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from musicvae.audio import Sound, read
from musicvae.cli.main import main
from musicvae.latents.tape import Tape
from musicvae.runtime.stream_decoder import StreamDecoder

Make = Callable[..., Path]


@pytest.fixture
def song(tmp_path: Path) -> Path:
    time = np.arange(24_000) / 16_000
    return Sound.of(0.3 * np.sin(2 * np.pi * 220 * time), 16_000).write(tmp_path / "song.wav")


def test_an_encoder_makes_a_tape_and_a_decoder_plays_it(
    make_encoder: Make, make_stream: Make, song: Path, tmp_path: Path
) -> None:
    tape, out = tmp_path / "song.tape", tmp_path / "out.wav"
    assert main(["tape", str(make_encoder()), str(song), "-o", str(tape)]) == 0
    made = Tape.load(tape)
    assert made.source == "song.wav"
    assert made.samples == 24_000
    stream = make_stream()
    assert main(["play", str(stream), str(tape), "-o", str(out)]) == 0
    expected = StreamDecoder(stream).play(made)
    np.testing.assert_allclose(read(out).samples, np.clip(expected, -1, 1), atol=1e-6)


def test_a_decoder_stands_for_the_encoder_of_its_latents(
    make_encoder: Make, make_stream: Make, ready_site: Any, song: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    stream, encoder = make_stream("hh.onnx"), make_encoder("ears.onnx")
    assert main(["tape", str(encoder), str(song), "-o", str(tmp_path / "expected.tape")]) == 0
    expected = Tape.load(tmp_path / "expected.tape")
    memory = ["memory", str(song), "--encoder", str(stream), "-o", str(tmp_path / "hh.memory")]
    tape = ["tape", str(stream), str(song), "-o", str(tmp_path / "hh.tape")]
    for command in (tape, memory):
        assert main(command) == 1
        assert "musicvae export RUN --encoder --out hh.encoder.onnx" in capsys.readouterr().err
    ready_site.own("installed", encoder=True)
    assert main(tape) == 0
    assert Tape.load(tmp_path / "hh.tape") == expected
    (ready_site.folder / "installed.onnx").unlink()
    encoder.rename(tmp_path / "hh.encoder.onnx")
    assert main(tape) == 0
    assert Tape.load(tmp_path / "hh.tape") == expected


def test_a_run_makes_the_tape_that_its_model_makes(tiny_stream_run: Path, tmp_path: Path) -> None:
    from musicvae.vae.run.loading import load

    model = load(tiny_stream_run)
    track = model.test_tracks()[0]
    assert main(["tape", str(tiny_stream_run), str(track), "-o", str(tmp_path / "x.tape")]) == 0
    assert Tape.load(tmp_path / "x.tape") == model.tape(read(track), source=track.name)


def test_a_clip_has_no_tapes(
    tiny_run: Path, song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tape", str(tiny_run), str(song), "-o", str(tmp_path / "x.tape")]) == 1
    assert "only streams have tapes" in capsys.readouterr().err
    assert not (tmp_path / "x.tape").exists()


@pytest.mark.parametrize(
    "command",
    [
        "tape RUN FILE -o OUT/x.tape",
        "reconstruct RUN FILE --out OUT",
        "interpolate RUN 1 FILE --out OUT",
    ],
)
@pytest.mark.parametrize("bad", ["scale", "NaN", "none"])
def test_sound_that_means_nothing_to_an_encoder_is_refused_by_name(
    command: str,
    bad: str,
    tiny_stream_run: Path,
    song: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    samples = read(song).samples * 30_000
    if bad != "scale":
        samples = np.full_like(samples, np.nan) if bad == "NaN" else samples[:0]
    soundfile.write(tmp_path / "bad.wav", samples, 16_000, subtype="FLOAT")
    words = command.replace("RUN", str(tiny_stream_run)).replace("FILE", str(tmp_path / "bad.wav"))
    assert main(words.replace("OUT", str(tmp_path / "out")).split()) == 1
    error = capsys.readouterr().err
    said = {"scale": "divide by the full scale", "NaN": "NaN or inf", "none": "nothing to encode"}
    assert "cannot read 'bad.wav' as sound" in error
    assert said[bad] in error
    assert not (tmp_path / "out").exists()


def test_a_missing_file_is_told_before_the_model_is_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = str(tmp_path / "lost.wav")
    assert main(["tape", "no-run", lost, "-o", str(tmp_path / "x.tape")]) == 1
    assert "lost.wav" in capsys.readouterr().err
