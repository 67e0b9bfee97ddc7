from __future__ import annotations

from typing import Any

import pytest

from musicvae.errors import SettingError
from musicvae.models.transport import TransportError, check_address, receive


@pytest.mark.parametrize(
    "address",
    ["https://example.org/a", "http://127.0.0.1:8000/a", "http://[::1]/a", "http://localhost/a"],
)
def test_tls_or_this_machine_is_allowed(address: str) -> None:
    check_address(address)


@pytest.mark.parametrize(
    "address",
    [
        *("http://example.org/a", "http://127.0.0.1.example.org/a", "http://192.168.1.2/a"),
        *("ftp://localhost/a", "file:///etc/passwd", "https://", "http://[::1/a", "data://x"),
    ],
)
def test_everything_else_is_refused(address: str) -> None:
    with pytest.raises(SettingError, match="address is not allowed"):
        receive(address, 10)


def test_what_a_server_has_is_received(server: Any) -> None:
    server.files["/a"] = b"sound"
    server.files["/b"] = "/a"
    assert receive(f"{server.address}/a", 5) == receive(f"{server.address}/b", 5) == b"sound"


def test_a_server_cannot_send_elsewhere_than_we_would_go(server: Any) -> None:
    server.files["/a"] = "http://example.org/a"
    with pytest.raises(SettingError, match=r"not allowed.*example\.org"):
        receive(f"{server.address}/a", 5)


def test_no_more_than_the_size_is_received(server: Any) -> None:
    server.files["/a"] = b"sound" * 100_000
    with pytest.raises(TransportError, match=r"too large.*at most 5 bytes"):
        receive(f"{server.address}/a", 5)


@pytest.mark.parametrize("address", ["/none", ""])
def test_a_server_that_has_it_not_is_an_error(server: Any, address: str) -> None:
    with pytest.raises(TransportError, match="Not Found"):
        receive(f"{server.address}{address}", 5)


def test_no_server_is_an_error(server: Any) -> None:
    with pytest.raises(TransportError, match="cannot be received"):
        receive("http://127.0.0.1:1/a", 5)
