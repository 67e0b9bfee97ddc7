"""The setting ``augment``: how training crops are changed, written as text.

``"none"``, or one or more options, each with its strength or without, which takes the usual one:
``"gain:6 speed:0.5"``, ``"gain,speed"``. What each does to a sound is in
:mod:`musicvae.data.augmenting`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from musicvae.errors import SettingError
from musicvae.recipes.ranges import Range
from musicvae.similar import did_you_mean

#: The text of no augmentation.
NONE = "none"
#: The longest text that is looked at.
_LONGEST = 200


@dataclass(frozen=True)
class Option:
    """One way in which crops are changed.

    Attributes:
        strength: the strengths that it may have.
        usual: the strength where none is named.
        unit: what a strength counts, for people.
    """

    strength: Range
    usual: float
    unit: str


#: Every option by its name, in the order in which they are applied and written.
OPTIONS: Mapping[str, Option] = {
    "speed": Option(Range(0.01, 12), 1, "semitones up or down"),
    "mix": Option(Range(0.01, 1), 0.25, "share of the crops"),
    "band": Option(Range(0.1, 4), 2, "octaves off either end"),
    "shelves": Option(Range(0.1, 18), 6, "dB up or down"),
    "compress": Option(Range(1.1, 20), 4, "ratio"),
    "gain": Option(Range(0.1, 24), 6, "dB up or down"),
}


def parse_augment(how: object) -> dict[str, float]:
    """The strength of each option that a setting names, in the order of :data:`OPTIONS`.

    Args:
        how: text, as at the top of this file, or strengths by name.

    Raises:
        SettingError: there is no such option, one is named twice, or a strength is out of range.
    """
    if isinstance(how, Mapping):
        wanted = [(str(name), strength) for name, strength in how.items()]
    elif isinstance(how, str) and len(how) <= _LONGEST:
        wanted = list(_words(how))
    else:
        raise _not_understood(f"{how!r:.80}")
    strengths: dict[str, float] = {}
    for name, strength in wanted:
        if name not in OPTIONS:
            raise _not_understood(f"{name!r:.40}", did_you_mean(name, OPTIONS))
        if name in strengths:
            raise _not_understood(f"{name} twice")
        option = OPTIONS[name]
        given = option.usual if strength is None else strength
        number = option.strength.check(f"augment {name} ({option.unit})", given, text=True)
        strengths[name] = float(f"{number:g}")  # what the text says
    return {name: strengths[name] for name in OPTIONS if name in strengths}


def augment_text(how: object) -> str:
    """A setting in the one form that is stored: each option with its strength, or ``"none"``.

    The strengths are written out, so that other usual ones of a later version change no run.

    Raises:
        SettingError: as :func:`parse_augment`.
    """
    return " ".join(f"{name}:{value:g}" for name, value in parse_augment(how).items()) or NONE


def _words(text: str) -> Iterable[tuple[str, str | None]]:
    """Name and strength of each option in a text; ``None`` where none is named."""
    words = text.replace(",", " ").split()
    if words == [NONE]:
        return
    if not words:
        raise _not_understood("nothing")
    for word in words:
        name, colon, strength = word.partition(":")
        yield name, strength if colon else None


def _not_understood(received: str, hint: str | None = None) -> SettingError:
    known = ", ".join(
        f"{name}:{option.usual:g} ({option.unit}, {option.strength.low:g} to "
        f"{option.strength.high:g})"
        for name, option in OPTIONS.items()
    )
    return SettingError(
        "augment cannot be understood",
        expected=f"{NONE}, or any of {known}, with or without a strength",
        received=received,
        hint=hint or 'write it as augment=gain,speed or as "augment=gain:6 speed:0.5"',
    )
