"""How far a control moves an address where its binding does not say so."""

from __future__ import annotations

from musicvae.live.commands.address import Address
from musicvae.live.commands.wanted import Wanted
from musicvae.midi.bindings import Binding

#: What a hand needs of addresses that take far more, by the path of the row; as on the page.
_FOR_HANDS = {
    "/glide": (1.0, 10_000.0),
    "/glide/once": (1.0, 10_000.0),
    "/walk": (0.0, 8.0),
    "/gain": (-60.0, 12.0),
    "/attr/<name>": (-3.0, 3.0),
    "/latent/scale": (0.0, 2.0),
    "/latent/delta": (-0.1, 0.1),
}
#: Wider ranges are there to refuse nonsense. These are for a latent of which nothing is known, most
#: of the training set, and for whole numbers, or names that are numbers,
#: what one controller tells apart.
_WIDEST = 200.0
_LATENT, _WHOLE = (-2.3, 2.3), (0.0, 127.0)


def limits(binding: Binding, row: Address, wanted: Wanted) -> tuple[float, float]:
    """The values at the two ends of a binding.

    Args:
        binding: may name one or both.
        row: of its address.
        wanted: what the address wants there; of a latent its range in the music.
    """
    low, high = _FOR_HANDS.get(row.path, (wanted.low, wanted.high))
    if low is None or high is None or (high - low > _WIDEST and row.path not in _FOR_HANDS):
        low, high = _LATENT if wanted.tag == "f" else _WHOLE
    return (
        low if binding.low is None else binding.low,
        high if binding.high is None else binding.high,
    )
