"""The job that tells the points of a map, for whoever draws it."""

from __future__ import annotations

from typing import cast

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.errors import LatentError, SettingError
from musicvae.latents.memory import Memory
from musicvae.latents.memory.memory_header import MemoryHeader
from musicvae.latents.memory.music_map import Seconds
from musicvae.live.commands import readers
from musicvae.live.commands.address import Address, Command, Value
from musicvae.live.jobs.worker import Say
from musicvae.live.sources.guidance import ALL
from musicvae.live.sources.memory import MemorySource
from musicvae.live.stage.engine_handle import EngineHandle

#: Points of one reply: with the texts, less than 1400 bytes.
TOGETHER = 80
#: Memories whose points are kept, for several pages that ask for the same.
_KEPT = 16


class MapJobs:
    """Tells points.

    Args:
        handle: the engine and its loader.
    """

    def __init__(self, handle: EngineHandle) -> None:
        self._handle = handle
        self._known: dict[tuple[str, int, int], Seconds] = {}

    def tell(self, command: Command, say: Say) -> tuple[Value, ...]:
        """Tell the points of the deck's memory, or of others on the same map; how many.

        Raises:
            SettingError: the deck has no memory, and so no map; or there is no memory of this name.
            LatentError: the other one is of another latent space.
            MemoryBankError: it is damaged.
        """
        voice = self._handle.deck(command.deck).voice
        memory = None if voice is None else voice.controls.sources.get("memory")
        music = memory.map if isinstance(memory, MemorySource) else None
        if music is None or voice is None or not isinstance(memory, MemorySource):
            raise SettingError("this deck has no memory, and so no map", hint="/memory/load NAME")
        mine, count = memory.memory_name, 0
        for name in self._wanted(command, mine, voice.controls.info):
            if name == mine:
                seconds, words = music.seconds, memory.styles
            else:
                seconds, words = self._other(name, voice.controls.info)
            points = music.project(seconds.means)
            say("/map.reply", command.deck, name, len(points), music.across, music.upwards)
            for number, style in enumerate(words):
                those = points[seconds.styles == number]
                for first in range(0, len(those), TOGETHER):
                    some = np.ravel(those[first : first + TOGETHER]).tolist()
                    say("/map/points.reply", command.deck, name, style, first, *some)
            count += len(points)
        return (count,)

    def _wanted(self, command: Command, mine: str, info: ArtifactInfo) -> list[str]:
        """The names of the memories that are wanted: the deck's own, one, or all of the map."""
        if not command.values:
            return [mine]
        if command.text != ALL:
            return [command.text]
        rows = self._handle.loader.library.memories()
        fit = [row.name for row in rows if not row.reason and _fits(row.info, info)]
        return [mine, *(name for name in fit if name != mine)][:_KEPT]

    def _other(self, name: str, info: ArtifactInfo) -> tuple[Seconds, tuple[str, ...]]:
        """The seconds and styles of another memory, whose file is read again if it has changed."""
        row = self._handle.loader.library.memory(name)
        header = cast(MemoryHeader, row.info)
        if not _fits(header, info):
            raise LatentError(
                f"the memory {name!a:.80} is not of this map",
                expected="one of the latent space of the deck's model",
                received="another one",
            )
        facts = row.path.stat()
        key = (str(row.path), facts.st_mtime_ns, facts.st_size)
        if key not in self._known:
            while len(self._known) >= _KEPT:
                del self._known[next(iter(self._known))]
            self._known[key] = Seconds.of(Memory.load(row.path))
        return self._known[key], header.styles


def _fits(header: MemoryHeader | None, info: ArtifactInfo) -> bool:
    """Whether a memory is of the latent space of a model."""
    wanted = (info.latent_space, info.latent_dim)
    return header is not None and (header.latent_space, header.latent_dim) == wanted


MAP_POINTS = Address(
    "/map/points",
    "none, or s",
    "Answers `/map.reply`, and `/map/points.reply` with the points of the deck's map: those of its "
    "memory, or those that the seconds of another memory would be on it, or of `all` that fit.",
    readers.optional_word,
    deck=True,
    owner=MapJobs,
    job=MapJobs.tell,
    question=True,
)
