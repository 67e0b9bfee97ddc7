"""What a daemon that goes on with another one's music is started with, where files have gone.

The state that is then restored sets the rest. So what matters here is that the daemon begins: with
less than before, rather than not at all.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from musicvae.artifact.reading import read_info
from musicvae.errors import MusicVAEError
from musicvae.live.inputs.choosing import is_file
from musicvae.live.last_state import State
from musicvae.live.options import Options
from musicvae.live.outputs import devices
from musicvae.live.stage.repertoire import Artifact, Artifacts, home_of
from musicvae.models import is_name, locate, names
from musicvae.soundfiles.opening import check_readable


@dataclass(frozen=True)
class Beginning:
    """What a daemon is started with.

    Attributes:
        artifacts: as of :class:`musicvae.live.daemon.Daemon`.
        options: likewise.
        gone: what is said of all that is not there any more; empty at a first start.
    """

    artifacts: Artifacts
    options: Options
    gone: tuple[str, ...] = ()


def begin_again(first: Beginning, before: State) -> Beginning:
    """With what to go on with a state, from what the first daemon was started with."""
    record = None if first.options.record is None else ""  # under a name of its own
    options = replace(first.options, port=before.port, record=record)
    options, gone = _with_card(options, before)
    options, more = _with_input(options, before)
    artifacts, others = _there(first.artifacts, before)
    if others:
        options = _in_the_same_folders(options, first.artifacts)
    gone += more + others
    if gone:  # what the command line demands may be impossible without it
        options = replace(options, source="auto")
    return Beginning(artifacts, options, tuple(gone))


def _with_card(options: Options, before: State) -> tuple[Options, list[str]]:
    """The options with the sound card that was chosen last, at its rate."""
    if not before.block:  # there was none
        return options, []
    options = replace(options, block=before.block)
    if before.device != options.device:
        try:
            devices.find(before.device)
        except MusicVAEError as error:  # another card may have another rate
            return options, [f"the sound card: {error}"]
    card = {"device": before.device, "rate": before.rate, "channels": before.channels}
    return replace(options, **card), []  # type: ignore[arg-type]


def _with_input(options: Options, before: State) -> tuple[Options, list[str]]:
    """The options without an input that is not there any more."""
    heard = options.input
    if not isinstance(heard, str | os.PathLike):
        return options, []
    try:
        if before.file or is_file(heard):
            check_readable(heard)
        else:
            devices.find_input(str(heard) or None)
    except MusicVAEError as error:
        return replace(options, input=None, loop=False), [f"the input: {error}"]
    return options, []


def _there(artifacts: Artifacts, before: State) -> tuple[list[Artifact], list[str]]:
    """The artifacts that can still be played, and what is said of the others.

    Where there are none, they are the ready models that the decks played.
    """
    there: list[Artifact] = []
    gone: list[str] = []
    for item in _listed(artifacts):
        if isinstance(item, str | os.PathLike):
            try:
                path = locate(item).path
                if not path.is_dir():
                    read_info(path)
            except (MusicVAEError, OSError) as error:
                gone.append(str(error))
                continue
        there.append(item)
    if not there:
        ready = names()
        loads = (m for event in before.events for m in event if str(m[0]).endswith("/model/load"))
        there += dict.fromkeys(str(name) for _, name in loads if name in ready)
    return there, gone


def _in_the_same_folders(options: Options, artifacts: Artifacts) -> Options:
    """The options with the folders of presets and tapes that the first artifacts had."""
    given = [item for item in _listed(artifacts) if isinstance(item, str | os.PathLike)]
    home = home_of(Path(item) for item in given if not isinstance(item, str) or not is_name(item))
    presets = home / "presets" if options.presets is None else options.presets
    return replace(options, presets=presets, tapes=options.tapes or home)


def _listed(artifacts: Artifacts) -> list[Artifact]:
    return [*artifacts] if isinstance(artifacts, list | tuple) else [artifacts]  # type: ignore[list-item]
