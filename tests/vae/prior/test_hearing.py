"""Encoding for priors: the tracks, copies of them, and attributes, also in a prior's terms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from musicvae.data.tracks import scan
from musicvae.errors import DataError, LatentError, SettingError
from musicvae.vae.prior.ears import ArtifactEar
from musicvae.vae.prior.encoding import encode, find_sounds
from musicvae.vae.prior.folder import PriorFolder
from musicvae.vae.prior.hearing import hear
from musicvae.vae.prior.outline import Outline
from musicvae.vae.prior.pile import Pile
from musicvae.vae.prior.terms import Terms
from musicvae.vae.training.reporting import Silent


def test_tracks_are_encoded_with_copies_and_attributes(encoder: Path, tiny_sounds: Path) -> None:
    ear = ArtifactEar(encoder)
    ear.threads = 3
    tracks = scan(tiny_sounds).tracks
    pile = Pile.of(tracks, {tracks[0].key})
    notes: list[str] = []
    material = hear(ear, pile, copies=1, note=notes.append)
    assert not notes
    ear.threads = 1
    alone = hear(ear, pile, copies=1)
    assert alone.keys == material.keys
    np.testing.assert_array_equal(alone.latents, material.latents)
    assert len(material.keys) == 3 * (len(tracks) - 1) + 1
    assert set(material.genres) == {"jazz", "metal"}
    assert material.held_out.sum() == 1
    learnt = np.concatenate([material.curve(int(i)) for i in material.indices(False)])
    assert np.allclose(learnt.std(axis=0)[:2], 1, atol=0.1)
    longest, shortest = np.diff(material.starts).max(), np.diff(material.starts).min()
    assert 1.02 < longest / shortest < 1.15
    with pytest.raises(DataError):
        hear(ear, Pile.of(tracks, {track.key for track in tracks}))


def test_attributes_are_measured_in_the_scales_that_are_given(
    encoder: Path, tiny_sounds: Path
) -> None:
    ear, pile = ArtifactEar(encoder), Pile.of(scan(tiny_sounds).tracks, ())
    ear.threads = 1
    own = hear(ear, pile, copies=0)
    unit = own.unit + [[1.0, 0.0]] * own.unit[:, 1:]  # a standard deviation higher
    unit[:, 1] *= 2
    given = hear(ear, pile, copies=0, unit=unit)
    np.testing.assert_array_equal(given.unit, unit)
    inside = np.abs(own.curves) < 7  # beyond 8, they are cut
    wanted = (own.curves.astype(np.float64) - 1) / 2
    np.testing.assert_allclose(given.curves[inside], wanted[inside], atol=4e-3)
    np.testing.assert_array_equal(given.latents, own.latents)


def test_sounds_are_encoded_in_the_terms_of_the_prior_to_start_from(
    encoder: Path, prior_folder: PriorFolder, tiny_sounds: Path
) -> None:
    terms = Terms.of_folder(prior_folder)
    sounds = find_sounds(encoder, tiny_sounds / "jazz", "80/20", 0).wanted("metal", terms)
    made, facts = encode(sounds, 0, 0, Silent())
    assert facts == {"encoder": "encoder.onnx", "licence": "CC0-1.0"}
    assert (made.space, made.genres) == (terms.space, ("jazz", "metal"))
    assert set(made.genre) == {1}  # no folder there has the name of a genre
    assert Outline.of(made).attributes == terms.attributes
    own, _ = encode(find_sounds(encoder, tiny_sounds, "80/20", 0), 0, 0, Silent())
    assert Outline.of(own).attributes != terms.attributes


def test_what_encodes_has_to_fit_the_prior_to_start_from(
    make_encoder: Callable[..., Path], prior_folder: PriorFolder, tiny_sounds: Path
) -> None:
    terms = Terms.of_folder(prior_folder)
    other = find_sounds(
        make_encoder("other.onnx", latent_space="f" * 16), tiny_sounds, "80/20", 0
    )  # fmt: skip
    with pytest.raises(LatentError, match="another latent space") as caught:
        other.wanted("jazz", terms)
    assert caught.value.expected == "f" * 16
    with pytest.raises(SettingError, match="other genres or attributes"):
        terms.check(terms.space, ("loudness",))
    with pytest.raises(SettingError, match="other genres or attributes"):
        terms.check(terms.space, tuple(knob.name for knob in terms.attributes), ("metal", "jazz"))
