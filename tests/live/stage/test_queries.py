from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae.artifact import LatentInfo
from musicvae.live.engine.clips import InlineClips
from musicvae.live.engine.engine import Engine
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.stage.loading import Loader
from musicvae.live.stage.queries import get, model_info, model_latents
from musicvae.live.storage.library import Library
from musicvae.live.table import ADDRESSES
from tests.latents.memories import make_memory

RATE = 16_000
#: What each address holds after it was sent these values.
SENT: dict[str, list[Any]] = {
    "/glide": [35.0],
    "/latent": [0.5, -0.25, 1.0, 2.0],
    "/latent/scale": [1.0, 0.5, 2.0, 1.5],
    "/latent/bias": [0.25, 0.5, -0.5, 0.0],
    "/latent/clamp": [-2.0, 3.0],
    "/attr/loudness": [1.5],
    "/walk": [0.5, 2.0],
    "/seed": [-9],
    "/continuity": [2.5],
    "/temperature": [0.5],
    "/region": [0.25, 0.75],
    "/listen": [1],
    "/style": ["odd"],
    "/memory/load": ["jazz"],
    "/memory/place": [0.5],
    "/prior/load": ["jazz"],
    "/variation": [0.75],
    "/lead": [0.5],
    "/adapt": [0.75, 0.25],
    "/tape/load": ["solo"],
    "/tape/rate": [-0.5],
    "/tape/scrub": [0.5],
    "/tape/loop": [0.25, 0.75],
    "/tape/scale": [1.25],
    "/tape/play": [0],
    "/source": ["walk"],
    "/gain": [-4.5],
    "/mute": [1],
    "/play": [1],
    "/freeze": [1],
    "/hold": [1],
    "/crossfade": [0.75],
    "/model/load": ["jazz"],
    "/input/load": ["ears"],
    "/input/listen": [0],
    "/input/gravity": [0.25],
    "/input/gain": [-4.5],
    "/input/gate": [-30.0],
    "/input/hold": [100.0],
    "/input/auto": [0],
    "/input/mix": [0.25],
    "/input/mute": [1],
    "/input/guard": [1],
    "/input/overlap": [1],
}
DECKS_OWN = [
    address for address in SENT if (row := ADDRESSES.row_of(address)) is not None and row.deck
]


@pytest.fixture
def handle(models: Path, prior_artifacts: ModuleType) -> EngineHandle:
    make_memory().save(models / "jazz.memory")
    prior_artifacts.write_prior_artifact(models / "jazz.prior.onnx")
    library = Library([models], models)
    handle = EngineHandle(Engine(RATE), Loader(library, RATE, 2, InlineClips()), ADDRESSES)
    for deck in ("/deck/a", "/deck/b"):
        do(handle, f"{deck}/model/load", "jazz")
    return handle


def do(handle: EngineHandle, *message: Any) -> None:
    command = ADDRESSES.restore(list(message), "a", handle.shapes)
    handle.engine.post(command, payloads=(handle.payload(command),))
    handle.engine.settle()
    handle.engine.render(np.zeros((64, 2), np.float32))


def asked(handle: EngineHandle, address: str) -> Any:
    (answer,) = get(handle, ADDRESSES.command("/get", "", "", (address,)))
    return answer


@pytest.mark.parametrize("address", SENT)
def test_each_address_holds_what_it_was_sent(handle: EngineHandle, address: str) -> None:
    if address.startswith("/tape/"):
        do(handle, "/tape/load", "solo")
    if address.startswith("/memory/"):
        do(handle, "/memory/load", "jazz")
    if address in ("/input/listen", "/input/gravity"):
        do(handle, "/input/load", "ears")
    do(handle, address, *SENT[address])
    if address in ("/tape/scrub", "/memory/place"):  # and it has gone on since
        assert asked(handle, address)[2] == pytest.approx(0.5, abs=0.02)
    else:
        assert asked(handle, address) == ["/get.reply", address, *SENT[address]]


@pytest.mark.parametrize("address", DECKS_OWN)
def test_each_address_of_a_deck_is_that_decks_own(handle: EngineHandle, address: str) -> None:
    if address.startswith("/tape/"):
        do(handle, "/deck/b/tape/load", "solo")
    if address.startswith("/memory/"):
        do(handle, "/deck/b/memory/load", "jazz")
    if address in ("/input/listen", "/input/gravity"):
        do(handle, "/deck/b/input/load", "ears")
    do(handle, f"/deck/b{address}", *SENT[address])
    answer = asked(handle, f"/deck/b{address}")
    assert answer[:2] == ["/get.reply", f"/deck/b{address}"]
    if address not in ("/tape/scrub", "/memory/place", "/model/load"):
        assert answer[2:] == SENT[address]
        assert asked(handle, f"/deck/a{address}")[2:] != SENT[address]


def test_nothing_of_the_table_is_forgotten() -> None:
    described = {row.path for row in ADDRESSES if row.describe is not None}
    held = {"/attr/<name>" if path.startswith("/attr/") else path for path in SENT}
    # Where a deck is on its map is not what it was sent; see test_memory_map.py.
    assert held | {"/latent/<i>", "/map"} == described


def test_one_latent_can_be_asked_for(handle: EngineHandle) -> None:
    do(handle, "/latent", 0.5, -0.25)
    assert asked(handle, "/latent/1") == ["/get.reply", "/latent/1", -0.25]
    assert asked(handle, "/deck/b/latent/1") == ["/get.reply", "/deck/b/latent/1", 0]


@pytest.mark.parametrize(
    "address",
    ["/latent/4", "/latent/x", "/latent/²", "/attr/quux", "/tape/rate", "/quux", "gain", "/ping"],
)
def test_what_holds_nothing_says_so(handle: EngineHandle, address: str) -> None:
    assert asked(handle, address) == ["/fail", "/get", f"{address} holds no value"]


def test_there_are_two_decks(handle: EngineHandle) -> None:
    assert asked(handle, "/deck/c/gain")[2] == "no such deck; there are a, b"
    assert asked(handle, "/deck/") == ["/fail", "/get", "no such deck; there are a, b"]


def facts(handle: EngineHandle, deck: str) -> dict[str, Any]:
    (answer,) = model_info(handle, ADDRESSES.command("/model/info", deck))
    assert answer[:2] == ["/model/info.reply", deck]
    return dict(zip(answer[2::2], answer[3::2], strict=True))


def test_a_model_says_what_it_is(handle: EngineHandle) -> None:
    do(handle, "/deck/b/model/load", "wide")
    assert facts(handle, "a") == {
        "model": "jazz",
        "kind": "stream",
        "genre": "jazz",
        "latents": 4,
        "rate": 16_000,
        "channels": 1,
        "hop": 64,
        "latency_ms": 2.0,
        "latent_space": "0123456789abcdef",
        "attributes": "loudness brightness",
        "licence": "CC0-1.0",
    }
    assert facts(handle, "b")["latents"] == 6
    assert facts(handle, "b")["latency_ms"] > 2.5


def test_each_latent_says_what_it_does(
    handle: EngineHandle, make_stream: Callable[..., Path], models: Path
) -> None:
    latents = [
        LatentInfo(f"latent {index}", 0.0, 1.0, -2.0, 2.0, 0.25, effect)
        for index, effect in enumerate(("bass +8 dB, darker", "wider", "", "little audible"))
    ]
    make_stream("models/told.onnx", latents=tuple(latents))
    do(handle, "/deck/b/model/load", "told")
    assert model_latents(handle, ADDRESSES.command("/model/latents", "b")) == [
        ["/model/latents.reply", "b", 0, 0.25, "bass +8 dB, darker", "latent 0", -2.0, 2.0],
        ["/model/latents.reply", "b", 1, 0.25, "wider", "latent 1", -2.0, 2.0],
        ["/model/latents.reply", "b", 2, 0.25, "", "latent 2", -2.0, 2.0],
        ["/model/latents.reply", "b", 3, 0.25, "little audible", "latent 3", -2.0, 2.0],
        ["/done", "/deck/b/model/latents", 4],
    ]


def test_a_deck_without_a_model_says_so(models: Path) -> None:
    loader = Loader(Library([models], models), RATE, 2, InlineClips())
    handle = EngineHandle(Engine(RATE), loader, ADDRESSES)
    for query in (model_info, model_latents):
        path = f"/{query.__name__.replace('_', '/')}"
        answers = query(handle, ADDRESSES.command(path, "b"))
        assert answers == [["/fail", f"/deck/b{path}", "no model plays on this deck"]]
    (answer,) = get(handle, ADDRESSES.command("/get", "", "", ("/latent",)))
    assert answer == ["/fail", "/get", "/latent holds no value"]
    (answer,) = get(handle, ADDRESSES.command("/get", "", "", ("/gain",)))
    assert answer == ["/get.reply", "/gain", 0.0]
