"""The tree of errors: what the docstring draws is what there is."""

from __future__ import annotations

import pickle
import re

import pytest

from musicvae import errors
from musicvae.errors import MissingExtraError, MusicVAEError, SettingError, UnknownNameError


def subclasses(base: type[MusicVAEError]) -> list[type[MusicVAEError]]:
    found = [base]
    for child in base.__subclasses__():
        if child.__module__ == "musicvae.errors":
            found += subclasses(child)
    return found


ALL = subclasses(MusicVAEError)


def drawn() -> dict[str, tuple[str, set[str]]]:
    """Name -> (parent in the drawing, further bases in brackets)."""
    tree: dict[str, tuple[str, set[str]]] = {}
    ancestors: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.fullmatch(r" {4}([│ ├└─]*)(\w+Error)(?: \((\w+)\))?(?:  .+)?", line)
        if match:
            depth = len(match[1]) // 4
            tree[match[2]] = (ancestors[depth - 1] if depth else "", {match[3]} - {None})
            ancestors[depth:] = [match[2]]
    return tree


def test_the_drawing_equals_the_classes() -> None:
    ours = {cls.__name__ for cls in ALL}
    actual = {
        cls.__name__: (
            next((base.__name__ for base in cls.__bases__ if base.__name__ in ours), ""),
            {base.__name__ for base in cls.__bases__} - ours - {"Exception"},
        )
        for cls in ALL
    }
    assert drawn() == actual
    assert len(ALL) > 20


@pytest.mark.parametrize("cls", ALL)
def test_every_error_comes_home_from_another_process(cls: type[MusicVAEError]) -> None:
    if cls is MissingExtraError:
        error: MusicVAEError = MissingExtraError("train", "TensorFlow", "training")
    else:
        error = cls("it is wrong", expected="right", received=[1], hint="do better")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is cls
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


def test_a_message_shows_what_is_known() -> None:
    assert str(SettingError("too loud")) == "too loud."
    full = SettingError("too loud", expected="up to 0 dBFS", received=3.5, hint="use --gain 0")
    assert str(full) == "too loud. Expected: up to 0 dBFS. Received: 3.5. Hint: use --gain 0"


def test_zero_and_empty_values_are_shown() -> None:
    assert "Received: 0." in str(SettingError("too small", received=0))
    assert "Received: []." in str(SettingError("too few", received=[]))


def test_a_key_error_of_ours_reads_like_the_others() -> None:
    # KeyError itself would show the repr of its argument.
    assert str(UnknownNameError("no such genre")) == "no such genre."


def test_a_missing_extra_names_the_pip_line() -> None:
    error = MissingExtraError("live", "sounddevice", "playing to a sound card")
    assert error.extra == "live"
    assert 'pip install "musicvae[live]"' in str(error)
    with pytest.raises(ImportError, match="needs sounddevice"):
        raise error
