"""Computes in the time between two blocks what the next ones will need."""

from __future__ import annotations

from musicvae.live.engine.engine import Engine


class Foresight:
    """Lets the sources that play foresee their next step, on the rendering thread.

    A step of a prior takes longer than the frames of a block, and two decks begin theirs at the
    same moment; so blocks with steps would be the ones that are late. What was foreseen is played
    only if it is what would be computed then, to the bit.

    Args:
        engine: which renders nothing meanwhile.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __call__(self) -> None:
        """Foresee; what fails is counted as if it had failed in time."""
        for deck in self._engine.decks.values():
            voice = deck.voice
            if voice is None or deck.silent:
                continue
            controls = voice.controls
            source = controls.sources.get(controls.source)
            if source is None or not source.ready or controls.frozen:
                continue
            try:
                source.foresee()
            except Exception as error:  # noqa: BLE001 - a source may raise anything
                self._engine.faults.note(f"the model {voice.name!r}", error)
