from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from musicvae.errors import BrokenPluginError, DuplicateNameError, UnknownNameError
from musicvae.models import READY_MODELS, find, find_all, names


def test_names_are_listed_without_an_import_and_without_opening_a_file(ready_site: Any) -> None:
    ready_site.site.module("fake_lazy", "raise AssertionError('imported too early')")
    ready_site.site.install("lazy", {"jazz": "fake_lazy:JAZZ"}, group=READY_MODELS.group)
    READY_MODELS.refresh()
    ready_site.folder.mkdir()
    (ready_site.folder / "mine.onnx").write_bytes(b"no model")
    assert names() == ["jazz", "mine"]
    assert "fake_lazy" not in sys.modules


def test_a_plugin_and_a_folder_are_one_list(ready_site: Any) -> None:
    package = ready_site.bring("jazz", "my-jazz", encoder=True, card=True)
    mine = ready_site.own("mine")
    jazz, own = find("jazz"), find("mine")
    assert (jazz.source, own.source) == ("my-jazz 1.0", str(mine.parent))
    assert jazz.artifact == package / "models" / "jazz.onnx"
    assert jazz.encoder == package / "models" / "ears.onnx"
    assert jazz.card == package / "models" / "jazz.card.json"
    assert (own.artifact, own.encoder, own.card, own.declared) == (mine, None, None, None)


def test_a_name_in_both_places_is_an_error_that_names_both(ready_site: Any) -> None:
    ready_site.bring("jazz", "my-jazz")
    mine = ready_site.own("jazz")
    with pytest.raises(DuplicateNameError, match=rf"my-jazz 1\.0 and {mine}"):
        find("jazz")
    (record,) = find_all()
    assert record.sources == ("my-jazz 1.0", str(mine.parent))
    assert "more than one model" in str(record.problem)


def test_a_name_that_two_distributions_claim_names_both(ready_site: Any) -> None:
    ready_site.bring("jazz", "first")
    ready_site.bring("jazz", "second")
    with pytest.raises(DuplicateNameError, match=r"first 1\.0 and second 1\.0"):
        find("jazz")


def test_two_files_of_one_name_are_an_error_that_names_both(ready_site: Any) -> None:
    mine = ready_site.own("jazz")
    other = mine.with_suffix(".ONNX")
    shutil.copy(mine, other)
    if len(list(mine.parent.iterdir())) < 2:
        pytest.skip("this file system does not tell capitals from small letters")
    with pytest.raises(DuplicateNameError, match=rf"{other} and {mine}"):
        find("jazz")


def test_an_unknown_name_lists_what_there_is_and_how_to_install(ready_site: Any) -> None:
    with pytest.raises(UnknownNameError, match="none: no ready model is installed") as caught:
        find("jazz")
    assert caught.value.hint == (
        "pip install musicvae-gtzan  (from a checkout: pip install ./plugins/gtzan), "
        f"or put .onnx files into {ready_site.folder}"
    )
    ready_site.bring("metal")
    ready_site.own("mine")
    with pytest.raises(UnknownNameError) as caught:
        find("jaz\x1b")
    assert str(caught.value) == (
        "no ready model named 'jaz?' is installed. Expected: metal, mine. Received: jaz?. "
        "Hint: `musicvae models` lists them; a file is named by its path, with its ending"
    )
    for typed, meant in (("mteal", "metal"), ("mien", "mine")):
        with pytest.raises(UnknownNameError) as caught:
            find(typed)
        assert caught.value.hint == f"did you mean {meant!r}?"


def test_a_file_that_may_be_meant_is_the_hint(
    ready_site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ready_site.own("jazz").parent)
    monkeypatch.setenv("MUSICVAE_MODELS", "elsewhere")
    with pytest.raises(UnknownNameError, match=r"Hint: for the file: jazz\.onnx"):
        find("jazz")


def test_a_half_installed_plugin_is_a_record_and_hides_no_other(ready_site: Any) -> None:
    package = ready_site.bring("jazz", "half", encoder=True)
    ready_site.bring("metal", "whole")
    (package / "models" / "ears.onnx").unlink()
    with pytest.raises(BrokenPluginError, match=r"encoder of the model 'jazz'.*reinstall half"):
        find("jazz")
    half, whole = find_all()
    assert (half.name, half.sources, half.value) == ("jazz", ("half 1.0",), None)
    assert "missing" in str(half.problem)
    assert (whole.name, whole.problem) == ("metal", None)


def test_the_folder_is_read_at_each_request(ready_site: Any) -> None:
    assert names() == []
    path: Path = ready_site.own("late")
    assert names() == ["late"]
    path.rename(path.with_name(".late.onnx"))
    assert names() == []


def test_a_card_beside_an_artifact_is_its_card(ready_site: Any) -> None:
    path = ready_site.own("mine")
    card = ready_site.card(path, "mine").save(path.with_name("mine.card.json"))
    assert find("mine").card == card
