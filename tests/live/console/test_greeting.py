from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from musicvae.artifact import ArtifactInfo, LatentInfo
from musicvae.live.console import greeting
from musicvae.live.daemon import Daemon
from musicvae.live.outputs.output import Null


def lines(daemon: Daemon) -> dict[str, str]:
    """The facts by their names."""
    return {line[:10].strip(): line[12:] for line in daemon.greeting()}


def test_it_says_what_where_and_how(models: Path) -> None:
    with Daemon(models, output=Null(48_000), port=0) as daemon:
        said = lines(daemon)
        also = ", also ::1" if "::1" in daemon.parts.hosts else ""
        assert said == {
            "model": "jazz: 4 latents, 16 000 Hz mono, latency 2.0 ms; "
            "shares one latent space with 1 other",
            "also": "loops, metal, wide: /model/load, /deck/b/model/load",
            "sound": "nowhere: 48000 Hz, 2 channel(s), blocks of 512 frames (10.7 ms)",
            "listening": f"OSC over UDP and TCP, 127.0.0.1 port {daemon.port}{also}, "
            "this machine only",
            "latents": "0 to 3, which move the sound by 25 %, 25 %, 25 %, 25 %",
            "attributes": "/attr/loudness · /attr/brightness",
            "try": f"oscsend localhost {daemon.port} /latent ffff 0.5 -1.2 0.4 2.0",
            "stop": "Ctrl-C",
        }


def test_other_decks_say_what_they_play_and_what_hears(models: Path, tmp_path: Path) -> None:
    heard = tmp_path / "voice.wav"
    soundfile.write(heard, np.ones(1000), 16_000)
    (models / "ears.onnx").rename(models / "jazz.encoder.onnx")
    given = [models / "wide.onnx", models / "jazz.onnx"]
    with Daemon(given, output=Null(48_000), port=0, input=heard) as daemon:
        said = lines(daemon)
    assert said["deck b"] == "jazz"
    assert "also" not in said
    assert ", heard by deck b: /input/gain" in said["input"]


def test_long_lists_are_cut_and_nothing_steers_the_terminal(
    make_decoder: Callable[..., Any],
) -> None:
    decoder = make_decoder(latent_dim=20)
    decoder.info = dataclasses.replace(decoder.info, genre="jazz\x1b[2J")
    with Daemon(decoder, output=Null(8000), port=0, allow=["10.0.0.1"]) as daemon:
        said = lines(daemon)
    assert said["model"] == "jazz?[2J: 20 latents, 8 000 Hz mono, loops of 0.50 s"
    assert said["latents"].startswith("0 sine 0 · 1 sine 1 · ")
    assert said["latents"].endswith("15 sine 15 · and 4 more")
    assert "this machine and 10.0.0.1" in said["listening"]
    assert not {"also", "attributes"} & set(said)


def test_a_sound_card_says_how_it_plays_and_how_much_waits(models: Path) -> None:
    output: Any = Null(48_000)
    output.name, output.callback, output.queue_ms = "horn\x1b", "C", 16.25
    with Daemon(models, output=output, port=0) as daemon:
        assert lines(daemon)["sound"] == (
            "horn?: 48000 Hz, 2 channel(s), blocks of 512 frames (10.7 ms), C callback, "
            "16.2 ms queued"
        )


def test_the_example_fits_small_models_and_other_addresses() -> None:
    assert greeting.example(1, "10.0.0.2", 7800) == "oscsend 10.0.0.2 7800 /latent f 0.5"
    assert greeting.example(4, "0.0.0.0", 7700).startswith("oscsend localhost 7700 /latent ffff")


def test_of_many_latents_without_names_the_first_shares_are_told() -> None:
    latents = tuple(LatentInfo(f"latent {i}", 0, 1, -2, 2, 0.5 ** (i + 1)) for i in range(9))
    info = ArtifactInfo("clip", "jazz", "clip", 8000, 1, 9, 8000, latents=latents)
    assert greeting._names(info) == (
        "0 to 8, which move the sound by 50 %, 25 %, 12 %, 6 %, 3 %, 2 %, …"
    )


def test_of_latents_that_were_measured_the_first_effects_are_told() -> None:
    effects = ("bass +8 dB, darker", "wider\x1b", "", "little audible", "", "", "busier")
    latents = tuple(
        LatentInfo(f"latent {i}", 0, 1, -2, 2, 0.1, effect) for i, effect in enumerate(effects)
    )
    info = ArtifactInfo("stream", "jazz", "stream", 8000, 1, 7, hop=64, latents=latents)
    assert greeting._names(info) == (
        "0 bass +8 dB · 1 wider? · 3 little audible · 6 busier · …: /model/latents"
    )
