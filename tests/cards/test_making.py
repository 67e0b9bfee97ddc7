"""Cards made of artifacts and tracks: they fit, say what is known, and refuse what was learnt."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from musicvae.artifact.reading import read_info
from musicvae.audio import Sound
from musicvae.cards.making import About, make_card, refuse_heard, unheard
from musicvae.cards.training_facts import Corpus, training_of_run
from musicvae.cli import measuring
from musicvae.errors import ArtifactError, CardError, DataError, LatentError, MusicVAEError
from musicvae.models.card import ModelCard
from musicvae.models.card_text import markdown
from musicvae.models.file_facts import memory_facts, prior_facts
from musicvae.vae.run.folder import RunFolder
from tests.latents.memories import make_memory

pytest.importorskip("librosa", reason="librosa is not installed")

RATE = 22_050
Make = Callable[..., Path]


@pytest.fixture
def tracks(tmp_path: Path) -> list[Path]:
    """Two seconds of noise each."""
    return [
        Sound.of(np.random.default_rng(seed).uniform(-0.3, 0.3, 2 * RATE), RATE).write(
            tmp_path / "jazz" / f"jazz.{seed}.wav"
        )
        for seed in range(4)
    ]


def test_a_card_of_artifacts_alone(
    make_stream: Make, make_encoder: Make, tracks: list[Path]
) -> None:
    decoder = make_stream(
        provenance={"steps": 7, "seed": 3, "test_kl": 10.0, "versions": {"numpy": "2"}}
    )
    encoder = make_encoder()
    card = make_card(decoder, encoder, tracks[2:], about=About(limits=["It is a test."]))
    info = read_info(decoder)
    assert card.problems(info, decoder) == []
    assert card.problems(read_info(encoder), encoder) == []
    assert (card.name, card.genre) == (info.genre, info.genre)
    assert card.figures is not None
    assert (card.figures.tracks, card.figures.seconds) == (2, 4.0)
    bits = 10 * info.latent_rate / math.log(2) / 1000
    assert card.figures.kbits == pytest.approx(bits, abs=1e-3)
    assert card.training is not None
    assert (card.training.steps, card.training.seed) == (7, 3)
    assert [line.share for line in card.latents] == [
        latent.explained_variance for latent in info.latents
    ]
    assert card.limits[-1] == "It is a test."
    assert ModelCard.parse(card.to_json()) == card


def test_the_memory_beside_a_decoder_is_told_with_its_licence(
    make_stream: Make, make_encoder: Make, tracks: list[Path], tmp_path: Path
) -> None:
    decoder, encoder = make_stream(), make_encoder()
    assert make_card(decoder, encoder, tracks[:1]).memory is None
    memory = make_memory().save(decoder.with_suffix(".memory"))
    card = make_card(decoder, encoder, tracks[:1])
    assert card.memory == memory_facts(memory)
    assert "CC0-1.0" in card.limits[-1]
    other = make_memory(parts=2).save(tmp_path / "other.memory")
    named = make_card(decoder, encoder, tracks[:1], memory=other)
    assert named.memory == memory_facts(other)
    make_memory(space="f" * 16).save(other)
    with pytest.raises(LatentError, match="another encoder"):
        make_card(decoder, encoder, tracks[:1], memory=other)


def test_the_prior_beside_a_decoder_or_named_is_told(
    make_stream: Make,
    make_encoder: Make,
    tracks: list[Path],
    prior_artifacts: ModuleType,
    tmp_path: Path,
) -> None:
    decoder, encoder = make_stream("jazz.onnx"), make_encoder()
    write = prior_artifacts.write_prior_artifact
    prior = write(decoder.with_name("jazz.prior.onnx"), licence="CC0-1.0")
    card = make_card(decoder, encoder, tracks[:1])
    assert card.prior == prior_facts(prior)
    assert card.prior.genres == ("jazz", "metal")
    assert card.prior.licence == "CC0-1.0"
    shared = write(tmp_path / "shared.onnx")
    assert make_card(decoder, encoder, tracks[:1], prior=shared).prior == prior_facts(shared)
    write(shared, latent_space="f" * 16)
    with pytest.raises(LatentError, match="another latent space"):
        make_card(decoder, encoder, tracks[:1], prior=shared)
    with pytest.raises(ArtifactError, match="kind"):
        make_card(decoder, encoder, tracks[:1], prior=decoder)


def test_what_a_latent_moves_is_taken_from_its_artifact(
    make_stream: Make, make_encoder: Make, tracks: list[Path]
) -> None:
    info = read_info(make_stream())
    latents = tuple(replace(latent, effect="bass +6 dB") for latent in info.latents)
    card = make_card(make_stream(latents=latents), make_encoder(), tracks[:1])
    assert {line.text for line in card.latents} == {"bass +6 dB"}


def test_artifacts_of_two_latent_spaces_make_no_card(
    make_stream: Make, make_encoder: Make, tracks: list[Path]
) -> None:
    with pytest.raises(LatentError):
        make_card(make_stream(latent_space="f" * 16), make_encoder(), tracks[:1])


def test_the_unheard_tracks_are_those_that_a_training_keeps(
    tracks: list[Path], tmp_path: Path
) -> None:
    assert unheard(tmp_path, "jazz") == tracks
    assert unheard(tmp_path, "jazz", "last 1") == tracks[3:]


def make_run(folder: Path, data: Path) -> RunFolder:
    """A run that has learnt from three tracks, with ten steps."""
    from musicvae.recipes import STREAM

    keys = [f"jazz.{seed}.wav" for seed in range(4)]
    run = RunFolder.create(
        folder,
        {
            "recipe": STREAM.to_json(),
            "genre": "jazz",
            "train_digest": "ab" * 32,
            "versions": {"numpy": "2"},
            "from": {"run": "/music/me/runs/base", "frozen": ["encoder"]},
        },
        {"train": keys[:3], "test": keys[3:]},
        {
            "folder": str(data),
            "tracks": [{"key": key, "seconds": 20.0} for key in keys],
            "skipped": [],
        },
    )
    np.savez(run.best, counters=np.array(json.dumps({"step": 10})))
    run.write_history([{"epoch": 1, "step": 10, "seconds": 90.0}])
    return run


def test_a_run_tells_what_was_learnt(tmp_path: Path) -> None:
    corpus = Corpus("generated", "2", "CC0-1.0", "By a script.")
    training = training_of_run(make_run(tmp_path / "run", tmp_path), corpus)
    assert (training.corpus, training.corpus_version) == ("generated", "2")
    assert (training.tracks, training.sound_minutes) == (3, 1.0)
    assert (training.steps, training.minutes) == (10, 1.5)
    assert training.started_from == "base, encoder frozen"
    assert training.digest == "ab" * 32


def test_tracks_that_a_run_has_learnt_from_are_refused(tracks: list[Path], tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", tracks[0].parent)
    refuse_heard(tracks[3:], run)
    with pytest.raises(DataError, match=r"1 of 2 were learnt from.*jazz\.2"):
        refuse_heard(tracks[2:], run)


def command(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    measuring.add(parser.add_subparsers())
    options = parser.parse_args(["measure", *map(str, arguments)])
    return int(options.run(options))


def test_the_command_writes_the_card_and_tells_what_it_does(
    make_stream: Make,
    make_encoder: Make,
    tracks: list[Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    decoder, encoder, out = make_stream(), make_encoder(), tmp_path / "card.json"
    corpus = tmp_path / "corpus.json"
    corpus.write_text('{"name": "noise", "made": "By a die."}')
    needed = [decoder, "--encoder", encoder, "--data", tmp_path, "--split", "last 1"]
    more = ["--corpus", corpus, "--summary", "Noise.", "--limit", "Loud.", "--command", "train it"]
    assert command(*needed, "--out", out, *more) == 0
    card = ModelCard.load(out)
    assert (card.summary, card.limits[-1], card.commands) == ("Noise.", "Loud.", ("train it",))
    assert card.training is not None
    assert card.training.corpus_made == "By a die."
    said = capsys.readouterr()
    assert "measuring 1 of 1: jazz.3.wav" in said.err
    assert said.out == markdown(card)
    with pytest.raises(CardError, match="would replace"):
        command(*needed, "--out", corpus, "--corpus", corpus)


@pytest.mark.parametrize("content", ["[]", '{"name": 1}', '{"title": "x"}', ""])
def test_a_corpus_that_is_not_described_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "corpus.json"
    path.write_text(content)
    with pytest.raises(CardError, match="does not describe a corpus"):
        Corpus.load(path)


def test_nothing_is_written_when_a_track_cannot_be_measured(
    make_stream: Make, make_encoder: Make, tmp_path: Path
) -> None:
    short = tmp_path / "data" / "short.wav"
    Sound.of(np.zeros(1000), RATE).write(short)
    out = tmp_path / "card.json"
    with pytest.raises(MusicVAEError, match=r"1\.5 s"):
        command(make_stream(), "--encoder", make_encoder(), "--data", short.parent, "--out", out)
    assert not out.exists()
