"""A row of the address table, shown by a made-up address that has one row and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from musicvae.live.commands import readers
from musicvae.live.commands.address import Command, Row, Target
from musicvae.live.commands.arguments import RefusedError, Shape
from musicvae.live.commands.table import AddressTable
from musicvae.live.engine.controls import Controls
from musicvae.live.jobs.presets import PresetJobs
from musicvae.live.network.peers import Peer
from musicvae.live.outputs.clocked import Null
from musicvae.live.storage.presets import Presets
from musicvae.live.table import ADDRESSES

ME = Peer("127.0.0.1", 50_000)

#: Moves the first two latents apart; the whole of what this test adds to the daemon.
SPLIT = Row[Controls](
    "/split",
    "f, -4 to 4",
    "Move the first two latents apart.",
    readers.number(-4, 4),
    deck=True,
    target=Target.CONTROLS,
    apply=lambda controls, c, _: controls.glide_to(controls.manual, (c.number, -c.number)),
    describe=lambda controls: [("", (float(controls.manual.target[0]),))],
    kept=True,
    order=1,
    replaced_by=lambda earlier, later: True,
)


@pytest.fixture
def bench(make_bench: Callable[..., Any], decoder: Any) -> Any:
    decoder.info = dataclasses.replace(decoder.info, latent_space="0123456789abcdef")
    return make_bench(decoder, table=AddressTable((*ADDRESSES, SPLIT)))


def latents(bench: Any, deck: str = "a") -> list[float]:
    """The targets of the latents that are set on a deck."""
    targets: list[float] = bench.engine.decks[deck].voice.controls.manual.target.tolist()
    return targets


def test_one_row_is_parsed_applied_and_asked_for(bench: Any, osc: Callable[..., bytes]) -> None:
    assert bench.answered(osc("/deck/b/split", 0.5)) == []
    assert (latents(bench, "a"), latents(bench, "b")) == ([0, 0, 0], [0.5, -0.5, 0])
    assert bench.answered(osc("/deck/*/spl?t", 1.5)) == []
    assert latents(bench, "a") == latents(bench, "b") == [1.5, -1.5, 0]
    assert bench.happened[-1][1] == [["/deck/a/split", 1.5], ["/deck/b/split", 1.5]]
    assert bench.answered(osc("/get", "/split")) == [("/get.reply", ["/split", 1.5], ME)]
    assert bench.answered(osc("/split", 5.0)) == [
        ("/error", ["/split", "out of range -4 to 4"], ME)
    ]


def test_one_row_is_coalesced(bench: Any, osc: Callable[..., bytes]) -> None:
    for value in (0.25, 0.5, 0.75):
        bench.dispatcher.handle(osc("/split", value), ME, 0.0)
    bench.render()
    assert bench.engine.coalesced == 2
    assert [batch for _, batch in bench.happened] == [[["/deck/a/split", 0.75]]]


@pytest.fixture
def jobs(bench: Any, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Does a job about presets on deck a, while the engine is rendered: ``jobs("save", "x")``."""
    output = Null(bench.engine.sample_rate, block=64)
    output.start(bench.engine.render)
    presets = PresetJobs(bench.handle, Presets(tmp_path))

    def do(name: str, *values: Any) -> None:
        path = "/morph" if name == "morph" else f"/preset/{name}"
        command = ADDRESSES.command(path, "a", "", values)
        getattr(presets, name)(command, lambda *message: None)

    yield do
    output.stop()


def test_one_row_is_kept_by_presets_and_morphed(bench: Any, jobs: Callable[..., None]) -> None:
    handle = bench.handle
    for name, value in (("near", 0.5), ("far", 1.0)):
        handle.apply(handle.table.command("/split", "a", "", (value,)))
        jobs("save", name)
    jobs("load", "near")
    assert latents(bench) == [0.5, -0.5, 0]
    jobs("morph", "near", "far", 0.5)
    assert latents(bench) == [0.75, -0.75, 0]


def test_the_docs_have_a_line_for_it() -> None:
    from musicvae.live import reference

    (line,) = reference._table([SPLIT])[2:]
    assert line == "| `/split` | f, -4 to 4 | Move the first two latents apart. |"


def test_rows_are_told_apart_by_identity_and_shown_by_path() -> None:
    twin = Row[Controls](SPLIT.path, SPLIT.arguments, SPLIT.doc, SPLIT.read)
    assert twin != SPLIT
    assert repr(SPLIT) == repr(twin) == "Address('/split')"


LATENT, ATTRIBUTE, GAIN, LOAD = (
    next(row for row in ADDRESSES if row.path == path)
    for path in ("/latent/<i>", "/attr/<name>", "/gain", "/model/load")
)


def test_a_row_knows_its_placeholder_and_whether_it_is_a_job() -> None:
    assert [row.stem for row in (LATENT, ATTRIBUTE, GAIN)] == ["/latent/", "/attr/", ""]
    assert [row.numbered for row in (LATENT, ATTRIBUTE, GAIN)] == [True, False, False]
    assert [row.is_job for row in (LATENT, GAIN, LOAD)] == [False, False, True]
    shape = Shape(2, ("loudness",))
    assert list(LATENT.valid_keys(shape)) == ["0", "1"]
    assert list(ATTRIBUTE.valid_keys(shape)) == ["loudness"]
    assert list(GAIN.valid_keys(shape)) == []


def test_a_number_or_a_name_that_a_model_lacks_is_refused() -> None:
    shape = Shape(2, ("loudness",))
    LATENT.check_key("1", shape)
    ATTRIBUTE.check_key("loudness", shape)
    with pytest.raises(RefusedError, match="latents 0 to 1"):
        LATENT.check_key("2", shape)
    with pytest.raises(RefusedError, match="attributes are: loudness"):
        ATTRIBUTE.check_key("size", shape)
    with pytest.raises(RefusedError, match="no model"):
        LATENT.check_key("0", Shape())


def test_a_command_is_replaced_only_by_one_to_the_same_address() -> None:
    first = Command(SPLIT, "a", "", (1.0,))
    assert first.is_replaced_by(Command(SPLIT, "a", "", (2.0,)))
    assert not first.is_replaced_by(Command(SPLIT, "b", "", (2.0,)))
    assert not first.is_replaced_by(Command(GAIN, "a", "", (2.0,)))
    gain = Command(GAIN, "a", "", (1.0,))
    assert not gain.is_replaced_by(Command(GAIN, "a", "", (2.0,)))  # no rule: a journal keeps both


def test_a_command_says_where_it_is_sent_and_what_it_holds() -> None:
    command = Command(LATENT, "b", "3", (0.5, 1))
    assert (command.path, command.address) == ("/latent/<i>", "/deck/b/latent/3")
    assert command.message() == ["/deck/b/latent/3", 0.5, 1]
    assert (command.number, command.numbers, command.text, command.on) == (
        0.5,
        (0.5, 1),
        "0.5",
        True,
    )
    assert Command(SPLIT, "", "", (0,)).address == "/split"
