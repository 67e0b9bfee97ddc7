"""Jobs that load and list models and tapes, and the job ``/sync``."""

from __future__ import annotations

from musicvae.live.commands import readers
from musicvae.live.commands.address import Address, Command, Value
from musicvae.live.jobs.worker import Say
from musicvae.live.stage.engine_handle import EngineHandle


class ModelJobs:
    """Loads and lists models and tapes.

    Args:
        handle: the engine and its loader.
    """

    def __init__(self, handle: EngineHandle) -> None:
        self._handle = handle

    def load(self, command: Command, say: Say) -> tuple[Value, ...]:
        """Load a model or a tape, then apply it; if loading fails, the deck does not change."""
        payload = self._handle.payload(command)
        self._handle.apply(command, payloads=(payload,))
        return command.values

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
SYNC = Address(
    "/sync",
    "i",
    "Answers `/synced` with the same number once all that came before is done.",
    readers.whole(*readers.INT32),
    owner=ModelJobs,
    job=ModelJobs.sync,
    question=True,
)
