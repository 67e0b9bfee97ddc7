from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from musicvae.live.commands.arguments import Shape
from musicvae.live.osc import packets
from musicvae.live.osc.replies import message
from musicvae.live.table import ADDRESSES
from musicvae.page.gate import PACKETS_PER_SECOND, QUESTIONS_PER_SECOND, Gate, Shared

SHAPES = {"a": Shape(3, ("loudness",)), "b": Shape()}


@pytest.fixture
def judge() -> Callable[..., Any]:
    gate = Gate(ADDRESSES, Shared())

    def reason(data: bytes, now: float = 0.0) -> str:
        passed = gate.judge(data, SHAPES, now)
        if passed.data is not None:
            assert passed.data == data
            return ""
        if passed.answer is None:
            return "unsaid"
        (answer,) = packets.read(passed.answer)
        assert answer.address == "/error"
        return str(answer.arguments[1])

    return reason


def test_what_suits_the_table_passes(judge: Callable[..., str]) -> None:
    for sent in (("/latent", 0.5), ("/deck/*/gain", -3.0), ("/model/load", "jazz"), ("/panic",)):
        assert judge(message(*sent)) == ""


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (("/nowhere",), "unknown address"),
        (("/latent/3", 0.5), "this model has latents 0 to 2"),
        (("/gain", 13.0), "out of range -96 to 12"),
        (("/deck/b/latent", 0.5), "no model plays on this deck"),
        (("/quit",), "only over OSC"),
        (("/notify", 0), "only over OSC"),
        (("/watch", 0), "only over OSC"),
        (("/spectrum", 0), "only over OSC"),
        (("/replyport", 9), "only over OSC"),
        (("/alias", "/x", "/latent"), "only over OSC"),
    ],
)
def test_the_rest_is_refused_as_over_osc(
    judge: Callable[..., str], sent: tuple[Any, ...], reason: str
) -> None:
    assert reason in judge(message(*sent))


def test_nonsense_is_refused(judge: Callable[..., str]) -> None:
    assert "multiple of 4" in judge(b"abc")
    assert judge(b"abcd") != ""


def test_one_bad_message_refuses_its_bundle(judge: Callable[..., str]) -> None:
    parts = [message("/gain", -3.0), message("/quit")]
    bundle = b"#bundle\0" + (1).to_bytes(8, "big")
    bundle += b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    assert judge(bundle) == "only over OSC"


def test_floods_end_at_the_budget(judge: Callable[..., str]) -> None:
    passed = [judge(message("/latent", 0.5)) for _ in range(PACKETS_PER_SECOND + 20)]
    assert passed.count("") == PACKETS_PER_SECOND
    assert passed.count("too many packets a second") == 5  # the rest is not even answered
    assert judge(message("/latent", 0.5), now=1.0) == ""


def test_questions_have_a_budget_of_their_own(judge: Callable[..., str]) -> None:
    passed = [judge(message("/model/list")) for _ in range(QUESTIONS_PER_SECOND + 1)]
    assert passed == [""] * QUESTIONS_PER_SECOND + ["too many questions a second"]
    assert judge(message("/latent", 0.5)) == ""


def test_clients_together_have_one_too() -> None:
    shared = Shared()
    gates = [Gate(ADDRESSES, shared) for _ in range(6)]
    data = message("/model/list")
    passed = [gate.judge(data, SHAPES, 0.0).data for gate in gates for _ in range(40)]
    assert sum(one is not None for one in passed) == 150
