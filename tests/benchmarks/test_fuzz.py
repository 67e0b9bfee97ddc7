"""The fuzzer must find what it is there to find, and find it again."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from musicvae.live.commands import address as commands
from musicvae.live.osc import framing, packets

if TYPE_CHECKING:
    from fuzz_judge import Judge  # of benchmarks/, which only the fixture puts on sys.path

PING = b"/ping\0\0\0,\0\0\0"


@pytest.fixture
def judge(benchmark: Callable[[str], ModuleType]) -> Judge:
    made: Judge = benchmark("fuzz_judge").Judge()
    return made


def test_the_same_seed_makes_the_same_inputs(benchmark: Callable[[str], ModuleType]) -> None:
    make = benchmark("fuzz_inputs").Inputs
    one, two, other = make(7), make(7), make(8)
    assert [one.next() for _ in range(300)] == [two.next() for _ in range(300)]
    assert [one.next() for _ in range(20)] != [other.next() for _ in range(20)]


def test_inputs_get_past_the_first_check_and_are_survived(
    benchmark: Callable[[str], ModuleType], judge: Judge
) -> None:
    inputs = benchmark("fuzz_inputs").Inputs(1)
    for _ in range(2000):
        judge.consider(inputs.next())
    assert judge.failures == {}
    for outcome in ("packets read", "packets refused", "streams refused", "messages refused"):
        assert judge.outcomes[outcome] > 20, outcome
    assert judge.outcomes["commands"] > 100
    assert len(judge.slowest) == 64


def test_what_is_raised_is_found(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(data: bytes) -> list[packets.Message]:
        return [packets.Message("/ping", ())][len(data) - 12 :]

    monkeypatch.setattr(packets, "read", read)
    judge.consider(PING)
    assert judge.failures == {}
    monkeypatch.setattr(packets, "read", lambda data: [][len(data)])
    judge.consider(PING)
    assert judge.outcomes["FAILED"] == 1
    assert any(
        f"FAILED IndexError: list index out of range\n  {PING.hex()}" == line
        for line in judge.report()
    )


def test_a_command_that_reads_back_as_another_is_found(
    judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    gain = b"/gain\0\0\0,f\0\0\0\0\0\0"
    judge.consider(gain)
    assert judge.failures == {}
    monkeypatch.setattr(commands.Command, "message", lambda self: ["/gain", 1.0])
    judge.consider(gain)
    ((_, error),) = judge.failures.values()
    assert "reads back as" in error


def test_a_stream_that_depends_on_its_cuts_is_found(
    judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(framing.Deframer, "_by_end", lambda self, data: iter([data]))
    judge.consider(PING)
    assert "depends on how it is cut" in next(iter(judge.failures))
