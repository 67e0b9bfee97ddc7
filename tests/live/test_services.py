"""Services: processes that take them on, and clients that are answered by them."""

from __future__ import annotations

from typing import Any

import pytest

from musicvae.live.commands.address import Command
from musicvae.live.commands.arguments import RefusedError
from musicvae.live.commands.table import Refusal
from musicvae.live.network.peers import Peer
from musicvae.live.osc.packets import Message
from musicvae.live.services import MAX_OPEN, Services
from musicvae.live.table import ADDRESSES

PROCESS, CLIENT = Peer("127.0.0.1", 1, "tcp"), Peer("127.0.0.1", 2)


def command(address: str, *values: Any) -> Command:
    parsed = ADDRESSES.parse(Message(address, values), {})
    assert not isinstance(parsed, Refusal), parsed
    return parsed[0]


class Told(Services):
    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        super().__init__(lambda peer, *sent: self.told.append((peer, *sent)))
        self.take_on(command("/service", "midi", self.token), PROCESS)


def test_a_question_goes_to_the_process_and_its_answer_back() -> None:
    services = Told()
    assert services.ask("midi", command("/midi/learn", "/gain"), CLIENT) == []
    assert services.told == [(PROCESS, "/service/ask", 1, "/midi/learn", "/gain")]
    services.reply(command("/service/reply", 1, "/midi/list.reply", "/gain", 2.0), PROCESS)
    services.reply(command("/service/reply", 1, "/done", "/midi/learn"), PROCESS)
    services.reply(command("/service/reply", 1, "/done", "/midi/learn"), PROCESS)  # it is over
    assert services.told[1:] == [
        (CLIENT, "/midi/list.reply", "/gain", 2.0),
        (CLIENT, "/done", "/midi/learn"),
    ]


def test_without_the_process_a_question_fails() -> None:
    services = Told()
    services.gone(PROCESS)
    ((fail, address, reason),) = services.ask("midi", command("/midi/list"), CLIENT)
    assert (fail, address) == ("/fail", "/midi/list")
    assert "--midi" in reason


def test_only_a_process_that_was_given_the_token_does_a_service() -> None:
    services = Told()
    for sender, token in ((CLIENT, services.token), (PROCESS, "guess"), (PROCESS, "é")):
        with pytest.raises(RefusedError):
            services.take_on(command("/service", "midi", token), sender)
    with pytest.raises(RefusedError):
        services.reply(command("/service/reply", 1, "/done", "/midi/list"), CLIENT)


def test_questions_of_those_who_are_gone_and_too_many_are_dropped() -> None:
    services = Told()
    services.ask("midi", command("/midi/list"), CLIENT)
    services.gone(CLIENT)
    other = Peer("127.0.0.1", 3)
    for _ in range(MAX_OPEN + 1):
        services.ask("midi", command("/midi/list"), other)
    services.told.clear()
    for number in (1, 2, 3):  # of one who has gone, the oldest of too many, one that is open
        services.reply(command("/service/reply", number, "/done", "/midi/list"), PROCESS)
    assert services.told == [(other, "/done", "/midi/list")]


@pytest.mark.parametrize(
    ("address", "values"),
    [
        ("/service", ("midi",)),
        ("/service/reply", (1,)),
        ("/service/reply", ("one", "/done")),
        ("/midi/learn", ("/gain", 1.0)),
        ("/midi/save", ("mine", "all")),
    ],
)
def test_nonsense_is_refused(address: str, values: tuple[Any, ...]) -> None:
    assert isinstance(ADDRESSES.parse(Message(address, values), {}), Refusal)
