from __future__ import annotations

import pytest

from musicvae.errors import SettingError
from musicvae.live.network.peers import AllowList, Peer, is_loopback, peer_of


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


def test_a_peer_is_a_host_a_port_and_a_transport() -> None:
    assert peer_of(("10.0.0.7", 9000)) == Peer("10.0.0.7", 9000, "udp")
    assert peer_of(("::1", 9000, 0, 0), "tcp") == Peer("::1", 9000, "tcp")
    assert peer_of(("fe80::1", 9000, 0, 3)).host == "fe80::1%3"  # or no answer could be sent
    assert Peer(*("10.0.0.7", 9000)) == ("10.0.0.7", 9000, "udp")
