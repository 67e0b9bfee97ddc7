"""Finds the program that listens on a port, for the error that the port is in use. Linux only.

It reads ``/proc``. psutil would also serve Windows, and macOS as root; but it would be one more
compiled dependency of the base install, for one line of one error message. Where the program is not
known the message leaves it out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from musicvae.text import printable

_PROC = Path("/proc")
#: Columns of the tables in ``/proc/net``.
_LOCAL, _STATE, _INODE = 1, 3, 9
_LISTEN = "0A"
_MOST_LETTERS = 60
#: Numbers of processes that take on those whose parent has ended.
_NOBODY = {"0", "1"}
#: The processes beside a daemon, by the module that they run.
_PARTS = {
    "from musicvae.page.process import": "the control page",
    "from musicvae.midi.process import": "the MIDI input",
    "from musicvae.live.network.front.process import": "the network process",
}


def listener(kind: str, port: int, proc: Path = _PROC) -> str:
    """The program that listens on a port, such as ``"musicvae live jazz.onnx (process 4711)"``.

    Args:
        kind: ``"UDP"`` or ``"TCP"``.
        port: its number.
        proc: the folder of the system's tables.

    Returns:
        Its command line, of Python programs without Python itself, and its process number; empty
        where they are not known: on other systems, or where the program belongs to another user.
    """
    wanted = {f"socket:[{inode}]" for inode in _inodes(kind, port, proc)}
    if not wanted:
        return ""
    owners = []
    for process in proc.glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or belongs to another user
            if any(str(handle.readlink()) in wanted for handle in (process / "fd").iterdir()):
                owners.append(process)
    children = [owner for owner in owners if _parent(owner) in owners]
    for owner in owners:
        if owner not in children:
            return _described(owner)
    return ""


def _described(owner: Path) -> str:
    """A process and its number, or that of which it is a copy: what that is told concerns both.

    A process beside a daemon is begun again when it ends, so that the daemon is named.
    """
    part, before = _part(_arguments(owner)), ""
    with suppress(OSError):
        if part and _parent(owner).name not in _NOBODY and _command(_parent(owner)):
            owner, before = _parent(owner), f"{part} of "
        while _command(_parent(owner)) == _command(owner):
            owner = _parent(owner)
    return f"{before + _command(owner) if before or not part else part} (process {owner.name})"


def _parent(process: Path) -> Path:
    """The process that started a process; number 0 where it is not known."""
    with suppress(OSError):
        # Behind the name, which may hold anything: the state, and the parent's number.
        fields = (process / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return process.with_name(fields[1])
    return process.with_name("0")


def _inodes(kind: str, port: int, proc: Path) -> Iterator[str]:
    for table in (f"{kind.lower()}", f"{kind.lower()}6"):
        with suppress(OSError):
            for line in (proc / "net" / table).read_text("ascii", "replace").splitlines()[1:]:
                columns = line.split()
                here = columns[_LOCAL].rpartition(":")[2] == f"{port:04X}"
                if here and (kind == "UDP" or columns[_STATE] == _LISTEN):
                    yield columns[_INODE]


def _arguments(process: Path) -> list[str]:
    """The words of the command line of a process; raises ``OSError`` where it is not known."""
    return (process / "cmdline").read_text("utf-8", "replace").removesuffix("\0").split("\0")


def _part(words: list[str]) -> str:
    """Which part of musicvae a process beside a daemon is; empty for every other program."""
    code = words[words.index("-c") + 1 :][:1] if "-c" in words else []
    return next((part for mark, part in _PARTS.items() if code and mark in code[0]), "")


def _command(process: Path) -> str:
    """The command line of a process as people know it: without folders, and without Python."""
    program, *words = _arguments(process)
    program = Path(program).name
    if program.startswith("python"):
        while words and words[0].startswith("-") and words[0] not in ("-c", "-m"):
            del words[: 2 if words[0] in ("-X", "-W") else 1]  # options of Python itself
        if words[:2] == ["-m", "musicvae"]:
            program, *words = words[1:]
        elif words and not words[0].startswith("-"):
            program, *words = Path(words[0]).name, *words[1:]
    clean = printable(" ".join([program, *words]).strip())
    return clean if len(clean) <= _MOST_LETTERS else f"{clean[: _MOST_LETTERS - 1]}…"
