"""Settings of the two-path priors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from musicvae.errors import SettingError
from musicvae.recipes.ranges import Range, whole
from musicvae.similar import did_you_mean

_RANGES = {
    "width": whole(4, 1024),
    "slow_width": whole(4, 1024),
    "guide": whole(1, 512),
    "head": whole(4, 2048),
    "code": whole(1, 256),
    "components": whole(1, 64),
    "group": whole(2, 64),
    "fast_blocks": whole(1, 8),
    "slow_blocks": whole(1, 10),
    "draws": whole(2, 32),
    "blur": Range(0, 4),
    "rollout": whole(8, 512),
}


@dataclass(frozen=True)
class TwoPathSettings:
    """Settings of the two-path priors.

    Attributes:
        width: numbers in a step of the fast path.
        slow_width: numbers in a group of the slow path.
        guide: numbers in which genre and attributes are told, and as many for the slow path.
        head: units of the head's hidden layers.
        code: numbers of noise that move all latents together (energy).
        components: Gaussians (mixture).
        group: steps that the slow path joins.
        fast_blocks: blocks of the fast path, each looking twice as far back as the one before.
        slow_blocks: the same of the slow path.
        draws: samples of each step in training (energy).
        blur: most noise that is added to the slow path's context in training, in standard
            deviations.
        rollout: steps of a rollout in training, a multiple of ``group``.
    """

    width: int = 256
    slow_width: int = 192
    guide: int = 64
    head: int = 384
    code: int = 16
    components: int = 8
    group: int = 8
    fast_blocks: int = 4
    slow_blocks: int = 6
    draws: int = 4
    blur: float = 0.6
    rollout: int = 48

    @property
    def fast_dilations(self) -> list[int]:
        """How far each block of the fast path looks back, in steps."""
        return [2**block for block in range(self.fast_blocks)]

    @property
    def slow_dilations(self) -> list[int]:
        """How far each block of the slow path looks back, in groups."""
        return [2**block for block in range(self.slow_blocks)]

    @classmethod
    def of(cls, values: Mapping[str, object]) -> TwoPathSettings:
        """Settings from numbers or texts by name.

        Raises:
            SettingError: a name is unknown, a value out of range, or they do not fit together.
        """
        checked = {}
        for name, value in values.items():
            if name not in _RANGES:
                raise SettingError(
                    "a prior has no such setting",
                    expected=", ".join(_RANGES),
                    received=name,
                    hint=did_you_mean(name, _RANGES),
                )
            checked[name] = _RANGES[name].check(name, value, text=True)
        settings = cls(**checked)  # type: ignore[arg-type]
        if settings.rollout % settings.group:
            raise SettingError(
                "rollout cannot be used",
                expected=f"a multiple of group, {settings.group}",
                received=settings.rollout,
            )
        return settings


#: The settings with their defaults.
DEFAULTS: dict[str, int | float] = asdict(TwoPathSettings())
assert DEFAULTS.keys() == _RANGES.keys() == {field.name for field in fields(TwoPathSettings)}  # noqa: S101
