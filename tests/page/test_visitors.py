from __future__ import annotations

import socket

import pytest

from musicvae.live.network.peers import AllowList
from musicvae.page.visitors import Visitors


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:7702", None),
        ("localhost:7702", "http://localhost:7702"),
        ("127.0.0.1:7702", "http://127.0.0.1:7702"),
        ("[::1]:7702", "http://[::1]:7702"),
        ("192.168.1.5:7702", None),
        (f"{socket.gethostname()}:7702", None),
        ("localhost", None),
    ],
)
def test_this_machine_by_its_names_and_numbers(host: str, origin: str | None) -> None:
    assert Visitors(AllowList()).refusal("127.0.0.1", host, origin) == ""


@pytest.mark.parametrize(
    "host", ["evil.com", "evil.com:7702", "", "localhost.evil.com", "1.2.3.4.nip.io"]
)
def test_no_other_name_leads_here(host: str) -> None:
    assert "name of the host" in Visitors(AllowList()).refusal("127.0.0.1", host, None)


@pytest.mark.parametrize(
    "origin", ["http://evil.com", "null", "https://localhost:7702", "http://localhost:8000", ""]
)
def test_no_other_page_may_ask(origin: str) -> None:
    refused = Visitors(AllowList()).refusal("127.0.0.1", "localhost:7702", origin)
    assert refused == "another page sent this"


def test_hosts_must_be_allowed() -> None:
    visitors = Visitors(AllowList(["192.168.1.0/24"]), "secret")
    assert visitors.refusal("192.168.1.9", "192.168.1.5:7702", None) == ""
    assert "not allowed" in visitors.refusal("192.168.2.9", "192.168.1.5:7702", None)
    assert "not allowed" in visitors.refusal("", "192.168.1.5:7702", None)


def test_elsewhere_a_browser_needs_the_token() -> None:
    visitors = Visitors(AllowList(["192.168.1.0/24"]), "secret")
    assert visitors.knows_token("192.168.1.9", "secret")
    assert not visitors.knows_token("192.168.1.9", "")
    assert not visitors.knows_token("192.168.1.9", "sécret")
    assert visitors.knows_token("127.0.0.1", "")
