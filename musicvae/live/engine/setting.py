"""How each command changes the controls of a deck."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from musicvae.live.commands.command import Command
from musicvae.live.commands.deck_table import LATENT_RANGE
from musicvae.live.engine.controls import Controls
from musicvae.live.engine.ramps import Ramps
from musicvae.live.engine.sources import TapeSource

Array = NDArray[np.float32]


def set_controls(controls: Controls, command: Command, payload: Any = None) -> None:
    """Act on a command of the table; those that are not for latents are left alone.

    Args:
        controls: of the model that is meant.
        command: of a size that fits; see :func:`musicvae.live.commands.command.fits`.
        payload: the ``Tape`` of ``/tape/load``.
    """
    if command.path == "/tape/load":
        controls.tape = TapeSource(payload, str(command.values[0]))
        controls.source = "tape"
    elif (action := _ACTIONS.get(command.path)) is not None:
        action(controls, command)


def _floats(command: Command) -> tuple[float, ...]:
    return cast("tuple[float, ...]", command.values)


def _first(command: Command) -> float:
    return float(command.values[0])


def _index(command: Command) -> int:
    return int(command.key)


def _hold(controls: Controls, first: int, values: Any) -> None:
    """Set latents from number ``first`` on."""
    controls.follow([], 1)
    controls.held.to(values, controls.glide(), slice(first, first + len(values)))


def _latent(controls: Controls, command: Command) -> None:
    _hold(controls, 0, command.values)


def _latent_at(controls: Controls, command: Command) -> None:
    _hold(controls, _index(command), command.values)


def _latent_from(controls: Controls, command: Command) -> None:
    _hold(controls, int(command.values[0]), command.values[1:])


def _percentiles(controls: Controls, first: int, shares: Any) -> Array:
    infos = controls.info.latents[first : first + len(shares)]
    low = np.array([info.low for info in infos], np.float32)
    high = np.array([info.high for info in infos], np.float32)
    values: Array = low + (high - low) * np.array(shares, np.float32)
    return values


def _norm(controls: Controls, command: Command) -> None:
    _hold(controls, 0, _percentiles(controls, 0, command.values))


def _norm_at(controls: Controls, command: Command) -> None:
    _hold(controls, _index(command), _percentiles(controls, _index(command), command.values))


def _delta(controls: Controls, command: Command) -> None:
    more = np.array(command.values, np.float32)
    _hold(controls, 0, np.clip(controls.held.target[: len(more)] + more, *LATENT_RANGE))


def _trajectory(controls: Controls, command: Command) -> None:
    width = len(controls.held.value)
    rows = np.array(command.values[1:], np.float32).reshape(-1, width)
    controls.follow(list(rows), controls.frames(_first(command)))


def _spread(ramps: Ramps, controls: Controls, command: Command) -> None:
    """One value is for all; more are for the first."""
    where = slice(None) if len(command.values) == 1 else slice(len(command.values))
    ramps.to(_floats(command), controls.glide(), where)


def _scale(controls: Controls, command: Command) -> None:
    _spread(controls.scale, controls, command)


def _bias(controls: Controls, command: Command) -> None:
    _spread(controls.bias, controls, command)


def _clamp(controls: Controls, command: Command) -> None:
    controls.low, controls.high = _floats(command)


def _glide(controls: Controls, command: Command) -> None:
    controls.glide_ms = _first(command)


def _glide_once(controls: Controls, command: Command) -> None:
    controls.once_ms = _first(command)


def _attribute(controls: Controls, command: Command) -> None:
    names = [attribute.name for attribute in controls.info.attributes]
    controls.attributes.to(_first(command), controls.glide(), names.index(command.key))


def _source(controls: Controls, command: Command) -> None:
    controls.source = str(command.values[0])


def _walk(controls: Controls, command: Command) -> None:
    controls.walk.speed = _first(command)
    if len(command.values) > 1:
        controls.walk.radius = float(command.values[1])
    controls.source = "walk"


def _seed(controls: Controls, command: Command) -> None:
    controls.walk.restart(int(command.values[0]))


def _freeze(controls: Controls, command: Command) -> None:
    controls.frozen = bool(command.values[0])


def _hold_changes(controls: Controls, command: Command) -> None:
    controls.holding = bool(command.values[0])


def _on_tape(act: Callable[[TapeSource, Command], None]) -> Callable[[Controls, Command], None]:
    def action(controls: Controls, command: Command) -> None:
        if controls.tape is not None:
            act(controls.tape, command)

    return action


def _tape_play(tape: TapeSource, command: Command) -> None:
    tape.playing = bool(command.values[0])


def _tape_rate(tape: TapeSource, command: Command) -> None:
    tape.rate = _first(command)


def _tape_scrub(tape: TapeSource, command: Command) -> None:
    tape.scrub(_first(command))


def _tape_scale(tape: TapeSource, command: Command) -> None:
    tape.scale = _first(command)


def _tape_loop(tape: TapeSource, command: Command) -> None:
    if len(command.values) == 1:
        tape.looping = bool(command.values[0])
    else:
        tape.loop_between(*_floats(command))


_ACTIONS: dict[str, Callable[[Controls, Command], None]] = {
    "/latent": _latent,
    "/latent/<i>": _latent_at,
    "/latent/from": _latent_from,
    "/latent/norm": _norm,
    "/latent/norm/<i>": _norm_at,
    "/latent/delta": _delta,
    "/latent/traj": _trajectory,
    "/latent/scale": _scale,
    "/latent/bias": _bias,
    "/latent/clamp": _clamp,
    "/glide": _glide,
    "/glide/once": _glide_once,
    "/attr/<name>": _attribute,
    "/source": _source,
    "/walk": _walk,
    "/seed": _seed,
    "/freeze": _freeze,
    "/hold": _hold_changes,
    "/tape/play": _on_tape(_tape_play),
    "/tape/rate": _on_tape(_tape_rate),
    "/tape/scrub": _on_tape(_tape_scrub),
    "/tape/scale": _on_tape(_tape_scale),
    "/tape/loop": _on_tape(_tape_loop),
}
