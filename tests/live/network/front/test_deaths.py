"""The front is killed, stands still, or cannot begin; and it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from musicvae.live.network.peers import Peer
from musicvae.live.osc.framing import Framing, encode
from tests.live.network.front.behind import PING, Sound, ask, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no sockets are passed on there")


def test_a_front_that_stands_still_ends_with_the_sound(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("Linux alone ends a process with its parent")
    code = f"""
import os, signal, socket, sys, time
sys.path[:] = {sys.path!r}
from musicvae.live.network.front.starting import FrontProcess
from musicvae.live.network.peers import AllowList
links = []
front = FrontProcess([], [], AllowList(), links.append, print)
front.__enter__()
front._wait()
time.sleep(0.3)
os.kill(front._process.pid, signal.SIGSTOP)
print(front._process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    front = int(done.stdout)
    until(lambda: not Path(f"/proc/{front}/fd").exists() or not _alive(front))


def _alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def test_a_front_that_is_killed_is_started_again_and_its_connections_end(
    sound: Sound, client: socket.socket
) -> None:
    with socket.create_connection(("127.0.0.1", sound.port), 10) as stream:
        stream.sendall(encode(PING, Framing.LENGTH))
        assert stream.recv(4096)
        for _ in range(3):
            assert ask(client) == PING
            before = sound.front
            os.kill(before, signal.SIGKILL)
            until(lambda before=before: sound.front != before)  # type: ignore[misc]
            assert ask(client) == PING
        assert stream.recv(4096) == b""
    assert sound.said == ["the network process ended by itself, and begins again"] * 3
    assert len(sound.gone) == 1
    assert sound.gateway.faults.count == 0


def test_answers_that_a_front_did_not_take_are_sent_by_the_next(
    sound: Sound, client: socket.socket
) -> None:
    assert ask(client) == PING
    me = Peer(*client.getsockname())
    first = sound.front
    os.kill(first, signal.SIGSTOP)
    for number in range(3000):
        sound.gateway.outbox.put(b"%04d" % number * 256, me)
    time.sleep(0.5)
    oldest = int(sound.gateway._waiting[0][-4:])  # no more fits on the way to the one that stands
    assert oldest > 0
    os.kill(first, signal.SIGKILL)
    assert int(client.recv(4096)[:4]) >= oldest


def test_a_front_that_hangs_is_started_again(
    sound: Sound, client: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musicvae.live.network.front import gateway

    monkeypatch.setattr(gateway, "DEAF", 1.5)
    assert ask(client) == PING
    over = threading.Event()

    def tell() -> None:  # as to one who wants the status ten times a second
        while not over.wait(0.02):
            sound.gateway.outbox.put(b"status", Peer("127.0.0.1", 9))

    telling = threading.Thread(target=tell)
    telling.start()
    hanging = sound.front
    os.kill(hanging, signal.SIGSTOP)
    assert ask(client) == PING  # by the next one
    assert sound.front != hanging
    over.set()
    telling.join()


def test_a_quiet_front_is_not_taken_for_one_that_hangs(
    sound: Sound, client: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musicvae.live.network.front import gateway

    assert ask(client) == PING
    monkeypatch.setattr(gateway, "DEAF", 1.5)
    first = sound.front
    time.sleep(4)
    assert sound.front == first
    assert sound.said == []


def test_what_is_no_record_ends_the_connection_and_the_front_comes_again(
    sound: Sound, client: socket.socket
) -> None:
    assert ask(client) == PING
    first = sound.front
    sound.gateway._splitter._rest += b"\xff\xff\xff\xff"  # as if a front had lost its mind
    client.send(PING)
    until(lambda: sound.front != first)
    assert ask(client) == PING
    assert "a record of 4294967295 bytes" in sound.gateway.faults.problem


def test_it_ends_with_its_last_answers_and_leaves_no_process() -> None:
    here = Sound()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(10)
        sender.connect(("127.0.0.1", here.port))
        assert ask(sender) == PING
        process: Any = here.gateway._front._process
        here.gateway.outbox.put(b"the last words", Peer(*sender.getsockname()))
        here.end()
        assert sender.recv(64) == b"the last words"
    assert process.poll() == 0
    assert not here.gateway.alive
    here.gateway.stop()  # twice is no harm


def test_a_system_that_starts_no_process_for_a_while_is_asked_again(
    sound: Sound, client: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musicvae import child

    assert ask(client) == PING
    begin = child.start
    refused: list[Exception] = []

    def start(*arguments: Any, **options: Any) -> Any:
        if len(refused) < 3:
            refused.append(OSError("too many files") if len(refused) < 2 else ValueError("?"))
            raise refused[-1]
        return begin(*arguments, **options)

    monkeypatch.setattr(child, "start", start)
    os.kill(sound.front, signal.SIGKILL)
    assert ask(client) == PING
    assert len(refused) == 3
    assert "no network process: too many files" in sound.said
    assert any("ValueError('?')" in line for line in sound.said)
