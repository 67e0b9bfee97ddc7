from __future__ import annotations

import socket

import pytest

from musicvae.errors import LiveError, PortInUseError, SettingError
from musicvae.live.network import sockets
from musicvae.live.network.sockets import open_pairs, open_socket, open_sockets


def test_a_port_that_is_taken_names_the_flag() -> None:
    with (
        open_socket("127.0.0.1", 0, guarded=False) as first,
        pytest.raises(PortInUseError, match=r"already.*--port"),
    ):
        open_socket("127.0.0.1", first.getsockname()[1], guarded=False)


def test_the_network_is_not_listened_to_by_accident() -> None:
    with pytest.raises(SettingError, match=r"--bind 0\.0\.0\.0 --allow"):
        open_socket("0.0.0.0", 0, guarded=False)
    with open_socket("0.0.0.0", 0, guarded=True) as listening:
        assert listening.family == socket.AF_INET


def test_addresses_and_ports_that_cannot_be() -> None:
    with pytest.raises(LiveError, match="--bind"):
        open_socket("192.0.2.1", 0, guarded=True)  # TEST-NET-1: of no machine
    with pytest.raises(SettingError, match="65536"):
        open_socket("127.0.0.1", 65536, guarded=False)


def test_both_sockets_listen_on_one_port() -> None:
    datagrams, streams = open_sockets("127.0.0.1", 0, guarded=False)
    with datagrams, streams:
        assert datagrams.getsockname() == streams.getsockname()
        with socket.create_connection(streams.getsockname(), timeout=10):
            pass
        with pytest.raises(PortInUseError, match="UDP port"):
            open_sockets("127.0.0.1", datagrams.getsockname()[1], guarded=False)


def test_a_port_that_is_free_for_udp_only_is_taken() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortInUseError, match=r"TCP port.*--port"):
            open_sockets("127.0.0.1", port, guarded=False)
        with open_socket("127.0.0.1", port, guarded=False):  # nothing was left open
            pass


def test_any_port_means_one_that_is_free_for_both(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    listen = sockets._listen

    def refusing(bind: str, port: int) -> socket.socket:
        tried.append(port)
        if len(tried) < 3:
            raise PortInUseError("taken")
        return listen(bind, port)

    monkeypatch.setattr(sockets, "_listen", refusing)
    datagrams, streams = open_sockets("127.0.0.1", 0, guarded=False)
    with datagrams, streams:
        assert len(tried) == 3
        assert streams.getsockname()[1] == tried[-1]
    monkeypatch.setattr(sockets, "_TRIES", 2)
    tried.clear()
    with pytest.raises(PortInUseError):
        open_sockets("127.0.0.1", 0, guarded=False)


def test_localhost_is_heard_whichever_address_it_is() -> None:
    pairs = open_pairs("127.0.0.1", 0, guarded=False)
    try:
        hosts = [opened.getsockname()[:2] for pair in pairs for opened in pair]
        port = hosts[0][1]
        expected = [("127.0.0.1", port)] * 2
        if has_ipv6():
            expected += [("::1", port)] * 2
        assert hosts == expected
    finally:
        for pair in pairs:
            for opened in pair:
                opened.close()


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_program_on_the_other_address_of_localhost_is_named(kind: int) -> None:
    if not has_ipv6():
        pytest.skip("this machine has no IPv6")
    with socket.socket(socket.AF_INET6, kind) as other:
        other.bind(("::1", 0))
        port = other.getsockname()[1]
        if kind == socket.SOCK_STREAM:
            other.listen()
        with pytest.raises(PortInUseError, match=f"port {port} of ::1 already"):
            open_pairs("127.0.0.1", port, guarded=False)
        with open_socket("127.0.0.1", port, guarded=False):  # nothing was left open
            pass


def test_a_machine_without_ipv6_is_content_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    make = socket.socket

    def refuse(family: int = -1, *arguments: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(97, "Address family not supported by protocol")
        return make(family, *arguments)

    monkeypatch.setattr(socket, "socket", refuse)
    ((datagrams, listening),) = open_pairs("localhost", 0, guarded=False)
    assert datagrams.getsockname() == listening.getsockname()
    datagrams.close()
    listening.close()


@pytest.mark.parametrize("bind", ["127.0.0.2", "::1"])
def test_other_addresses_are_taken_as_they_are(bind: str) -> None:
    try:
        ((datagrams, listening),) = open_pairs(bind, 0, guarded=False)
    except LiveError:
        pytest.skip("this machine has no such address")
    assert datagrams.getsockname()[0] == bind
    datagrams.close()
    listening.close()


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
