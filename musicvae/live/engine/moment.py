"""Where a deck that stands still has come to: its latents, on the way to what is set.

While ``/freeze`` or ``/hold`` is on, what sounds is not what is set. So a score that begins with
such a deck, and a daemon that goes on with one, need both: what is set, and this.
"""

from __future__ import annotations

from itertools import chain

import numpy as np

from musicvae.live.commands.address import Row, Target, Values
from musicvae.live.commands.arguments import Arguments, Shape
from musicvae.live.commands.wanted import Reader
from musicvae.live.engine.controls import Controls
from musicvae.live.engine.ramps import MOST


def moment(controls: Controls) -> Values:
    """The latents that sound, then the present values of all ramps, in one row of numbers."""
    ramps = (ramp.value.tolist() for ramp in controls.ramps)
    return (*controls.sounding(), *chain.from_iterable(ramps))


def go_to(controls: Controls, values: Values) -> None:
    """Put the latents and the ramps where they were; the ramps go on to what is set."""
    rows = np.array(values, np.float32)
    width = controls.info.latent_dim
    controls.stand(rows[:width])
    start = width
    for ramp in controls.ramps:
        ramp.start_from(rows[start : start + len(ramp.value)])
        start += len(ramp.value)


def _count(shape: Shape) -> int:
    return 4 * shape.latent_dim + len(shape.attributes)


def _read(a: Arguments) -> Values:
    count = _count(a.shape)
    return a.numbers(count, count, -MOST, MOST)


#: Follows what is set, and comes before ``/freeze`` and ``/hold``. Only scores and the last state
#: of a daemon hold it.
MOMENT = Row[Controls](
    "/moment",
    "f × 4 D and one for each attribute",
    "Where the latents and all ramps are by now.",
    Reader(_read),
    deck=True,
    target=Target.CONTROLS,
    apply=lambda controls, c, _: go_to(controls, c.values),
    fits=lambda c, shape, _: len(c.values) == _count(shape),
    by_pattern=False,
    internal=True,
)
