"""What plays first, and how the input is set, before the daemon sounds."""

from __future__ import annotations

from musicvae.live.commands.address import DECKS, Command
from musicvae.live.engine.deck_addresses import GAIN, MODEL_LOAD, PLAY
from musicvae.live.engine.voice import Voice
from musicvae.live.hearing.ear import Ear
from musicvae.live.inputs.input import Input
from musicvae.live.notices import Notices
from musicvae.live.options import Options
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.stage.opening import Opening
from musicvae.live.stage.repertoire import Repertoire
from musicvae.models.missing import no_encoder


def load_first(
    stage: EngineHandle, repertoire: Repertoire, options: Options, opening: Opening
) -> Voice:
    """Load the models that were given at the start: the decks of the cross-fader play them.

    The others wait for ``/play``, so that what is heard at first is deck a, however many there are.

    Returns:
        The voice of deck a.

    Raises:
        MusicVAEError: one of them cannot be played, or none can hear the input.
    """
    voices = [
        stage.loader.voice(name, deck)
        for deck, name in zip(stage.engine.decks, repertoire.at_first, strict=False)
    ]
    hearing = False
    for deck, voice in zip(stage.engine.decks, voices, strict=False):
        load = Command(MODEL_LOAD, deck, values=(voice.name,))
        # Two batches, or the score could not load a memory for a deck that has no model yet.
        stage.engine.post(load, payloads=(voice,))
        for command, payload in opening.commands(stage, voice, deck):
            stage.engine.post(command, payloads=(payload,))
            hearing |= isinstance(payload, Ear)
    if opening.hears and opening.insists and not hearing:
        raise no_encoder(voices[0].name, "nothing hears the input: ")
    for deck in stage.engine.decks:
        gain = Command(GAIN, deck, values=(options.gain_db,))
        play = [Command(PLAY, deck, values=(1,))] if deck in DECKS else []
        stage.engine.post(gain, *play)
    stage.engine.settle()  # so that every message finds a model
    return voices[0]


def set_input(stage: EngineHandle, heard: Input, notices: Notices) -> None:
    """Let a device be guarded and heard soon, and begin muted where it would howl.

    Scores hold all of it.
    """
    if heard.feeds_back:
        stage.engine.post(stage.table.command("/input/guard", values=(1,)))
        if stage.loader.turns_fit:
            stage.engine.post(stage.table.command("/input/overlap", values=(1,)))
    if heard.howls:
        stage.engine.post(stage.table.command("/input/mute", values=(1,)))
        notices.say(
            "the input is muted: this microphone would hear these loudspeakers. With headphones, "
            "send /input/mute 0"
        )
