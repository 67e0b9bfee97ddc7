from __future__ import annotations

import pytest

from musicvae.live.osc.aliases import MAX_ALIASES, Aliases
from musicvae.live.osc.packets import Message


def resolved(aliases: Aliases, address: str) -> str:
    message = Message(address, (0.5,), 77)
    result = aliases.resolve(message)
    assert (result.arguments, result.when) == (message.arguments, message.when)
    return result.address


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("/knob", "/latent"),
        ("/knob/3", "/latent/3"),
        ("/knob/norm/3", "/latent/norm/3"),
        ("/knobs", "/knobs"),
        ("/other/knob", "/other/knob"),
        ("/deck/b/knob", "/deck/b/knob"),
        ("/a/b", "/gain"),
        ("/a/b/c", "/gain/c"),
        ("/a", "/a"),
        ("/latent", "/latent"),
    ],
)
def test_it_stands_for_a_whole_part_of_an_address(sent: str, meant: str) -> None:
    aliases = Aliases()
    aliases.set("/knob", "/latent")
    aliases.set("/a/b", "/gain")
    assert resolved(aliases, sent) == meant


def test_the_longest_alias_counts() -> None:
    aliases = Aliases()
    aliases.set("/a", "/latent")
    aliases.set("/a/b", "/gain")
    assert resolved(aliases, "/a/b") == "/gain"
    assert resolved(aliases, "/a/c") == "/latent/c"


def test_an_alias_leads_to_no_other_and_never_in_a_circle() -> None:
    aliases = Aliases()
    aliases.set("/a", "/b")
    aliases.set("/b", "/a")
    assert resolved(aliases, "/a") == "/b"
    assert resolved(aliases, "/b") == "/a"


def test_it_is_replaced_and_taken_back() -> None:
    aliases = Aliases()
    aliases.set("/a", "/gain")
    aliases.set("/a", "/mute")
    assert resolved(aliases, "/a") == "/mute"
    aliases.set("/a", "/a")
    assert resolved(aliases, "/a") == "/a"
    assert resolved(Aliases(), "/a") == "/a"


def test_one_too_many_is_refused_and_none_is_forgotten() -> None:
    aliases = Aliases()
    assert all(aliases.set(f"/a{number}", "/gain") for number in range(MAX_ALIASES))
    assert not aliases.set("/more", "/gain")
    assert (resolved(aliases, "/a0"), resolved(aliases, "/more")) == ("/gain", "/more")
    assert aliases.set("/a0", "/mute")
    assert aliases.set("/a1", "/a1")
    assert aliases.set("/more", "/gain")
