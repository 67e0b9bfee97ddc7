from __future__ import annotations

import socket

import pytest

from musicvae.errors import LiveError, PortInUseError, SettingError
from musicvae.live.osc.network import AllowList, is_loopback, open_socket


def test_this_machine_may_always_speak_and_others_must_be_allowed() -> None:
    allowed = AllowList(["192.168.1.0/24", "10.0.0.7", "fd00::/8"])
    for host in ("127.0.0.1", "127.3.2.1", "::1", "192.168.1.9", "10.0.0.7", "fd00::1"):
        assert host in allowed
    assert "::ffff:10.0.0.7" in allowed  # how a dual-stack socket names it
    for host in ("192.168.2.1", "10.0.0.8", "8.8.8.8", "fe80::1%eth0"):
        assert host not in allowed


def test_names_are_looked_up() -> None:
    assert is_loopback("127.0.0.1")
    AllowList(["localhost"])
    with pytest.raises(SettingError, match="no such host"):
        AllowList(["no such host.invalid"])


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
