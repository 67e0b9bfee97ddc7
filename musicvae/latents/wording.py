"""Puts what a latent does to the sound into a few words: ``bass +8 dB, darker``.

The words are those of a mixing desk, and say what one standard deviation up does; down does the
opposite. They name no more than what is heard, the largest change first, and tell latents apart
where two of them would be called the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from musicvae.latents.effects import DIFFERENCE, Effects
from musicvae.measures.bands import BANDS

#: What is said of a latent that hardly changes the sound, and of one that changes every piece in
#: another way.
LITTLE, VARYING = "little audible", "other in each piece"

#: A smaller change of a level in dB is not heard within music (Zwicker & Fastl: about 1 dB).
_LEVEL = 1.0
#: A smaller change of an attribute, in its standard deviations, is not worth a word.
_ATTRIBUTE = 0.25
#: Bands that change by less than this share of the strongest one are not named.
_BESIDE = 0.4
#: Bands and other words of one latent at most.
_BANDS, _WORDS = 2, 2
#: For each quantity that has words of its own: up, and down.
_PAIRS = {
    "loudness": ("louder", "quieter"),
    "brightness": ("brighter", "darker"),
    "noisiness": ("noisier", "purer"),
    "onsets": ("busier", "calmer"),
    "width": ("wider", "narrower"),
    "balance": ("to the right", "to the left"),
}
#: The change of these is judged in their own unit: dB, and onsets a second.
_OWN_UNIT = {"loudness": _LEVEL, "width": _LEVEL, "balance": _LEVEL, "onsets": 0.5}


@dataclass(frozen=True)
class Claim:
    """One thing that is said of a latent.

    Attributes:
        name: of the quantity, as in :class:`musicvae.latents.effects.Effects`.
        change: of one standard deviation up, in the unit of the quantity.
    """

    name: str
    change: float

    def __str__(self) -> str:
        if self.name in _PAIRS:
            word = _PAIRS[self.name][self.change < 0]
            return f"{abs(self.change):.0f} dB {word}" if self.name == "loudness" else word
        return f"{self.name} {self.change:+.0f} dB"


def claims(effects: Effects) -> tuple[tuple[Claim, ...], ...]:
    """What is said of each latent, the most important first; nothing of one that is not heard."""
    found = [_claims(effects, latent) for latent in range(len(effects.changes))]
    texts = Counter(tuple(map(str, said)) for said in found)
    return tuple(
        _with_detail(effects, latent, said) if texts[tuple(map(str, said))] > 1 else said
        for latent, said in enumerate(found)
    )


def describe(effects: Effects) -> tuple[str, ...]:
    """The words for each latent: printable ASCII, at most 80 characters."""
    return tuple(
        ", ".join(map(str, said)) or _without_claims(effects, latent)
        for latent, said in enumerate(claims(effects))
    )


def confirmed(said: Sequence[Sequence[Claim]], effects: Effects) -> float:
    """The share of claims that hold in other pieces: same direction, and at least half as far.

    Args:
        said: of each latent, from :func:`claims`.
        effects: of the same latents, measured on pieces that the claims were not made from.

    Returns:
        0 to 1; 1 where nothing is said.
    """
    hold = [
        effects.of(latent, claim.name) * (1 if claim.change > 0 else -1) >= abs(claim.change) / 2
        for latent, some in enumerate(said)
        for claim in some
    ]
    return sum(hold) / len(hold) if hold else 1.0


def _claims(effects: Effects, latent: int) -> tuple[Claim, ...]:
    bands = [name for name in BANDS if name in effects.names]
    if _alike([effects.of(latent, name) for name in bands]):
        levels = []
    else:
        thirds = _thirds(effects)
        levels = _strongest(effects, latent, bands, _BANDS)
        levels = levels or _strongest(effects, latent, thirds, _BANDS)
    return (*levels, *_words(effects, latent))


def _alike(changes: Sequence[float]) -> bool:
    """Whether all bands rise, or all fall, as far as each other: that is called loudness."""
    least, most = min(changes, default=0.0), max(changes, default=0.0)
    middle = abs(least + most) / 2
    return middle >= _LEVEL and most - least <= max(_LEVEL, _BESIDE * middle)


def _strongest(effects: Effects, latent: int, names: Sequence[str], count: int) -> list[Claim]:
    """The quantities among these that change by what is heard, the strongest first."""
    found = sorted((Claim(name, effects.of(latent, name)) for name in names), key=_size)
    heard = [claim for claim in found if abs(claim.change) >= _LEVEL]
    return [one for one in heard[:count] if abs(one.change) >= _BESIDE * abs(heard[0].change)]


def _words(effects: Effects, latent: int) -> list[Claim]:
    """What changes besides: louder, brighter, wider, and so on."""
    weights = {}
    for name in _PAIRS:
        change = effects.of(latent, name)
        heard = abs(change) / _OWN_UNIT[name] if name in _OWN_UNIT else 0.0
        relative = abs(effects.relative(latent, name)) / _ATTRIBUTE
        if min(heard or relative, relative) >= 1:
            weights[name] = relative
    if "brightness" in weights and "noisiness" in weights and _same(effects, latent):
        del weights["noisiness"]  # where there is more treble, the spectrum is also flatter
    names = sorted(weights, key=lambda name: -weights[name])[:_WORDS]
    return [Claim(name, effects.of(latent, name)) for name in names]


def _same(effects: Effects, latent: int) -> bool:
    return effects.of(latent, "brightness") * effects.of(latent, "noisiness") > 0


def _with_detail(effects: Effects, latent: int, said: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """The claims and, after the bands, the third octave that changes most."""
    if not said:
        return said
    named = {claim.name for claim in said}
    rest = [name for name in _thirds(effects) if name not in named]
    more = _strongest(effects, latent, rest, 1)
    levels = [claim for claim in said if claim.name not in _PAIRS]
    return (*levels, *more, *said[len(levels) :])


def _thirds(effects: Effects) -> list[str]:
    return [name for name in effects.names if name.endswith("Hz")]


def _without_claims(effects: Effects, latent: int) -> str:
    return VARYING if effects.of(latent, DIFFERENCE) >= _LEVEL else LITTLE


def _size(claim: Claim) -> tuple[float, str]:
    return -abs(claim.change), claim.name
