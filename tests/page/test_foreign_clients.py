"""OSCQuery as clients read it that nobody here wrote: `oscquery` for node, `python-oscquery`."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Serve = Callable[..., None]
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def node_client(root: Path) -> tuple[str, str]:
    """The command of node, and the client's file; `npm install` in examples/hosts brings it."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    modules = os.environ.get("MUSICVAE_NODE_MODULES") or root / "examples/hosts/node_modules"
    client = Path(modules) / "oscquery" / "dist" / "lib" / "osc_query_discovery.js"
    if not client.exists():
        pytest.skip("oscquery for node is not installed: npm install in examples/hosts")
    return node, str(client.resolve())


def test_node_finds_every_address_with_its_range(
    serve: Serve, stage: Any, node_client: tuple[str, str]
) -> None:
    node, client = node_client
    found: list[Any] = []

    async def test(web: Any) -> None:
        command = [node, str(HERE / "discover.cjs"), client, str(web.port)]
        done = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        found.append(json.loads(done.stdout))

    serve(test)
    (told,) = found
    assert (told["host"]["name"], told["host"]["oscPort"]) == ("musicvae", 7700)
    methods = {method["full_path"]: method for method in told["methods"]}
    space = stage.hub.space
    assert set(methods) == set(space.nodes)
    for path in methods:
        node_of_ours = space.describe(path, stage.hub.mirror.values)
        wanted = methods[path].get("arguments", [])
        assert methods[path]["description"] == node_of_ours["DESCRIPTION"]
        for argument, allowed in zip(wanted, node_of_ours.get("RANGE", []), strict=False):
            given = argument.get("range") or {}
            assert given.get("min") == (allowed or {}).get("MIN"), path
            assert given.get("max") == (allowed or {}).get("MAX"), path


def test_python_reads_values(serve: Serve) -> None:
    reason = "python-oscquery, whose client is tried, is not installed"
    clients = pytest.importorskip("pythonoscquery.osc_query_client", reason=reason)
    from zeroconf import ServiceInfo

    async def test(web: Any) -> None:
        address = [socket.inet_aton("127.0.0.1")]
        kind = "_oscjson._tcp.local."
        service = ServiceInfo(kind, f"musicvae.{kind}", web.port, addresses=address)
        client = clients.OSCQueryClient(service)
        info = await asyncio.to_thread(client.get_host_info)
        assert (info.name, info.osc_port, info.osc_transport) == ("musicvae", 7700, "UDP")
        gain = await asyncio.to_thread(client.query_node, "/deck/a/gain")
        assert (gain.value, int(gain.access)) == ([-3.0], 3)
        assert await asyncio.to_thread(client.query_node, "/deck/c") is None

    serve(test)


def test_it_is_announced_and_found() -> None:
    zeroconf = pytest.importorskip("zeroconf", reason="zeroconf, which announces, is not installed")
    from musicvae.page.announcing import OSC_TYPE, QUERY_TYPE, announced

    found: dict[str, int] = {}

    async def look() -> None:
        from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

        async with announced("127.0.0.1", 7702, 7700) as there:
            if not there:
                pytest.skip("this machine has no multicast on its loopback")
            try:
                listener = AsyncZeroconf(interfaces=["127.0.0.1"])
            except OSError:
                pytest.skip("this machine has no multicast on its loopback")
            for kind in (QUERY_TYPE, OSC_TYPE):
                info = AsyncServiceInfo(kind, f"musicvae 7702.{kind}")
                # Not for long, unless it is known that multicast is heard here.
                if await info.async_request(listener.zeroconf, 60_000 if found else 3000):
                    found[kind] = info.port or 0
            await listener.async_close()

    asyncio.run(look())
    assert zeroconf is not None
    if not found:
        pytest.skip("multicast is not heard on this machine's loopback")
    assert found == {QUERY_TYPE: 7702, OSC_TYPE: 7700}
