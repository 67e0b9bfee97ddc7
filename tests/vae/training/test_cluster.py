"""What ``TF_CONFIG`` says, and what is wrong with it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from musicvae.errors import SettingError
from musicvae.vae.training.cluster import Cluster


def _cluster(
    monkeypatch: pytest.MonkeyPatch, cluster: Any, kind: str = "worker", index: Any = 0
) -> Cluster:
    config = {"cluster": cluster, "task": {"type": kind, "index": index}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))
    return Cluster.from_environment()


@pytest.mark.parametrize("index", [0, 1, "1"])
def test_a_worker_has_a_place_among_the_workers(
    monkeypatch: pytest.MonkeyPatch, index: Any
) -> None:
    found = _cluster(monkeypatch, {"worker": ["a:1", "b:1"]}, index=index)
    assert found == Cluster(("a:1", "b:1"), int(index))


def test_a_chief_comes_before_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = {"chief": ["a:1"], "worker": ["b:1", "c:1"]}
    assert _cluster(monkeypatch, tasks, "chief") == Cluster(("a:1", "b:1", "c:1"), 0)
    assert _cluster(monkeypatch, tasks, "worker", 1).index == 2


@pytest.mark.parametrize(
    ("cluster", "kind", "index", "reason"),
    [
        ({"worker": ["a:1", "b:1"]}, "worker", 2, "there is no worker 2"),
        ({"worker": ["a:1", "b:1"]}, "worker", -1, "there is no worker -1"),
        ({"worker": ["a:1"]}, "chief", 0, "there is no chief 0"),
        ({"worker": ["a:1"]}, "ps", 0, "ps"),
        ({"worker": "a:1"}, "worker", 0, "no list of addresses"),
        ({"worker": [1]}, "worker", 0, "no list of addresses"),
        ({"worker": ["a:1", "a:1"]}, "worker", 0, "occurs twice"),
        ({"chief": ["a:1", "b:1"]}, "chief", 0, "occurs twice"),
    ],
)
def test_what_cannot_be_is_refused(
    monkeypatch: pytest.MonkeyPatch, cluster: Any, kind: str, index: int, reason: str
) -> None:
    with pytest.raises(SettingError, match="TF_CONFIG") as refused:
        _cluster(monkeypatch, cluster, kind, index)
    assert reason in str(refused.value)
