"""What the description of a prior says beside that of other artifacts: its noise, its conditions.

A prior's input ``condition`` is one row of numbers. From left to right:

====================  =====================================================================
numbers               meaning
====================  =====================================================================
one for each genre    how much of it; all 0 where no genre is asked for
one an attribute      wanted, in standard deviations from the mean of the training tracks
one an attribute      1 where that attribute is asked for, else 0
D, if it takes hints  latents that are proposed for the next step, 0 where nothing is
1, if it takes hints  how much the proposal counts, 0 (not at all) to 1
====================  =====================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

#: Most genres and attributes; and most numbers of noise for a step.
_MOST_NAMES, _MOST_NOISE = 256, 4096
_LONGEST_NAME = 64
#: Most steps that a prior may be said to remember: an hour at 43 a second.
_MOST_CONTEXT = 200_000
_LARGEST_FIGURE = 1e6
_SMALLEST = 1e-9


@dataclass(frozen=True)
class KnobInfo:
    """An attribute that a prior can be asked for.

    Attributes:
        name: such as ``"brightness"``.
        unit: such as ``"Hz"``.
        mean: over the training tracks, in ``unit``.
        std: standard deviation over the training tracks, in ``unit``.
    """

    name: str
    unit: str
    mean: float
    std: float


@dataclass(frozen=True)
class PriorInfo:
    """A model of how music goes on, as an artifact describes it.

    Attributes:
        family: name of the kind of prior.
        noise: standard-normal numbers that the host draws for each step.
        context: steps of the past that it may depend on.
        genres: names of the genres that it knows, in the order of ``condition``.
        attributes: what it can be asked for, in the order of ``condition``.
        hints: whether it takes proposals for the next step.
    """

    family: str
    noise: int
    context: int
    genres: tuple[str, ...] = ()
    attributes: tuple[KnobInfo, ...] = ()
    hints: bool = False

    def condition_size(self, latent_dim: int) -> int:
        """C, the width of the input ``condition``."""
        hint = latent_dim + 1 if self.hints else 0
        return len(self.genres) + 2 * len(self.attributes) + hint

    @classmethod
    def from_json(cls, values: Any) -> PriorInfo:
        """Make one from a JSON object.

        Raises:
            TypeError: a field is unknown, missing, or of another type.
        """
        if not isinstance(values, dict):
            raise TypeError("prior is no object")
        names, knobs = values.get("genres", []), values.get("attributes", [])
        if not isinstance(names, list) or not isinstance(knobs, list):
            raise TypeError("the genres or the attributes of the prior are no list")
        parts = {"genres": tuple(names), "attributes": tuple(KnobInfo(**knob) for knob in knobs)}
        return cls(**values | parts)

    def to_json(self) -> dict[str, Any]:
        """The fields for JSON."""
        return asdict(self)


def prior_problems(prior: PriorInfo) -> Iterator[str]:
    """Say everything in a prior's description that cannot be true."""
    for name, lowest, highest in (("noise", 1, _MOST_NOISE), ("context", 1, _MOST_CONTEXT)):
        value: object = getattr(prior, name)
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            yield f"a prior whose {name} is no whole number from {lowest} to {highest}"
    hints: object = prior.hints
    if not isinstance(hints, bool):
        yield "a prior whose hints are neither true nor false"
    if len(prior.genres) > _MOST_NAMES or len(prior.attributes) > _MOST_NAMES:
        yield f"a prior of more than {_MOST_NAMES} genres or attributes"
        return
    if not prior.genres:
        yield "a prior without a genre"
    yield from _names("genre", prior.genres)
    yield from _names("attribute", [knob.name for knob in prior.attributes])
    if not _are_texts([prior.family, *(knob.unit for knob in prior.attributes)]):
        yield f"a prior with a family or a unit that is no text of 1 to {_LONGEST_NAME} characters"
    for knob in prior.attributes:
        if not (_is_figure(knob.mean) and _is_figure(knob.std) and knob.std >= _SMALLEST):
            yield "a prior with an attribute without a possible mean and standard deviation"
            return


def _names(noun: str, names: Sequence[object]) -> Iterator[str]:
    if not _are_texts(names) or not all(isinstance(n, str) and n.isprintable() for n in names):
        yield f"a prior with a {noun} that is no printable name of 1 to {_LONGEST_NAME} characters"
    elif len(set(names)) < len(names):
        yield f"a prior with two {noun}s of one name"


def _are_texts(texts: Sequence[object]) -> bool:
    return all(isinstance(text, str) and 0 < len(text) <= _LONGEST_NAME for text in texts)


def _is_figure(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -_LARGEST_FIGURE <= value <= _LARGEST_FIGURE
