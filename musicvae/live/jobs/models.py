"""Jobs that load and list models and tapes, and the job ``/sync``."""

from __future__ import annotations

from typing import Any

from musicvae.errors import SettingError
from musicvae.live.commands import readers
from musicvae.live.commands.address import Address, Command, Morph, Row, Target, Value
from musicvae.live.commands.wanted import TEXT, Reader
from musicvae.live.engine.controls import NO_SOURCE, Controls
from musicvae.live.engine.deck import same_space
from musicvae.live.engine.deck_addresses import MODEL_LOAD
from musicvae.live.jobs.worker import Say
from musicvae.live.sources.guidance import ALL
from musicvae.live.sources.memory import MemorySource
from musicvae.live.sources.prior import PriorSource
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.stage.opening import Opening
from musicvae.live.stage.own_prior import own_prior
from musicvae.similar import did_you_mean

#: A model that is loaded waits for latents.
HELD = Opening("held")
#: Styles and tracks of one message; styles that an error names.
_MOST_NAMES, _SHOWN = 32, 12


class ModelJobs:
    """Loads and lists models and tapes.

    Args:
        handle: the engine and its loader.
        opening: what a model plays that takes over no settings.
    """

    def __init__(self, handle: EngineHandle, opening: Opening = HELD) -> None:
        self._handle = handle
        self._opening = opening

    def load(self, command: Command, say: Say) -> tuple[Value, ...]:
        """Load a model, tape and so on, then apply it; if that fails, the deck does not change."""
        if command.row.source == "input" and not self._opening.hears:
            raise SettingError("nothing comes in", hint="start `musicvae live` with --input")
        payload: Any = self._handle.payload(command)
        more: list[tuple[Command, object]] = []
        if command.row is MODEL_LOAD and self._begins(command.deck, payload):
            more = self._opening.commands(self._handle, payload, command.deck)
        elif command.row is MODEL_LOAD:
            more = own_prior(self._handle, payload, command.deck)
        self._handle.apply(command, payloads=(payload,))
        for other, loaded in more:
            self._handle.apply(other, payloads=(loaded,))
        return command.values

    def _begins(self, deck: str, voice: Any) -> bool:
        """Whether a voice takes over nothing, and what plays there now is not to wait either."""
        before = self._handle.deck(deck).voice
        if before is None:
            return True
        return before.controls.source != NO_SOURCE and not same_space(before, voice)

    def list_models(self, command: Command, say: Say) -> tuple[Value, ...]:
        """List every model, playable or not; returns how many."""
        rows = self._handle.loader.library.models()
        for row in rows:
            if row.info is None:
                say("/model/list.reply", row.name, "broken", "", 0, 0, row.reason)
            else:
                info = row.info
                facts = (info.kind, info.genre, info.latent_dim, info.sample_rate)
                say("/model/list.reply", row.name, *facts, row.reason)
        return (len(rows),)

    def list_tapes(self, command: Command, say: Say) -> tuple[Value, ...]:
        """List every tape file, readable or not; returns how many."""
        rows = self._handle.loader.library.tapes()
        for row in rows:
            seconds = 0.0 if row.info is None else row.info.samples / row.info.sample_rate
            say("/tape/list.reply", row.name, seconds, row.reason)
        return (len(rows),)

    def list_memories(self, command: Command, say: Say) -> tuple[Value, ...]:
        """List every memory, readable or not; returns how many."""
        rows = self._handle.loader.library.memories()
        for row in rows:
            seconds = 0.0 if row.info is None else row.info.seconds
            styles = "" if row.info is None else " ".join(row.info.styles)
            licence = "" if row.info is None else row.info.licence
            say("/memory/list.reply", row.name, seconds, styles, licence, row.reason)
        return (len(rows),)

    def list_priors(self, command: Command, say: Say) -> tuple[Value, ...]:
        """List every prior, readable or not; returns how many."""
        rows = self._handle.loader.library.priors()
        for row in rows:
            prior = None if row.info is None else row.info.prior
            genres = "" if prior is None else " ".join(prior.genres)
            asked = "" if prior is None else " ".join(knob.name for knob in prior.attributes)
            licence = "" if row.info is None else row.info.licence
            say("/prior/list.reply", row.name, genres, asked, licence, row.reason)
        return (len(rows),)

    def limit(self, command: Command, say: Say) -> tuple[Value, ...]:
        """Limit the memory and the prior of a deck to styles, tracks and genres that they know.

        Raises:
            SettingError: neither knows one of these, or there is neither.
        """
        voice = self._handle.deck(command.deck).voice
        sources = {} if voice is None else voice.controls.sources
        memory, prior = sources.get("memory"), sources.get("prior")
        genres = prior.genres if isinstance(prior, PriorSource) and prior.ready else ()
        ready = isinstance(memory, MemorySource) and memory.ready
        if not ready and not genres:
            raise SettingError(
                "this deck has no memory and no prior", hint="/memory/load NAME or /prior/load NAME"
            )
        styles = memory.styles if isinstance(memory, MemorySource) else ()
        known = (*genres, *memory.names) if isinstance(memory, MemorySource) else genres
        for name in command.values:
            if name not in (ALL, *known):
                every = tuple(dict.fromkeys((*styles, *genres)))
                raise SettingError(
                    "there is no style, track or genre of that name",
                    expected=f"{ALL}, {', '.join(every[:_SHOWN])}{', or a track' * ready}",
                    received=f"{name!a:.80}",
                    hint=did_you_mean(name, known)
                    or "`musicvae inspect MODEL --memory` lists the tracks of its memory; "
                    "/memory/load NAME loads another memory, /prior/load NAME a prior",
                )
        self._handle.apply(command)
        return command.values

    def sync(self, command: Command, say: Say) -> None:
        """Reply when the engine has applied all commands sent before; earlier jobs are done."""
        self._handle.apply()
        say("/synced", *command.values)


MODEL_LIST = Address(
    "/model/list",
    "ignored",
    "Answers `/model/list.reply` for each model: files first, then ready models.",
    readers.nothing,
    owner=ModelJobs,
    job=ModelJobs.list_models,
    question=True,
)
TAPE_LIST = Address(
    "/tape/list",
    "ignored",
    "Answers `/tape/list.reply` for each tape.",
    readers.nothing,
    owner=ModelJobs,
    job=ModelJobs.list_tapes,
    question=True,
)
MEMORY_LIST = Address(
    "/memory/list",
    "ignored",
    "Answers `/memory/list.reply` for each memory: files first, then those of ready models.",
    readers.nothing,
    owner=ModelJobs,
    job=ModelJobs.list_memories,
    question=True,
)
PRIOR_LIST = Address(
    "/prior/list",
    "ignored",
    "Answers `/prior/list.reply` for each prior: files first, then those of ready models.",
    readers.nothing,
    owner=ModelJobs,
    job=ModelJobs.list_priors,
    question=True,
)
STYLE = Row[Controls](
    "/style",
    "s …",
    "Play these styles or tracks of the memory alone, and ask the prior for these genres; `all` "
    "plays everything again, and the genre of the model.",
    Reader(lambda a: a.words(max(1, min(len(a.values), _MOST_NAMES))), (TEXT,)),
    deck=True,
    target=Target.CONTROLS,
    owner=ModelJobs,
    job=ModelJobs.limit,
    apply=lambda controls, c, _: controls.guidance.limit(*map(str, c.values)),
    describe=lambda controls: [("", controls.guidance.names or (ALL,))],
    kept=True,
    morph=Morph.SWITCH,
)
SYNC = Address(
    "/sync",
    "i",
    "Answers `/synced` with the same number once all that came before is done.",
    readers.whole(*readers.INT32),
    owner=ModelJobs,
    job=ModelJobs.sync,
    question=True,
)
