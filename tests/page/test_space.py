from __future__ import annotations

from typing import Any

import pytest

from musicvae.live.table import ADDRESSES
from musicvae.page.space import Space, changed_path


def described(stage: Any, path: str) -> Any:
    return stage.hub.space.describe(path, stage.hub.mirror.values)


def paths(node: dict[str, Any]) -> set[str]:
    below = (paths(inside) for inside in node.get("CONTENTS", {}).values())
    return {node["FULL_PATH"]}.union(*below)


def test_every_row_is_found_with_its_description(stage: Any) -> None:
    found = paths(described(stage, "/"))
    for row in ADDRESSES:
        for prefix in ("", "/deck/a", "/deck/b") if row.deck else ("",):
            path = prefix + row.path.replace("<i>", "1").replace("<name>", "loudness")
            there = not (row.internal or row.alias) and (
                prefix != "/deck/b" or "<name>" not in path
            )
            there = there and not path.startswith("/deck/b/attr")  # metal has none
            assert (path in found) is there, path
            if there and "<i>" not in row.path:
                assert described(stage, path)["DESCRIPTION"] == row.doc


@pytest.mark.parametrize(
    ("path", "facts"),
    [
        ("/deck/a/gain", ("f", [{"MIN": -96.0, "MAX": 12.0}], 3, [-3.0])),
        ("/gain", ("f", [{"MIN": -96.0, "MAX": 12.0}], 3, [-3.0])),
        ("/deck/a/latent/1", ("f", [{"MIN": -2.0, "MAX": 2.5}], 3, [0.0])),
        (
            "/deck/b/latent",
            ("ff", [{"MIN": -2.0, "MAX": 1.5}, {"MIN": -2.0, "MAX": 2.5}], 3, [0, 0]),
        ),
        ("/latent/norm/2", ("f", [{"MIN": 0.0, "MAX": 1.0}], 2, None)),
        ("/deck/a/play", ("i", [{"MIN": 0, "MAX": 1}], 3, None)),
        ("/panic", ("N", None, 2, None)),
        ("/morph", ("ssf", [None, None, {"MIN": 0.0, "MAX": 1.0}], 2, None)),
        ("/attr/loudness", ("f", [{"MIN": -10.0, "MAX": 10.0}], 3, None)),
    ],
)
def test_types_ranges_access_and_values(stage: Any, path: str, facts: tuple[Any, ...]) -> None:
    node = described(stage, path)
    assert (node["TYPE"], node.get("RANGE"), node["ACCESS"], node.get("VALUE")) == facts


def test_words_are_listed(stage: Any) -> None:
    (allowed,) = described(stage, "/source")["RANGE"]
    assert allowed["VALS"] == ["held", "tape", "walk", "memory", "prior", "input"]


def test_a_latent_is_described_by_what_it_does(stage: Any) -> None:
    assert described(stage, "/latent/0")["DESCRIPTION"] == "louder"
    assert described(stage, "/latent/1")["DESCRIPTION"] == "latent 1"


def test_units_and_jobs_are_marked(stage: Any) -> None:
    assert described(stage, "/glide")["UNIT"] == ["time.ms"]
    assert described(stage, "/preset/load")["CRITICAL"] is True
    assert described(stage, "/tape/rate")["TAGS"] == ["tape"]


def test_lengths_agree(stage: Any) -> None:
    for path in stage.hub.space.nodes:
        node = described(stage, path)
        for name in ("RANGE", "UNIT", "VALUE"):
            assert len(node.get(name, node["TYPE"])) == len(node["TYPE"]), path


def test_containers_have_no_value(stage: Any) -> None:
    node = described(stage, "/deck/a")
    assert (node["ACCESS"], node.get("TYPE")) == (0, None)
    assert described(stage, "/deck/c") is None


def test_an_empty_deck_has_no_latents() -> None:
    space = Space(ADDRESSES, {})
    assert "/deck/a/latent/0" not in space.nodes
    node = space.describe("/latent", {})
    assert node is not None
    assert node["TYPE"] == "f"


def test_without_a_deck_the_first_is_meant(stage: Any) -> None:
    assert stage.hub.space.home("/latent/1") == "/deck/a/latent/1"
    assert (changed_path("a"), changed_path("b")) == ("/", "/deck/b")
