"""Uses a preset: lists, loads, morphs to and from, deletes it; the deck must sound on."""

from __future__ import annotations

import json
from pathlib import Path

from musicvae.artifact import ArtifactInfo
from musicvae.errors import MusicVAEError
from musicvae.live.commands.address import DECKS
from musicvae.live.commands.arguments import RefusedError
from musicvae.live.engine.describing import describe
from musicvae.live.jobs.presets import PRESET_ADDRESSES, PresetJobs
from musicvae.live.jobs.worker import Handler, handlers_of
from musicvae.live.storage.presets import Presets
from musicvae.live.table import ADDRESSES
from uses.stage import Stage, WrongError, check_text


def use(folder: Path) -> str:
    """Use ``strange``, beside which lies ``good``; returns the outcome."""
    stage = Stage(folder)
    stage.do(["/model/load", "waves"])
    presets = Presets(folder / "presets")
    jobs = PresetJobs(stage.handle, presets)
    handlers = handlers_of(PRESET_ADDRESSES, [jobs], lambda command, say: None)
    outcomes = [
        _done(stage, handlers[path], path, *values)
        for path, *values in (
            ("/preset/list",),
            ("/preset/load", "strange"),
            ("/morph", "good", "strange", 0.5),
            ("/morph", "strange", "good", 1.0),
            ("/preset/load", "good"),
            ("/morph/time", "strange", 0.1),
        )
    ]
    _save_and_load(stage, presets)
    presets.delete("strange", *_model(stage))
    return f"loaded {outcomes[1]}, morphed {outcomes[2]}"


def _done(stage: Stage, handler: Handler, path: str, *values: float | str) -> bool:
    """Do a job, and listen; whether it was not refused."""
    command = ADDRESSES.command(path, DECKS[0], "", values)
    try:
        result = handler(command, lambda address, *said: check_text(str(said)))
    except (RefusedError, MusicVAEError) as error:
        check_text(str(error))
        result = None
    stage.listen(4)
    return result is not None


def _save_and_load(stage: Stage, presets: Presets) -> None:
    """The state that a strange preset leaves can be saved, and is loaded as the same."""
    deck = stage.engine.decks[DECKS[0]]
    state = describe(deck, ADDRESSES)
    presets.save("again", state, *_model(stage))
    if json.dumps(presets.load("again", *_model(stage))) != json.dumps(state):
        raise WrongError("the state is not saved as it is")


def _model(stage: Stage) -> tuple[ArtifactInfo, str]:
    return stage.handle.loader.voice("waves", DECKS[0]).controls.info, "waves"
