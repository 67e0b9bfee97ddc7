"""The address table of the daemon: every row, in the order of ``docs/osc.md``."""

from __future__ import annotations

from musicvae.live.commands.table import AddressTable
from musicvae.live.engine.control_addresses import ALIASES, CONTROL_ADDRESSES
from musicvae.live.engine.deck_addresses import DECK_ADDRESSES, LOOP
from musicvae.live.engine.engine import CROSSFADE
from musicvae.live.engine.input_addresses import INPUT_ADDRESSES
from musicvae.live.engine.moment import MOMENT
from musicvae.live.jobs.audio import AUDIO_ADDRESSES
from musicvae.live.jobs.maps import MAP_POINTS
from musicvae.live.jobs.models import MEMORY_LIST, MODEL_LIST, PRIOR_LIST, STYLE, SYNC, TAPE_LIST
from musicvae.live.jobs.presets import PRESET_ADDRESSES
from musicvae.live.jobs.recording import RECORDING_ADDRESSES
from musicvae.live.jobs.rendering import RENDER
from musicvae.live.jobs.tapes import TAPE_RECORD
from musicvae.live.requests import (
    ALIAS,
    NOTIFY,
    PING,
    QUIT,
    REPLY_PORT,
    SPECTRUM,
    STATUS,
    VERSION,
    WATCH,
)
from musicvae.live.services import MIDI_ADDRESSES, SERVICE_ADDRESSES
from musicvae.live.stage.queries import DECK_LIST, GET, INPUT_LEVEL, MODEL_INFO, MODEL_LATENTS

#: Every address; a new row is added here too, unless it is in one of the tuples.
ADDRESSES = AddressTable(
    (
        *CONTROL_ADDRESSES,
        MAP_POINTS,
        STYLE,
        *DECK_ADDRESSES,
        MODEL_INFO,
        MODEL_LATENTS,
        *PRESET_ADDRESSES,
        *ALIASES,
        LOOP,
        MOMENT,
        DECK_LIST,
        CROSSFADE,
        *INPUT_ADDRESSES,
        INPUT_LEVEL,
        MODEL_LIST,
        TAPE_LIST,
        TAPE_RECORD,
        MEMORY_LIST,
        PRIOR_LIST,
        *AUDIO_ADDRESSES,
        *RECORDING_ADDRESSES,
        RENDER,
        *MIDI_ADDRESSES,
        ALIAS,
        STATUS,
        GET,
        NOTIFY,
        WATCH,
        SPECTRUM,
        *SERVICE_ADDRESSES,
        REPLY_PORT,
        PING,
        SYNC,
        VERSION,
        QUIT,
    )
)
