"""What a daemon that goes on with another one's music is started with, where files have gone."""

from __future__ import annotations

import os
from dataclasses import replace

from musicvae.artifact.reading import read_info
from musicvae.errors import MusicVAEError
from musicvae.live.inputs.choosing import is_file
from musicvae.live.last_state import State
from musicvae.live.options import Options
from musicvae.live.stage.repertoire import Artifact, Artifacts
from musicvae.models import locate, names
from musicvae.soundfiles.opening import check_readable


def options_again(options: Options, before: State) -> tuple[Options, list[str]]:
    """The options as they are by now; and what is said of an input that has gone."""
    record = None if options.record is None else ""  # under a name of its own
    changed = replace(options, port=before.port, record=record)
    if before.block:  # there was a sound card
        changed = replace(changed, device=before.device, block=before.block)
    heard = changed.input
    if isinstance(heard, str | os.PathLike) and is_file(heard):
        try:
            check_readable(heard)
        except MusicVAEError as error:
            return replace(changed, input=None, loop=False), [f"the input: {error}"]
    return changed, []


def artifacts_again(artifacts: Artifacts, before: State) -> tuple[list[Artifact], list[str]]:
    """The artifacts that can still be played; and what is said of the others.

    In place of a file that has gone comes its folder, where tapes and presets are. Ready models
    that a deck played are added, so that there is something to begin with.
    """
    given = artifacts if isinstance(artifacts, list | tuple) else (artifacts,)
    there: list[Artifact] = []
    gone: list[str] = []
    for item in given:
        if not isinstance(item, str | os.PathLike):
            there.append(item)
            continue
        path = None
        try:
            path = locate(item).path
            if not path.is_dir():
                read_info(path)
        except (MusicVAEError, OSError) as error:
            gone.append(str(error))
            if path is not None and path.parent.is_dir():
                there.append(path.parent)
        else:
            there.append(item)
    if gone:
        ready = names()
        there += [name for name in dict.fromkeys(_loaded(before)) if name in ready]
    return there, gone


def _loaded(before: State) -> list[str]:
    """The names of the models that the decks played."""
    loads = (m for event in before.events for m in event if str(m[0]).endswith("/model/load"))
    return [str(message[1]) for message in loads]
