"""Memory is locked where the system allows that without a limit, and given back."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from musicvae.live import process

resource = pytest.importorskip("resource", reason="Windows knows no limits of resources")
LIMITED, FREE = 8 << 20, resource.RLIM_INFINITY
NOTHING, ALL = "0000000000000000", "000001ffffffffff"


def status(folder: Path, capabilities: str, locked: int = 0) -> Path:
    """A file like /proc/self/status."""
    path = folder / "status"
    path.write_text(f"Name:\tpython3\nVmLck:\t{locked:8d} kB\nCapEff:\t{capabilities}\n")
    return path


@pytest.mark.parametrize(
    ("limit", "capabilities", "locked", "may"),
    [
        (LIMITED, NOTHING, 0, False),
        (FREE, NOTHING, 0, True),
        (LIMITED, ALL, 0, True),
        (LIMITED, f"{1 << 14:016x}", 0, True),
        (LIMITED, f"{1 << 13:016x}", 0, False),
        (FREE, ALL, 4, False),  # somebody else did, and would lose it at our end
    ],
)
def test_only_without_a_limit_memory_is_locked(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    limit: int,
    capabilities: str,
    locked: int,
    may: bool,
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda which: (limit, limit))
    assert process._may_lock(status(tmp_path, capabilities, locked)) is may


def test_a_system_that_says_nothing_of_itself_is_left_alone(tmp_path: Path) -> None:
    assert not process._may_lock(tmp_path / "absent")
    (tmp_path / "strange").write_text("Name\n")
    assert not process._may_lock(tmp_path / "strange")


@pytest.mark.parametrize("answer", [0, -1])
def test_what_was_locked_is_given_back(monkeypatch: pytest.MonkeyPatch, answer: int) -> None:
    calls: list[Any] = []

    def lock(flags: int) -> int:
        calls.append(flags)
        return answer

    system = SimpleNamespace(mlockall=lock, munlockall=lambda: calls.append("back"))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(process, "_may_lock", lambda: True)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: system)
    with process.resident() as locked:
        assert locked is (answer == 0)
    assert calls == ([7, "back"] if answer == 0 else [7])  # 4: not all that is merely reserved


def test_a_daemon_keeps_what_it_uses_in_memory(
    start: Callable[..., Any], make_artifact: Callable[..., Path]
) -> None:
    if sys.platform != "linux" or not process._may_lock():
        pytest.skip("this user may not lock memory without a limit")
    running = start(make_artifact(), "--out", "null", "--one-process")
    lines = Path(f"/proc/{running.process.pid}/status").read_text("ascii").splitlines()
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.endswith(" kB")}
    if not sizes["VmLck"]:
        pytest.skip("this system does not lock each page when it is first used")
    assert sizes["VmRSS"] < sizes["VmLck"] / 2  # far from all that is mapped
