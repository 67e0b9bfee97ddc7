from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from musicvae import child
from musicvae.errors import PortInUseError
from musicvae.live.network.port_owner import listener
from musicvae.live.network.sockets import open_sockets
from musicvae.page.job import CODE as PAGE

needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")


@needs_proc
@pytest.mark.parametrize("kind", ["UDP", "TCP"])
def test_the_program_behind_a_port_is_named(kind: str) -> None:
    script = (
        "import socket, sys\n"
        f"s = socket.socket(socket.AF_INET, socket.SOCK_{'DGRAM' if kind == 'UDP' else 'STREAM'})\n"
        "s.bind(('127.0.0.1', 0))\n"
        f"{'' if kind == 'UDP' else 's.listen()'}\n"
        "print(s.getsockname()[1], flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        found = listener(kind, port)
        other = listener("TCP" if kind == "UDP" else "UDP", port)
        process.communicate()
    assert found.endswith(f"(process {process.pid})")
    assert "python" in found
    assert "?" in found  # the line ends of the script: nothing steers the terminal
    assert found.index("(process") <= 61
    assert other == ""


@needs_proc
def test_it_is_a_part_of_the_error() -> None:
    datagrams, streams = open_sockets("127.0.0.1", 0, guarded=False)
    port = datagrams.getsockname()[1]
    with datagrams, streams, pytest.raises(PortInUseError) as caught:
        open_sockets("127.0.0.1", port, guarded=False)
    assert f"(process {os.getpid()})" in str(caught.value)
    assert f"--port {port + 10}" in str(caught.value)


def test_a_free_port_and_a_system_that_does_not_tell(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unbound:
        unbound.bind(("127.0.0.1", 0))
        port = unbound.getsockname()[1]
    assert listener("UDP", port) == ""
    assert listener("UDP", port, proc=tmp_path) == ""


def test_what_is_not_ours_to_look_into_is_passed_over(tmp_path: Path) -> None:
    table = tmp_path / "net" / "udp6"
    table.parent.mkdir()
    local = "00000000000000000000000000000000:1E14"
    table.write_text(
        "  sl  local_address rem_address st tx_queue rx_queue tr tm->when retrnsmt uid inode\n"
        f"  1: {local} {local[:-4]}0000 07 00000000:00000000 00:00000000 00000000 0 0 4242 2\n"
    )
    (tmp_path / "17").mkdir()  # has ended: no list of its files
    handles = tmp_path / "23" / "fd"
    handles.mkdir(parents=True)
    (tmp_path / "23" / "cmdline").write_bytes(b"/usr/bin/pd\0-nogui\0\x1b[2J.pd\0")
    (handles / "0").symlink_to("/dev/null")
    assert listener("UDP", 7700, proc=tmp_path) == ""
    (handles / "5").symlink_to("socket:[4242]")
    assert listener("UDP", 7700, proc=tmp_path) == "pd -nogui ?[2J.pd (process 23)"


def test_of_several_the_one_that_started_the_others_is_named(tmp_path: Path) -> None:
    """A daemon, which is a copy of its keeper, and the process that has its sockets as well."""
    _listening(tmp_path)
    for number, parent, command in ((9, 8, "-c"), (7, 1, "live"), (8, 7, "live"), (1, 0, "init")):
        handles = tmp_path / str(number) / "fd"
        handles.mkdir(parents=True)
        (handles.parent / "cmdline").write_bytes(b"musicvae\0%s\0" % command.encode())
        (handles.parent / "stat").write_text(f"{number} (a) b) c) S {parent} 1 1")
        if number in (8, 9):
            (handles / "5").symlink_to("socket:[4242]")
    assert listener("UDP", 7700, proc=tmp_path) == "musicvae live (process 7)"
    assert listener("UDP", 7701, proc=tmp_path) == ""
    assert listener("TCP", 7700, proc=tmp_path) == ""


def _listening(proc: Path) -> None:
    """A table that says that socket 4242 has UDP port 7700."""
    table = proc / "net" / "udp"
    table.parent.mkdir()
    table.write_text("heads\n  1: 0100007F:1E14 00000000:0000 07 0:0 0:0 0 0 0 4242 2\n")


def _process(proc: Path, number: int, parent: int, *words: str) -> Path:
    handles = proc / str(number) / "fd"
    handles.mkdir(parents=True)
    (handles.parent / "cmdline").write_bytes("\0".join([*words, ""]).encode())
    (handles.parent / "stat").write_text(f"{number} (a) S {parent} 1 1")
    return handles


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["/usr/bin/python3", "/opt/bin/musicvae", "live", "jazz"], "musicvae live jazz"),
        (["/usr/bin/python3.11", "-P", "-m", "musicvae", "live"], "musicvae live"),
        (["python", "-X", "dev", "-m", "http.server", "80"], "python -m http.server 80"),
        (["python", "-u", "serve.py", "--fast"], "serve.py --fast"),
        (["python"], "python"),
    ],
)
def test_a_program_is_shown_as_people_know_it(tmp_path: Path, words: list[str], shown: str) -> None:
    _listening(tmp_path)
    (_process(tmp_path, 7, 1, *words) / "5").symlink_to("socket:[4242]")
    assert listener("UDP", 7700, proc=tmp_path) == f"{shown} (process 7)"


def test_what_a_daemon_runs_beside_itself_is_named_by_the_daemon(tmp_path: Path) -> None:
    """Whoever ends the page alone sees it begin again."""
    _listening(tmp_path)
    code = child.command(PAGE)
    _process(tmp_path, 6, 1, "python", "/bin/musicvae", "live", "jazz", "--page")
    _process(tmp_path, 7, 6, "python", "/bin/musicvae", "live", "jazz", "--page")
    (_process(tmp_path, 8, 7, *code) / "5").symlink_to("socket:[4242]")
    said = "the control page of musicvae live jazz --page (process 6)"
    assert listener("UDP", 7700, proc=tmp_path) == said
    _process(tmp_path, 1, 0, "/sbin/init")
    (tmp_path / "8" / "stat").write_text("8 (a) S 1 1 1")  # its daemon is gone
    assert listener("UDP", 7700, proc=tmp_path) == "the control page (process 8)"
