"""The process of MIDI: reads one job, plays until its input ends, and says how it goes.

What it says is as in ``musicvae/companion.py``; ``{"ready": true}`` once it looks for ports.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from contextlib import suppress
from functools import partial

from musicvae import child
from musicvae.beside.link import Link
from musicvae.errors import MusicVAEError
from musicvae.live.table import ADDRESSES
from musicvae.midi.conversation import Conversation
from musicvae.midi.door import Door, RtMidiDoor
from musicvae.midi.job import Job
from musicvae.midi.ports import Port
from musicvae.midi.storing import Mappings

#: Seconds after which another thread gets its turn. The library's calls us on that of JACK, which
#: must not wait.
_TURN = 0.0005


def serve() -> None:
    """Do the first job on standard input until that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the daemon, which then ends us
    child.step_forward()
    sys.setswitchinterval(_TURN)
    try:
        for line in child.lines():
            asyncio.run(_serve(Job(**json.loads(line)), RtMidiDoor()))
    except KeyboardInterrupt:
        return
    except MusicVAEError as error:
        _say(error=str(error))
    except Exception as error:
        _say(trouble=repr(error))
        raise


def list_ports() -> None:
    """Print the names of the ports as JSON."""
    print(json.dumps(RtMidiDoor().ports()))  # noqa: T201


async def _serve(job: Job, door: Door) -> None:
    loop = asyncio.get_running_loop()
    link = Link(
        job.osc_host,
        job.osc_port,
        lambda packet: talk.hear(packet),
        lambda on: there(on),
        notified=False,
    )
    talk = Conversation(
        ADDRESSES,
        link.send,
        Mappings(job.presets, ADDRESSES),
        partial(_tell, "say"),
        loop.call_later,
        lambda: port.name,
        job.decks,
    )
    begun = False

    def there(on: bool) -> None:
        nonlocal begun
        talk.connected(on, job.token)
        if on and not begun:
            begun = True
            talk.desk.begin(job.file)

    def heard(data: bytes) -> None:
        with suppress(RuntimeError):  # the loop has just been closed
            loop.call_soon_threadsafe(talk.feed, data)

    port = Port(
        door,
        job.port,
        heard,
        partial(_tell, "say"),
        # The library may end this process where a port cannot be opened.
        lambda name: _tell("trouble", f"the last port that it opened: {name}"),
    )
    _say(ready=True)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(link.run())
        tasks.create_task(port.run())


def _tell(kind: str, text: str) -> None:
    _say(**{kind: text})


def _say(**facts: str | bool) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()
