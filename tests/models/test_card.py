"""Cards: written and read again, refused where anything in them cannot be, compared with files."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from musicvae.artifact.reading import read_info
from musicvae.errors import CardError
from musicvae.latents.memory.memory_format import read_header
from musicvae.models.card import SCHEMA, ModelCard
from musicvae.models.card_parts import (
    AttributeLine,
    Figures,
    FileFacts,
    LatentLine,
    MemoryFacts,
    Training,
)
from musicvae.models.card_text import markdown
from musicvae.models.file_facts import file_facts, memory_facts, prior_facts
from tests.latents.memories import make_memory

FACTS = FileFacts(1000, "ab" * 32)
MEMORY = MemoryFacts(2000, "ef" * 32, 24, 12.01, "CC0-1.0")
FIGURES = Figures(10, 300.0, "cd" * 32, 0.2, 1.2, 0.99, -0.1, 0.4, width=0.2, width_worst=0.5)


def make_card(**changes: Any) -> ModelCard:
    card = ModelCard(
        name="jazz",
        genre="jazz",
        summary="Combos.",
        licence="Apache-2.0",
        latent_space="0123456789abcdef",
        sample_rate=44_100,
        channels=2,
        latent_dim=2,
        latency=384,
        decoder=FACTS,
        encoder=FACTS,
        memory=MEMORY,
        training=Training("generated", "1", "CC0-1.0", tracks=98, steps=5000, versions={"a": "1"}),
        figures=FIGURES,
        latents=(LatentLine(0, 0.7, "louder"), LatentLine(1, 0.3)),
        attributes=(AttributeLine("loudness", "dBFS", 0.99), AttributeLine("onsets", "1/s")),
        limits=("It cannot sing.",),
        commands=("musicvae train jazz",),
    )
    return dataclasses.replace(card, **changes)


def test_a_card_is_read_as_it_was_written(tmp_path: Path) -> None:
    card = make_card()
    assert ModelCard.load(card.save(tmp_path / "jazz.json")) == card


def test_what_is_not_known_may_be_left_out() -> None:
    short = {
        "name": "mine",
        "genre": "mine",
        "summary": "",
        "licence": "unstated",
        "sample_rate": 22_050,
        "channels": 1,
        "latent_dim": 4,
        "decoder": {"bytes": 1, "sha256": "00" * 32},
    }
    card = ModelCard.parse(json.dumps(short))
    assert (card.training, card.figures, card.encoder, card.memory) == (None, None, None, None)
    assert card.schema == SCHEMA
    assert "How good" not in markdown(card)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("name",), 7, "name is 7"),
        (("name",), "x" * 129, "at most 128 characters"),
        (("latent_space",), "jazz", "16 hex digits"),
        (("channels",), True, "channels is True"),
        (("sample_rate",), 44_100.0, "sample_rate is 44100.0"),
        (("figures", "onsets"), 1.5, "figures.onsets is 1.5, not a number from -1 to 1"),
        (("figures", "log_mel"), 10**400, "figures.log_mel"),
        (("figures", "best"), 1, "figures.best is unknown"),
        (("decoder",), None, "decoder is no object"),
        (("decoder", "sha256"), "AB" * 32, "64 hex digits"),
        (("training", "versions"), {"a": 1}, "training.versions.a is 1"),
        (("training", "versions"), [], "training.versions is []"),
        (("memory", "bytes"), 0, "memory.bytes is 0"),
        (("memory", "tracks"), 0, "memory.tracks is 0"),
        (("memory", "minutes"), "long", "memory.minutes"),
        (("memory", "licence"), "x" * 2001, "memory.licence"),
        (("latents",), [], "latents"),
        (("latents", 1, "index"), 0, "not in the order"),
        (("latents", 1, "text"), "x" * 129, "latents[1].text"),
        (("limits",), "none", "limits is 'none'"),
        (("attributes", 0, "spearman"), "high", "attributes[0].spearman"),
        (("a\nb",), 1, "'a\\nb' is unknown"),
    ],
)
def test_what_cannot_be_is_refused_by_its_place(
    place: tuple[Any, ...], value: object, said: str
) -> None:
    values = json.loads(make_card().to_json())
    inner = values
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    if said == "latents":  # none at all is allowed
        assert ModelCard.parse(json.dumps(values)).latents == ()
        return
    with pytest.raises(CardError) as refused:
        ModelCard.parse(json.dumps(values), "jazz.json")
    assert said in str(refused.value)
    assert "jazz.json" in str(refused.value)


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b'{"schema": NaN}', b"{}"])
def test_what_is_no_card_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "jazz.json").write_bytes(data)
    with pytest.raises(CardError, match="no model card"):
        ModelCard.load(tmp_path / "jazz.json")


def test_a_card_is_read_within_bounds(tmp_path: Path) -> None:
    path = tmp_path / "jazz.json"
    path.write_bytes(b" " * (2**18 + 1))
    with pytest.raises(CardError, match="more than 262144 bytes"):
        ModelCard.load(path)
    with pytest.raises(CardError, match="lists and objects"):
        ModelCard.parse('{"latents": [' + "{}," * 7_000 + "{}]}")


def test_a_newer_card_says_so() -> None:
    values = json.loads(make_card().to_json()) | {"schema": SCHEMA + 1, "soul": 7}
    with pytest.raises(CardError, match=r"newer musicvae.*upgrade"):
        ModelCard.parse(json.dumps(values))


def test_a_missing_card_is_called_missing(tmp_path: Path) -> None:
    with pytest.raises(CardError, match="no file"):
        ModelCard.load(tmp_path / "jazz.json")


def test_nothing_is_saved_that_could_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(CardError, match="latency"):
        make_card(latency=-1).save(tmp_path / "jazz.json")
    with pytest.raises(CardError, match="ends in"):
        make_card().save(tmp_path / "jazz.onnx")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def stream(make_stream: Callable[..., Path]) -> Path:
    return make_stream()


def card_of(path: Path) -> ModelCard:
    info = read_info(path)
    return make_card(
        genre=info.genre,
        licence=info.licence,
        latent_space=info.latent_space,
        sample_rate=info.sample_rate,
        channels=info.channels,
        latent_dim=info.latent_dim,
        latency=info.latency,
        decoder=file_facts(path),
        latents=(),
    )


def test_a_card_fits_its_artifact(stream: Path) -> None:
    assert card_of(stream).problems(read_info(stream), stream) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"latent_space": "f" * 16}, "latent_space is '0123456789abcdef'"),
        ({"sample_rate": 48_000}, "sample_rate"),
        ({"channels": 2}, "channels is 1"),
        ({"genre": "metal"}, "genre"),
        ({"licence": "MIT"}, "licence"),
        ({"decoder": FACTS}, "1000 in the card"),
    ],
)
def test_each_difference_of_card_and_artifact_is_said(
    stream: Path, change: dict[str, Any], said: str
) -> None:
    card = dataclasses.replace(card_of(stream), **change)
    (problem,) = card.problems(read_info(stream), stream)
    assert said in problem


def test_another_file_of_equal_size_does_not_fit(stream: Path) -> None:
    card, info = card_of(stream), read_info(stream)
    data = bytearray(stream.read_bytes())
    data[-1] ^= 1
    stream.write_bytes(data)
    (problem,) = card.problems(info, stream)
    assert "SHA-256" in problem
    stream.unlink()
    (problem,) = card.problems(info, stream)
    assert "cannot be read" in problem


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    return make_memory().save(tmp_path / "jazz.memory")


def test_a_card_fits_its_memory_and_says_nothing_of_another_if_it_lists_none(
    memory: Path,
) -> None:
    header = read_header(memory)
    card = make_card(memory=memory_facts(memory))
    assert card.memory is not None
    assert (card.memory.tracks, card.memory.licence) == (4, "CC0-1.0")
    assert card.memory.minutes == round(1600 * 128 / 8000 / 60, 2)
    assert card.memory_problems(header, memory) == []
    assert make_card(memory=None).memory_problems(header, memory) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tracks": 5}, "tracks is 4 in jazz.memory, and 5 in the card"),
        ({"minutes": 9.5}, "and 9.5 in the card"),
        ({"licence": "MIT"}, "licence is 'CC0-1.0' in jazz.memory, and 'MIT' in the card"),
        ({"bytes": 7}, "and 7 in the card"),
        ({"sha256": "0" * 64}, "its SHA-256 is another"),
    ],
)
def test_each_difference_of_card_and_memory_is_said(
    memory: Path, change: dict[str, Any], said: str
) -> None:
    card = make_card(memory=dataclasses.replace(memory_facts(memory), **change))
    (problem,) = card.memory_problems(read_header(memory), memory)
    assert said in problem


def test_a_card_fits_its_prior_and_says_where_not(
    prior_artifacts: ModuleType, tmp_path: Path
) -> None:
    prior = prior_artifacts.write_prior_artifact(tmp_path / "new.onnx", licence="CC0-1.0")
    info, facts = read_info(prior), prior_facts(prior)
    assert make_card(prior=None).prior_problems(info, prior) == []
    card = make_card(prior=facts)
    assert card.prior_problems(info, prior) == []
    assert "2 genre(s), CC0-1.0" in markdown(card)
    changes: list[tuple[dict[str, Any], str]] = [
        ({"genres": ("jazz",)}, "genres is ('jazz', 'metal') in new.onnx, and ('jazz',) in"),
        ({"licence": "MIT"}, "licence is 'CC0-1.0' in new.onnx, and 'MIT' in the card"),
        ({"bytes": 7}, "and 7 in the card"),
        ({"sha256": "0" * 64}, "its SHA-256 is another"),
    ]
    for change, said in changes:
        (problem,) = make_card(prior=dataclasses.replace(facts, **change)).prior_problems(
            info, prior
        )
        assert said in problem


def test_an_encoder_needs_its_own_facts(make_encoder: Callable[..., Path]) -> None:
    path = make_encoder()
    card = dataclasses.replace(card_of(path), decoder=FACTS, genre="another", encoder=None)
    assert card.problems(read_info(path), path) == ["the card knows no encoder"]
    assert dataclasses.replace(card, encoder=file_facts(path)).problems(read_info(path), path) == []


def test_the_page_shows_everything_and_steers_nothing() -> None:
    card = make_card(summary="Red \x1b[31m | pipe", limits=("a\nb",))
    page = markdown(card)
    assert all(char.isprintable() or char == "\n" for char in page)
    for said in ("+0.20 dB", "0.990", "70.0%", "louder", "98 tracks", "- a b", "musicvae train",
                 "12.0 minutes of 24 track(s), CC0-1.0, 0.00 MB"):  # fmt: skip
        assert said in page
    tables = [line for line in page.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in tables} == {3, 4}
