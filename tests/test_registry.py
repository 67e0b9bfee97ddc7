"""Discovery over entry points, with distributions that exist only as files in a folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from musicvae.errors import BrokenPluginError, DuplicateNameError, UnknownNameError
from musicvae.genres import Genre
from musicvae.registry import Registry

BOSSA = 'from musicvae.genres import Genre\nBOSSA = Genre(name="bossa", description="Soft.")\n'
GROUP = "test.genres"


@pytest.fixture
def registry() -> Registry[Genre]:
    return Registry(GROUP, Genre, noun="genre", hint="pip install some-genres", others="list")


def install(site: Any, name: str, entries: dict[str, str], **more: Any) -> Path:
    info: Path = site.install(name, entries, group=GROUP, **more)
    return info


def test_names_are_listed_without_importing(fake_site: Any, registry: Registry[Genre]) -> None:
    fake_site.module("fake_lazy", "raise AssertionError('imported too early')")
    install(fake_site, "lazy", {"zydeco": "fake_lazy:Z", "bossa": "fake_lazy:B"})
    assert registry.names() == ["bossa", "zydeco"]
    assert "bossa" in registry
    assert "polka" not in registry
    assert "fake_lazy" not in sys.modules


def test_it_reads_like_a_dictionary(fake_site: Any, registry: Registry[Genre]) -> None:
    fake_site.module("fake_mapping", BOSSA)
    install(fake_site, "mapping", {"zydeco": "no_such_module:Z", "bossa": "fake_mapping:BOSSA"})
    assert (list(registry), len(registry)) == (["bossa", "zydeco"], 2)
    assert "fake_mapping" not in sys.modules
    assert registry["bossa"] is registry.get("bossa")
    with pytest.raises(KeyError):
        registry["polka"]


def test_a_plugin_is_imported_at_first_use_and_once(
    fake_site: Any, registry: Registry[Genre]
) -> None:
    fake_site.module("fake_once", BOSSA)
    install(fake_site, "once", {"bossa": "fake_once:BOSSA"})
    first = registry.get("bossa")
    assert first.description == "Soft."
    del sys.modules["fake_once"]
    assert registry.get("bossa") is first
    assert "fake_once" not in sys.modules


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import no_such_module_anywhere", "no_such_module_anywhere"),
        ("1 / 0", "ZeroDivisionError"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("def broken(:", "SyntaxError"),
        ("", "has no attribute 'BOSSA'"),
        ("BOSSA = 'a string'", "which is a str"),
        (BOSSA.replace('"bossa"', '"samba"'), "a Genre named 'samba'"),
        (BOSSA.replace('"Soft."', '"", tempo=(9, 1)'), "tempo of 'bossa' is not a range"),
    ],
)
def test_a_broken_plugin_is_a_record_with_its_reason(
    fake_site: Any, registry: Registry[Genre], source: str, reason: str
) -> None:
    fake_site.module("fake_good", BOSSA.replace("bossa", "tango"))
    fake_site.module("fake_broken", source)
    install(fake_site, "good", {"tango": "fake_good:BOSSA"})
    install(fake_site, "broken", {"bossa": "fake_broken:BOSSA"}, version="2.5")
    broken, good = registry.records()
    assert (good.name, good.problem) == ("tango", None)
    assert good.value is registry.get("tango")
    assert (broken.name, broken.distributions, broken.value) == ("bossa", ("broken 2.5",), None)
    assert broken.problem is not None
    assert reason in broken.problem
    with pytest.raises(BrokenPluginError, match=r"broken 2\.5"):
        registry.get("bossa")


def test_a_missing_module_is_named_in_the_advice(fake_site: Any, registry: Registry[Genre]) -> None:
    fake_site.module("fake_needy", "import no_such_module_anywhere")
    install(fake_site, "needy", {"bossa": "fake_needy:BOSSA"})
    with pytest.raises(BrokenPluginError, match="install 'no_such_module_anywhere'"):
        registry.get("bossa")


def test_a_missing_extra_keeps_its_pip_line(fake_site: Any, registry: Registry[Genre]) -> None:
    fake_site.module(
        "fake_extra",
        "from musicvae.errors import MissingExtraError\n"
        "raise MissingExtraError('train', 'TensorFlow', 'training')",
    )
    install(fake_site, "extra", {"bossa": "fake_extra:BOSSA"})
    with pytest.raises(BrokenPluginError, match=r'pip install "musicvae\[train\]"'):
        registry.get("bossa")


def test_a_name_claimed_twice_names_both_distributions(
    fake_site: Any, registry: Registry[Genre]
) -> None:
    fake_site.module("fake_two", BOSSA)
    install(fake_site, "first", {"bossa": "fake_two:BOSSA"})
    install(fake_site, "second", {"bossa": "fake_two:BOSSA"}, version="2.0")
    with pytest.raises(DuplicateNameError, match=r"first 1\.0 and second 2\.0"):
        registry.get("bossa")
    (record,) = registry.records()
    assert record.distributions == ("first 1.0", "second 2.0")
    assert record.value is None


def test_a_hidden_copy_of_a_distribution_is_no_rival(
    fake_site: Any, registry: Registry[Genre], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_site.module("fake_copy", BOSSA)
    install(fake_site, "my_genres", {"bossa": "fake_copy:BOSSA"}, version="2.0")
    hidden = type(fake_site)(tmp_path / "older")
    install(hidden, "my-genres", {"bossa": "fake_copy:BOSSA"}, version="1.0")
    monkeypatch.setattr(sys, "path", [*sys.path, str(hidden.folder)])
    assert registry.get("bossa").name == "bossa"
    (record,) = registry.records()
    assert record.distributions == ("my-genres 2.0",)


def test_torn_metadata_of_somebody_else_hides_nothing(
    fake_site: Any, registry: Registry[Genre]
) -> None:
    fake_site.module("fake_calm", BOSSA)
    install(fake_site, "calm", {"bossa": "fake_calm:BOSSA"})
    torn = install(fake_site, "torn", {})
    (torn / "entry_points.txt").write_text("[half\na line that is no pair", "utf-8")
    (fake_site.folder / "empty-1.0.dist-info").mkdir()
    assert registry.names() == ["bossa"]


def test_an_unknown_name_lists_what_is_there_and_what_to_install(
    fake_site: Any, registry: Registry[Genre]
) -> None:
    with pytest.raises(UnknownNameError, match=r"none: no genre is installed.*some-genres"):
        registry.get("bossa")
    fake_site.module("fake_known", BOSSA)
    install(fake_site, "known", {"bossa": "fake_known:BOSSA"})
    registry.refresh()
    with pytest.raises(UnknownNameError) as caught:
        registry.get("polka")
    assert str(caught.value) == (
        "no genre named 'polka' is installed. Expected: bossa. Received: polka. Hint: list"
    )
    with pytest.raises(UnknownNameError) as caught:
        registry.get("bosa")
    assert caught.value.hint == "did you mean 'bossa'?"


def test_refresh_sees_what_was_installed_meanwhile(
    fake_site: Any, registry: Registry[Genre]
) -> None:
    assert registry.names() == []
    fake_site.module("fake_late", BOSSA)
    install(fake_site, "late", {"bossa": "fake_late:BOSSA"})
    assert registry.names() == []
    registry.refresh()
    assert registry.get("bossa").name == "bossa"
