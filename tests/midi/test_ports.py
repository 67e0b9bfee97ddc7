"""Ports that come and go, behind a door of the test."""

from __future__ import annotations

import asyncio

from musicvae.errors import DeviceError
from musicvae.midi.door import OnBytes, Opened
from musicvae.midi.ports import Port, chosen


class Room:
    """A door to ports that the test plugs in."""

    def __init__(self, *names: str) -> None:
        self.names = [*names]
        self.open_now: list[str] = []
        self.broken = False

    def ports(self) -> list[str]:
        return [*self.names]

    def open(self, name: str, on_bytes: OnBytes) -> Opened:
        if self.broken:
            raise DeviceError(f"the MIDI port {name!r} does not open")
        self.open_now.append(name)
        room = self

        class Closing:
            def close(self) -> None:
                room.open_now.remove(name)

        return Closing()


def test_the_first_port_is_opened_and_opened_again() -> None:
    room, said = Room("Keys 20:0", "Knobs 24:0"), list[str]()
    port = Port(room, "knobs", lambda data: None, said.append)

    async def act() -> None:
        await port.look()
        assert (port.name, room.open_now) == ("Knobs 24:0", ["Knobs 24:0"])
        await port.look()
        room.names.remove("Knobs 24:0")
        await port.look()
        await port.look()
        assert (port.name, room.open_now) == ("", [])
        room.names.append("Knobs 28:0")  # in another socket
        await port.look()
        assert port.name == ""  # it may not be ready
        await port.look()
        assert (port.name, room.open_now) == ("Knobs 28:0", ["Knobs 28:0"])

    asyncio.run(act())
    gone = "MIDI: Knobs 24:0 is gone; it is opened again when it is back"
    assert said == ["MIDI: Knobs 24:0", gone, "MIDI: Knobs 28:0"]


def test_a_port_that_is_not_there_is_waited_for_and_named_once() -> None:
    room, said = Room("Keys"), list[str]()
    port = Port(room, "knobs", lambda data: None, said.append)

    async def act() -> None:
        await port.look()
        await port.look()
        room.names.append("Knobs")
        await port.look()
        await port.look()

    asyncio.run(act())
    waiting = "no MIDI port is called 'knobs'; there are: Keys: waiting for it"
    assert said == [waiting, "MIDI: Knobs"]


def test_a_port_that_does_not_open_is_tried_again() -> None:
    room, said, tried = Room("Keys"), list[str](), list[str]()
    port = Port(room, "", lambda data: None, said.append, tried.append)
    room.broken = True

    async def act() -> None:
        await port.look()
        await port.look()
        room.broken = False
        await port.look()

    asyncio.run(act())
    assert said == ["the MIDI port 'Keys' does not open.", "MIDI: Keys"]
    assert tried == ["Keys"] * 3


def test_it_is_closed_at_the_end() -> None:
    room = Room("Keys")
    port = Port(room, "", lambda data: None, lambda text: None)

    async def act() -> None:
        task = asyncio.create_task(port.run())
        while not room.open_now:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(act())
    assert (port.name, room.open_now) == ("", [])


def test_a_whole_name_comes_before_a_part() -> None:
    assert chosen("A", ["BA", "A"]) == "A"
    assert chosen("a", ["BA", "A"]) == "BA"
    assert chosen("", ["BA", "A"]) == "BA"
    assert chosen("x", ["BA"]) == chosen("", []) == ""
