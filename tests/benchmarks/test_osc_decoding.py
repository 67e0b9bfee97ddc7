"""What is compared must be the same, and the daemon's settings must come back."""

from collections.abc import Callable
from types import ModuleType

import pytest

from musicvae.live.osc import packets


@pytest.fixture
def osc_decoding(benchmark: Callable[[str], ModuleType]) -> ModuleType:
    return benchmark("osc_decoding")


def test_all_ways_read_and_write_the_same(osc_decoding: ModuleType) -> None:
    before = dict(vars(packets))
    osc_decoding.check()
    assert dict(vars(packets)) == before


def test_the_tables_have_a_row_for_each_packet_and_reply(osc_decoding: ModuleType) -> None:
    incoming = list(osc_decoding.decoding(rounds=1, seconds=1e-5))
    outgoing = list(osc_decoding.encoding(rounds=1, seconds=1e-5))
    assert len(incoming) == 2 + len(osc_decoding.incoming()) + 1
    assert len(outgoing) == 2 + len(osc_decoding.outgoing())
    assert {line.count("|") for line in incoming} == {len(osc_decoding.WAYS) + 3}
