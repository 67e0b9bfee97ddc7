"""Measures what the control page adds to the way of a message, and what many pages cost the sound.

    python benchmarks/page.py [--seconds 60] [--pages 4] [--busy 2] | tee page.txt

A daemon plays to nowhere, in real time, with `--page`. First the way there and back (`/ping` to
`/pong`) is timed: over TCP, over the WebSocket of the page from Python, and from Chromium where it
is installed, one question at a time. Then so many pages send 60 messages a second each; the rows
say how often the sound was late, against an equal time of quiet, and what became of the memory from
a fifth of the time, when all are connected, to its end.
With `--busy`, so many processes that compute without a pause run beside all that.
Last, Chromium opens the page: how soon it is seen, whether anything shifts, how much it loads.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from jack_room import status
from page_daemon import playing
from page_paint import print_paints
from probes import write_probe
from processes import cpu_seconds, one_of

from musicvae.live.osc import packets
from musicvae.live.osc.framing import Deframer, Framing, encode
from musicvae.live.osc.replies import message

#: Messages a second of one page, and questions a second.
HAND, ASKED = 60, 20
_IN_PAGE = """async ([count, pause]) => {
  const { decode, encode } = await import("/assets/osc.js");
  const socket = new WebSocket(`ws://${location.host}/`);
  socket.binaryType = "arraybuffer";
  await new Promise((open) => (socket.onopen = open));
  socket.send(JSON.stringify({ COMMAND: "FOLLOW" }));
  await new Promise((heard) => (socket.onmessage = ({ data }) => data.byteLength && heard()));
  const took = [];
  for (let number = 0; number < count; number += 1) {
    const begun = performance.now();
    socket.send(encode("/ping", number));
    await new Promise((heard) => (socket.onmessage = ({ data }) => {
      if (typeof data === "string") return;
      const { address, values } = decode(data);
      if (address === "/pong" && values[0] === number) heard();
    }));
    took.push(performance.now() - begun);
    await new Promise((go) => setTimeout(go, 1000 * pause));
  }
  return took;
}"""


def over_tcp(port: int, count: int) -> list[float]:
    """Milliseconds from each question to its answer, over OSC alone."""
    took = []
    with socket.create_connection(("127.0.0.1", port)) as asking:
        asking.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        deframer = Deframer()
        for number in range(count):
            begun = time.perf_counter()
            asking.sendall(encode(message("/ping", number), Framing.LENGTH))
            while not list(deframer.feed(asking.recv(4096))):
                pass
            took.append(1000 * (time.perf_counter() - begun))
            time.sleep(1 / ASKED)
    return took


async def over_page(url: str, count: int) -> list[float]:
    """The same over the WebSocket of the page."""
    from aiohttp import ClientSession, WSMsgType

    took = []
    async with ClientSession() as session, session.ws_connect(url) as asking:
        await asking.send_json({"COMMAND": "FOLLOW"})
        while (await asking.receive()).type is not WSMsgType.BINARY:
            pass  # the page has not reached the daemon yet
        for number in range(count):
            begun = time.perf_counter()
            await asking.send_bytes(message("/ping", number))
            async for said in asking:
                if said.type is not WSMsgType.BINARY:
                    continue
                (heard,) = packets.read(said.data)
                if (heard.address, heard.arguments) == ("/pong", (number,)):
                    break
            took.append(1000 * (time.perf_counter() - begun))
            await asyncio.sleep(1 / ASKED)
    return took


def in_chromium(url: str, count: int) -> list[float]:
    """The same from a page in Chromium; empty where that, or playwright, is not installed."""
    chromium = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return []
    if chromium is None:
        return []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(url)
        took: list[float] = page.evaluate(_IN_PAGE, [count, 1 / ASKED])
        browser.close()
    return took


async def play(url: str, pages: int, seconds: float) -> int:
    """So many pages send as a hand does, and hear everything; how many messages were sent."""
    from aiohttp import ClientSession

    async def one(session: Any, number: int) -> int:
        async with session.ws_connect(url) as page:
            await page.send_json({"COMMAND": "FOLLOW"})
            hearing = asyncio.create_task(_hear(page))
            begun, sent = time.perf_counter(), 0
            while (now := time.perf_counter() - begun) < seconds:
                await page.send_bytes(message(f"/latent/{number}", float(np.sin(now))))
                sent += 1
                await asyncio.sleep(max(0.0, begun + sent / HAND - time.perf_counter()))
            hearing.cancel()
            return sent

    async with ClientSession() as session:
        playing = (one(session, number) for number in range(pages))
        sent = await asyncio.gather(asyncio.sleep(seconds, 0), *playing)
        return sum(sent)


async def _hear(page: Any) -> None:
    async for _ in page:
        pass


@contextmanager
def busied(count: int) -> Iterator[None]:
    """So many processes that compute, until the end of the block."""
    # Until this process has gone, however it did.
    code = f"import os\nwhile os.getppid() == {os.getpid()}: pass"
    command = [sys.executable, "-c", code]
    busy = [subprocess.Popen(command) for _ in range(count)]
    try:
        yield
    finally:
        for each in busy:
            each.kill()
            each.wait()


def memory(process: int) -> float:
    """Memory of a process in MB."""
    lines = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024


def ways(port: int, url: str, count: int) -> None:
    """Print the table of the way there and back."""
    print("| there and back, ms | p50 | p99 |\n|---|---|---|")
    for name, took in (
        ("OSC over TCP", over_tcp(port, count)),
        ("through the page, from Python", asyncio.run(over_page(url, count))),
        ("through the page, from Chromium", in_chromium(url, count)),
    ):
        if took:
            p50, p99 = np.percentile(took, (50, 99))
            print(f"| {name} | {p50:.2f} | {p99:.2f} |", flush=True)


def floods(port: int, url: str, process: int, pages: int, seconds: float) -> None:
    """Print the table of what many pages do to the sound."""
    page = one_of(process, "page.process")
    if page is None:
        raise SystemExit("the page has ended")

    async def watched(count: int) -> tuple[int, list[float]]:
        sending = asyncio.create_task(play(url, count, seconds))
        await asyncio.sleep(seconds / 5)
        early = [memory(process), memory(page)]
        return await sending, early

    print("\n| who plays | sent | late | load | daemon, MB | page, MB | page, of a core |")
    print("|---|---|---|---|---|---|---|")
    for name, count in (("nobody", 0), (f"{pages} pages", pages)):
        before, spent = status(port)["underruns"], cpu_seconds(page)
        sent, (daemon_early, page_early) = asyncio.run(watched(count))
        now = status(port)
        print(
            f"| {name} | {sent:,} | {now['underruns'] - before} | {100 * now['load']:.0f} % | "
            f"{daemon_early:.1f} → {memory(process):.1f} | {page_early:.1f} → {memory(page):.1f} | "
            f"{100 * (cpu_seconds(page) - spent) / seconds:.1f} % |",
            flush=True,
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--pages", type=int, default=4)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--model", help="a decoder's file or name, in place of a small probe")
    parser.add_argument("--busy", type=int, default=0, help="processes that compute beside it")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        model = options.model or write_probe(Path(folder) / "probe.onnx", latents=16)
        with playing([model], Path(folder)) as daemon, busied(options.busy):
            ways(daemon.port, daemon.url, options.questions)
            floods(daemon.port, daemon.url, daemon.process, options.pages, options.seconds)
            print_paints(daemon.url)


if __name__ == "__main__":
    main()
