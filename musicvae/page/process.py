"""The process of the page: reads one job, serves until its input ends, and says how it goes.

Each line on standard output is a JSON object: ``{"url": …, "port": …}`` once it listens,
``{"error": …}`` if it cannot, ``{"trouble": …}`` before it ends by a mistake of ours.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from contextlib import AsyncExitStack, ExitStack

from aiohttp import web

from musicvae import child
from musicvae.beside.link import Link
from musicvae.errors import MusicVAEError, PortInUseError
from musicvae.live.network.peers import AllowList
from musicvae.live.network.sockets import listening_pair
from musicvae.live.table import ADDRESSES
from musicvae.page.announcing import announcable, announced
from musicvae.page.hub import Hub
from musicvae.page.job import Job, link_of, own_address
from musicvae.page.server import Server
from musicvae.page.visitors import Visitors


def serve() -> None:
    """Serve the first job on standard input until that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the daemon, which then ends us
    child.step_forward()
    try:
        for line in child.lines():
            values = json.loads(line)
            job = Job(**values | {"allow": tuple(values["allow"])})
            asyncio.run(_serve(job))
    except KeyboardInterrupt:
        return
    except MusicVAEError as error:
        _say(error=str(error))
    except Exception as error:
        _say(trouble=repr(error))
        raise


async def _serve(job: Job) -> None:
    with ExitStack() as opened:
        try:
            sockets = listening_pair(job.bind, job.port, option="--page-port")
        except PortInUseError:
            if not job.spare:
                raise
            sockets = listening_pair(job.bind, 0, option="--page-port")
        for each in sockets:
            opened.callback(each.close)
        port = int(sockets[0].getsockname()[1])
        link = Link(
            job.osc_host,
            job.osc_port,
            lambda packet: hub.hear(packet),
            lambda on: hub.connected(on),
        )
        hub = Hub(ADDRESSES, link.send, job.decks)
        hosts = tuple(str(each.getsockname()[0]) for each in sockets)
        here = (*hosts, own_address())  # by whichever of its addresses this machine opens the link
        visitors = Visitors(AllowList([*job.allow, *here]), job.token)
        async with AsyncExitStack() as stack:
            runner = web.AppRunner(
                Server(hub, visitors, job.osc_port).app(),
                access_log=None,
                shutdown_timeout=0.5,
                handle_signals=False,
            )
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            for each in sockets:
                await web.SockSite(runner, each).start()
            _say(url=link_of(job, port), port=port)
            await stack.enter_async_context(announced(announcable(hosts), port, job.osc_port))
            await link.run()


def _say(**facts: str | int) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()
