"""What processes take: memory and processor time, also of all that one has started. Linux only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def family(process: int) -> Iterator[int]:
    """A process, and all that it has started and that live."""
    yield process
    with suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            for child in (thread / "children").read_text("ascii").split():
                yield from family(int(child))


def one_of(process: int, words: str) -> int | None:
    """The process of a family whose command line has these words; ``None`` while there is none."""
    for each in family(process):
        with suppress(OSError):
            if words.encode() in Path(f"/proc/{each}/cmdline").read_bytes():
                return each
    return None


def cpu_seconds(process: int) -> float:
    """Seconds of processor time that a process has taken so far."""
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_by_kind(process: int) -> dict[str, float]:
    """The memory of a process in MB, by the names that Linux gives its kinds."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text("utf-8").splitlines()[1:]
    pairs = (line.split(":") for line in lines)
    return {name: int(rest.split()[0]) * 1024 / 1e6 for name, rest in pairs}


def memory_of(process: int) -> tuple[float, float]:
    """MB of a family that are resident, and those that no other process has.

    Of what several processes have in common, each counts its share.
    """
    resident = own = 0.0
    for each in family(process):
        sizes = memory_by_kind(each)
        resident += sizes["Pss"]
        own += sizes["Private_Clean"] + sizes["Private_Dirty"]
    return resident, own
