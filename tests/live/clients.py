"""Senders of OSC that hear their answers, and a daemon in a process of its own."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from typing import Any

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder


def build_message(address: str, *values: Any) -> bytes:
    builder = OscMessageBuilder(address=address)
    for value in values:
        if isinstance(value, tuple):
            builder.add_arg(value[0], value[1])
        else:
            builder.add_arg(value)
    return bytes(builder.build().dgram)


def build_bundle(*messages: bytes, when: int = 1) -> bytes:
    parts = (len(message).to_bytes(4, "big") + message for message in messages)
    return b"#bundle\0" + when.to_bytes(8, "big") + b"".join(parts)


class Client:
    """A sender that hears its answers."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(10)
        self.peer = (host, port)

    def send(self, data: bytes) -> None:
        self.socket.sendto(data, self.peer)

    def receive(self) -> tuple[str, list[Any]]:
        message = OscMessage(self.socket.recv(65536))
        return message.address, list(message.params)

    def ask(self, data: bytes, address: str) -> list[Any]:
        """Send, and wait for an answer of this address; others are dropped."""
        self.send(data)
        while True:
            heard, values = self.receive()
            if heard == address:
                return values

    def say(self, *message: Any) -> None:
        """Send one message: ``say("/gain", -6.0)``."""
        self.send(build_message(*message))

    def job(self, *message: Any) -> tuple[str, list[Any], list[tuple[str, list[Any]]]]:
        """Ask for a job: ``/done`` or ``/fail``, its values, and what was heard before it."""
        self.say(*message)
        heard: list[tuple[str, list[Any]]] = []
        while True:
            address, values = self.receive()
            if address in ("/done", "/fail") and values[0] == message[0]:
                return address, values[1:], heard
            heard.append((address, values))

    def done(self, *message: Any) -> list[Any]:
        """Ask for a job that succeeds; what stands behind ``/done ADDRESS``."""
        address, values, _ = self.job(*message)
        assert address == "/done", values
        return values

    def failed(self, *message: Any) -> str:
        """Ask for a job that fails; why it did."""
        address, values, _ = self.job(*message)
        assert address == "/fail", values
        return str(values[0])

    def sync(self) -> None:
        """Wait until all that was asked for has happened."""
        number = time.monotonic_ns() % 2**31
        while self.ask(build_message("/sync", number), "/synced") != [number]:
            pass

    def status(self) -> dict[str, Any]:
        """The fields of ``/status.reply``; asks again where that was too often."""
        self.say("/status")
        while True:
            self.socket.settimeout(0.1)
            try:
                heard, values = self.receive()
            except TimeoutError:
                self.say("/status")
                continue
            finally:
                self.socket.settimeout(10)
            if heard == "/status.reply":
                time.sleep(0.02)  # who asks in a loop has a question left for what comes after it
                return dict(zip(values[::2], values[1::2], strict=True))


class Running:
    """``musicvae live`` in a process of its own, which has said its start-up lines."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.lines: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if line.strip().startswith("stop"):
                break
        found = re.search(r"port (\d+)", "".join(self.lines))
        assert found, self.process.communicate()[1]
        self.port = int(found[1])

    def ended(self) -> tuple[int, str, str]:
        """Exit code, and what it said afterwards."""
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err
