"""Which genre a track is of, also where a prior says which genres there are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from musicvae.data.tracks import Track
from musicvae.errors import DataError
from musicvae.vae.prior.pile import Pile

GENRES = ("blues", "jazz", "metal")


def _pile(keys: Sequence[str] = ("jazz/1.wav", "jazz/2.wav", "metal/1.wav")) -> Pile:
    return Pile.of([Track(Path("sounds") / key, key) for key in keys], {keys[0]})


def _genres(pile: Pile) -> dict[str, str]:
    return {track.key: pile.genres[pile.genre_of(track.key)] for track in pile.tracks}


def test_folders_are_genres_and_where_there_is_none_there_is_one() -> None:
    assert _genres(_pile()) == {
        "jazz/1.wav": "jazz", "jazz/2.wav": "jazz", "metal/1.wav": "metal"
    }  # fmt: skip
    alone = Pile.of([Track(Path("1.wav"), "1.wav")], (), "disco")
    assert _genres(alone) == {"1.wav": "disco"}


def test_a_prior_of_more_genres_keeps_its_order() -> None:
    known = _pile().known_as(GENRES)
    assert known.genres == GENRES
    assert known.held_out == {"jazz/1.wav"}
    assert _genres(known) == _genres(_pile())


def test_of_one_genre_its_folder_is_taken() -> None:
    for folders, genres in ((_pile(), GENRES), (_pile(), ("metal",))):
        assert _genres(folders.known_as(genres, "metal")) == {"metal/1.wav": "metal"}
    # Folders may lie in one another: the innermost counts, here as elsewhere.
    nested = _pile(["jazz/1.wav", "jazz/metal/1.wav", "jazz/first album/1.wav"])
    assert set(_genres(nested.known_as(GENRES, "jazz"))) == {
        "jazz/1.wav", "jazz/first album/1.wav"
    }  # fmt: skip
    assert set(_genres(nested.known_as(GENRES, "metal"))) == {"jazz/metal/1.wav"}


def test_where_no_folder_is_a_genre_all_is_of_the_one_that_is_wanted() -> None:
    for pile in (_pile(["1.wav", "2.wav"]), _pile(["first album/1.wav", "second/2.wav"])):
        assert set(_genres(pile.known_as(GENRES, "blues")).values()) == {"blues"}
        assert set(_genres(pile.known_as(("blues",))).values()) == {"blues"}
        assert len(pile.known_as(("blues",)).tracks) == 2


def test_a_genre_that_the_prior_does_not_know_is_refused() -> None:
    with pytest.raises(DataError, match="does not know this genre") as caught:
        _pile().known_as(GENRES, "jaz")
    assert caught.value.expected == "blues, jazz, metal"
    assert caught.value.hint == "did you mean 'jazz'?"
    with pytest.raises(DataError, match="no track is of this genre") as caught:
        _pile().known_as(GENRES, "blues")
    assert caught.value.expected == "jazz, metal"


def test_tracks_of_no_known_genre_are_refused() -> None:
    with pytest.raises(DataError, match="of which genre") as caught:
        _pile().known_as(("blues", "jazz"))
    assert caught.value.received == "metal"
    assert caught.value.hint == "name the genre of all of them: --genre"
    with pytest.raises(DataError, match="of which genre") as caught:
        _pile(["jaz/1.wav", "metal/1.wav"]).known_as(GENRES)
    assert caught.value.hint == "did you mean 'jazz'?"
    # One beside the folders, which would else be of the first genre of all.
    with pytest.raises(DataError, match="of which genre") as caught:
        _pile(["jazz/1.wav", "stray.wav"]).known_as(GENRES)
    assert caught.value.received == "stray.wav"
    with pytest.raises(DataError, match="of which genre") as caught:
        _pile([f"album {number}/1.wav" for number in range(30)]).known_as(GENRES)
    assert str(caught.value.received).endswith("and 22 more")
