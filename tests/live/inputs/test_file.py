from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from musicvae.errors import AudioError, SettingError
from musicvae.live.daemon import Daemon
from musicvae.live.inputs.choosing import choose, is_file
from musicvae.live.inputs.file import FileInput

RATE = 16_000


def ramp(path: Path, frames: int = 5000, rate: int = RATE, channels: int = 1) -> Path:
    rows = np.linspace(0, 0.5, frames)[:, None].repeat(channels, axis=1)
    soundfile.write(path, rows, rate, subtype="FLOAT")
    return path


def read(heard: FileInput, *sizes: int) -> np.ndarray:
    parts = [np.full((size, 2), 9.0, np.float32) for size in sizes]
    for part in parts:
        heard.read(part)
    return np.concatenate(parts)


@pytest.fixture
def hear(tmp_path: Path) -> Any:
    opened: list[FileInput] = []

    def begin(path: Path, **options: Any) -> FileInput:
        opened.append(FileInput(path, RATE, **options))
        opened[-1].start()
        return opened[-1]

    yield begin
    for each in opened:
        each.stop()
        each.stop()


def test_it_is_the_file_and_then_silence(hear: Callable[..., FileInput], tmp_path: Path) -> None:
    heard = hear(ramp(tmp_path / "a.wav"))
    assert heard.state == heard.name == "a.wav"
    sound = read(heard, 1000, 3000, 2000)
    np.testing.assert_array_equal(sound[:5000, 0], soundfile.read(tmp_path / "a.wav")[0])
    np.testing.assert_array_equal(sound[:, 0], sound[:, 1])
    assert not sound[5000:].any()
    assert heard.state == "a.wav: at its end"
    assert heard.late == 0


def test_it_begins_again_without_a_gap(hear: Callable[..., FileInput], tmp_path: Path) -> None:
    """Longer than what is decoded ahead."""
    heard = hear(ramp(tmp_path / "a.wav"), loop=True, patient=True)
    sound = read(heard, *[1000] * 100)
    once = soundfile.read(tmp_path / "a.wav")[0]
    np.testing.assert_array_equal(sound[:, 0], np.tile(once, 20))


def test_another_rate_is_resampled(hear: Callable[..., FileInput], tmp_path: Path) -> None:
    heard = hear(ramp(tmp_path / "a.wav", 48_000, 48_000, 2), patient=True)
    sound = read(heard, RATE)
    np.testing.assert_allclose(
        sound[1000:-1000, 1], np.linspace(0, 0.5, RATE)[1000:-1000], atol=2e-3
    )


def test_what_is_not_decoded_in_time_is_missing(
    hear: Callable[..., FileInput], tmp_path: Path
) -> None:
    heard = hear(ramp(tmp_path / "a.wav", 20 * RATE))
    sound = read(heard, 5 * RATE)  # more than is decoded ahead
    assert np.isnan(sound[-1]).all()
    assert heard.late == 1


def test_a_file_is_told_from_a_device(tmp_path: Path) -> None:
    assert is_file(tmp_path / "x")
    assert is_file("guitar.wav")
    assert is_file("sounds/guitar")
    assert not is_file("Scarlett 2i2")
    with pytest.raises(AudioError, match=r"nothing\.wav"):
        choose("nothing.wav", RATE, 512)
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(AudioError, match="as sound"):
        choose(tmp_path / "text.wav", RATE, 512)


def test_a_daemon_plays_a_file_as_if_it_came_in(models: Path, make_client: Any) -> None:
    rows = np.random.default_rng(0).standard_normal((RATE, 1)) * 0.1
    rows[RATE // 2 :] = 0
    (models / "ears.onnx").rename(models / "jazz.encoder.onnx")
    soundfile.write(models / "beat.wav", rows, RATE)
    out = models / "out.wav"
    with Daemon(
        models / "jazz.onnx",
        output=out,
        input=models / "beat.wav",
        loop=True,
        fast=True,
        seconds=4.0,
        port=0,
    ) as daemon:
        daemon.wait()
        status = daemon.status()
    assert (status["input"], status["source"]) == ("beat.wav", "input")
    assert status["input_ms"] == pytest.approx(10)
    assert float(status["round_trip_ms"]) > 10
    assert (status["faults"], status["input_late"]) == (0, 0)
    sound, _ = soundfile.read(out)
    levels = [float(np.abs(sound[at + 2000 : at + 6000]).max()) for at in range(0, 56_000, 8000)]
    assert min(levels[::2]) > 0.02
    assert max(levels[3::2]) < 0.01  # below the gate it follows into silence


def test_at_the_end_the_input_itself_fades_out_too(models: Path, make_client: Any) -> None:
    (models / "ears.onnx").rename(models / "jazz.encoder.onnx")
    soundfile.write(models / "loud.wav", np.full((RATE, 1), 0.5), RATE)
    out, still = models / "out.wav", models / "still.wav"
    options: dict[str, Any] = {"input": models / "loud.wav", "loop": True, "port": 0}
    with Daemon(models, output=out, seconds=2.0, fast=True, **options) as daemon:
        daemon.parts.engine.hearing.set_mix(0.0)
        daemon.wait()
    with Daemon(models, output=still, **options) as daemon:
        client = make_client(daemon.port)
        client.say("/input/mix", 0.0)
        client.say("/deck/*/play", 0)
        client.sync()
        frame = daemon.parts.engine.frame
        while daemon.parts.engine.frame < frame + RATE // 4:
            client.sync()
    for path in (out, still):
        sound, _ = soundfile.read(path)
        assert np.abs(sound).max() > 0.4
        assert np.abs(sound[-1]).max() < 1e-3
        assert np.abs(np.diff(sound[-400:], axis=0)).max() < 0.01


def test_a_model_without_an_encoder_says_so(models: Path) -> None:
    sound = ramp(models / "a.wav")
    with (
        pytest.raises(SettingError, match=r"no encoder for 'wide'.*wide.encoder.onnx.*--encoder"),
        Daemon(models / "wide.onnx", output="null", input=sound, port=0),
    ):
        pass


def test_without_an_input_nothing_is_loaded_for_one(models: Path, make_client: Any) -> None:
    with Daemon(models, output="null", port=0) as daemon:
        client = make_client(daemon.port)
        assert "nothing comes in" in client.failed("/input/load", "ears")
        assert daemon.status()["input"] == ""


@pytest.mark.parametrize("loop", [False, True])
def test_a_file_without_samples_is_refused(tmp_path: Path, loop: bool) -> None:
    with pytest.raises(AudioError, match=r"'empty\.wav'.*with sound in it.*holds 0 samples"):
        choose(ramp(tmp_path / "empty.wav", 0), RATE, 512, loop=loop)
    with pytest.raises(AudioError, match=r"'slow\.wav'.*1000 to .*a sample rate of 1 Hz"):
        choose(ramp(tmp_path / "slow.wav", 9, 1), RATE, 512, loop=loop)


def test_a_loop_over_a_file_that_becomes_empty_ends(
    hear: Callable[..., FileInput], tmp_path: Path
) -> None:
    path = ramp(tmp_path / "a.wav", 5 * RATE)  # more than is decoded ahead
    heard = hear(path, loop=True, patient=True)
    path.write_bytes(ramp(tmp_path / "empty.wav", 0).read_bytes())
    assert np.isnan(read(heard, *[RATE] * 12)[-1]).all()
    assert heard.state == "a.wav: it holds 0 samples"


def test_a_loop_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    heard = FileInput(ramp(tmp_path / "a.wav", 10), RATE, loop=True)
    heard.stop()
    assert len(list(islice(heard._blocks(), 3))) == 1
