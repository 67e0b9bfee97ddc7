"""A model that is not what its plug-in or its card says, is refused wherever its name is used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import musicvae
from musicvae.errors import ArtifactError, LatentError, MemoryBankError
from musicvae.live.storage.library import Library
from musicvae.live.storage.ready import ReadyShelf
from musicvae.models.listing import listed
from tests.latents.memories import make_memory


def refused_everywhere(name: str, reason: str) -> None:
    """A row with the reason, an error when it is used, and a row of the daemon."""
    with pytest.raises(ArtifactError, match=reason):
        musicvae.StreamDecoder(name)
    (row,) = [row for row in listed() if row.name == name]
    assert reason in str(row.problem)
    (model,) = Library([], ready=ReadyShelf()).models()
    assert reason in model.reason


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"latent_space": "f" * 16}, "latent space is '0123456789abcdef' in jazz.onnx"),
        ({"genre": "polka"}, "genre is 'jazz' in jazz.onnx, and 'polka' in bringer 1.0"),
        ({"licence": "MIT"}, "licence is 'CC0-1.0' in jazz.onnx"),
    ],
)
def test_what_a_plugin_says_must_be_true(
    ready_site: Any, said: dict[str, object], reason: str
) -> None:
    ready_site.bring("jazz", said=said)
    refused_everywhere("jazz", reason)


def test_what_fits_is_played(ready_site: Any) -> None:
    ready_site.bring("jazz", encoder=True, card=True)
    (row,) = listed()
    assert row.problem is None
    assert musicvae.StreamDecoder("jazz").info.genre == "jazz"
    assert musicvae.Encoder("jazz").info.kind == "encoder"


def test_a_card_must_fit_its_artifact(ready_site: Any) -> None:
    package: Path = ready_site.bring("jazz", card=True)
    card = package / "models" / "jazz.card.json"
    values = json.loads(card.read_text("utf-8"))
    card.write_text(json.dumps({**values, "latent_space": "f" * 16}), "utf-8")
    refused_everywhere("jazz", "latent_space is '0123456789abcdef' in jazz.onnx")
    card.write_text(json.dumps({**values, "decoder": {"bytes": 5, "sha256": "0" * 64}}), "utf-8")
    refused_everywhere("jazz", "and 5 in the card")
    card.write_text("{", "utf-8")
    refused_everywhere("jazz", "is no model card")


def test_a_damaged_file_is_a_row(ready_site: Any) -> None:
    file: Path = ready_site.own("jazz")
    file.write_bytes(file.read_bytes()[:-100])
    refused_everywhere("jazz", "truncated or damaged")


def test_an_encoder_in_place_of_a_decoder_is_told(ready_site: Any) -> None:
    package: Path = ready_site.bring("jazz", encoder=True)
    name = package.name
    ready_site.site.module(
        f"{name}/ready",
        "from musicvae.models import ReadyModel\n"
        f'MODEL = ReadyModel("jazz", "jazz", "{name}:models/ears.onnx", "{name}:models/jazz.onnx")',
    )
    refused_everywhere("jazz", "ears.onnx is of kind 'encoder', and no decoder")


def test_an_encoder_of_another_space_is_told(ready_site: Any) -> None:
    package: Path = ready_site.bring("jazz", encoder=True, said={"latent_space": ""})
    ears = package / "models" / "ears.onnx"
    ready_site.makers.write_encoder_artifact(ears, latent_space="f" * 16)
    (row,) = listed()
    assert "makes latents of the space 'ffffffffffffffff'" in str(row.problem)


def test_a_memory_that_fits_is_told_and_played(ready_site: Any) -> None:
    ready_site.bring("jazz", card=True, memory=True)
    (row,) = listed()
    assert row.problem is None
    assert row.memory is not None
    assert (row.memory.tracks, row.memory.licence) == (4, "CC0-1.0")
    assert musicvae.improvise("jazz", 0.5, 1).seconds == 0.5
    assert Library([], ready=ReadyShelf()).memory("jazz").reason == ""


def test_a_memory_must_be_that_of_the_card(ready_site: Any) -> None:
    package: Path = ready_site.bring("jazz", card=True, memory=True)
    make_memory(seed=1).save(package / "models" / "jazz.memory")
    (row,) = listed()
    assert "jazz.memory" in str(row.problem)
    with pytest.raises(MemoryBankError, match=r"is not what is said of it.*in the card|SHA-256"):
        musicvae.improvise("jazz", 0.5)
    (memory,) = Library([], ready=ReadyShelf()).memories()
    assert "jazz.memory" in memory.reason
    assert musicvae.StreamDecoder("jazz").info.genre == "jazz"  # it plays without


def torn(data: bytes) -> bytes:
    return data[:-100]


def altered(data: bytes) -> bytes:
    return data[:-100] + bytes([data[-100] ^ 1]) + data[-99:]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (torn, "altered"),
        (altered, "altered"),
        (lambda data: b"", "not a memory"),
        (lambda data: b"RIFF" + data, "not a memory"),
        (lambda data: data[:8] + b"\xff" * 4, "header is cut short"),
    ],
)
def test_a_damaged_memory_is_a_row_and_an_error_and_no_crash(
    ready_site: Any, spoil: Any, reason: str
) -> None:
    file: Path = ready_site.own("jazz")
    memory = make_memory().save(file.with_suffix(".memory"))
    memory.write_bytes(spoil(memory.read_bytes()))
    (row,) = listed()
    assert reason in str(row.problem)
    with pytest.raises(MemoryBankError, match=reason):
        musicvae.improvise("jazz", 0.5)
    assert musicvae.StreamDecoder("jazz").info.kind == "stream"


def test_a_memory_of_another_latent_space_is_a_row_and_an_error(ready_site: Any) -> None:
    file: Path = ready_site.own("jazz")
    for other in (make_memory(space="f" * 16), make_memory(width=5)):
        other.save(file.with_suffix(".memory"))
        (row,) = listed()
        assert "another encoder" in str(row.problem)
        with pytest.raises(LatentError, match="another encoder"):
            musicvae.improvise("jazz", 0.5)
