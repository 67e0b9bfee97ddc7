"""The private part, with a stand-in; test_jack.py runs it on a real PortAudio."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from typing import Any

import pytest

from musicvae.errors import DeviceError
from musicvae.live.outputs import portaudio_internals
from musicvae.live.outputs.soundcard import SoundCard


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test leaves anything behind that the real PortAudio would be judged by."""
    monkeypatch.setattr(portaudio_internals, "_dead", False)
    monkeypatch.setattr(portaudio_internals, "_abandoned", [])


def test_the_versions_whose_private_names_are_known(machine: Callable[..., Any]) -> None:
    module = machine()
    assert portaudio_internals.is_known(module)
    for version in ("0.6.0", "1.0", "0.50.1", ""):
        module.__version__ = version
        assert not portaudio_internals.is_known(module)
    module.__version__ = "0.5.9"
    del module._lib  # it was renamed
    assert not portaudio_internals.is_known(module)


def test_the_installed_version_is_known() -> None:
    absent: Any = (ImportError, OSError)  # the second: no PortAudio; pytest takes any errors
    sounddevice = pytest.importorskip("sounddevice", exc_type=absent)
    assert portaudio_internals.is_known(sounddevice)


def test_of_an_unknown_version_nothing_private_is_used(
    machine: Callable[..., Any], fakes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered: list[Any] = []
    monkeypatch.setattr(atexit, "register", lambda *call: registered.append(call))
    module = machine(fakes.SPEAKERS)
    module.__version__ = "0.6.0"
    for name in ("_lib", "_ffi", "_libname", "_initialized", "_initialize", "_terminate"):
        delattr(module, name)
    card = SoundCard()  # plays as ever
    card.stop()
    portaudio_internals.refresh(module)
    assert (module.log, registered) == ([], [])
    portaudio_internals.abandon(object())
    with pytest.raises(DeviceError, match=r"version of sounddevice.*0\.5.*0\.6\.0.*restart"):
        portaudio_internals.refresh(module)


def test_the_exit_is_guarded_once_and_leaves_a_dead_portaudio_alone(
    machine: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    registered: list[Any] = []
    monkeypatch.setattr(atexit, "register", lambda *call: registered.append(call))
    module = machine()
    monkeypatch.setattr(portaudio_internals, "_guarded", [])
    portaudio_internals.guard_exit(module)
    portaudio_internals.guard_exit(module)
    ((at_exit, *arguments),) = registered
    at_exit(*arguments)
    assert module._initialized == 1  # alive: sounddevice terminates it
    portaudio_internals.abandon(object())
    at_exit(*arguments)
    assert module._initialized == 0  # dead: sounddevice has nothing to terminate


def test_a_jack_that_does_not_answer_is_as_good_as_dead(
    machine: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = machine()
    loaded: list[Any] = []
    monkeypatch.setattr(portaudio_internals, "_load_second_copy", loaded.append)
    module.query_hostapis = lambda: [{"name": "JACK Audio Connection Kit"}]
    monkeypatch.setattr(portaudio_internals, "jack_answers", lambda: True)
    portaudio_internals.refresh(module)
    assert (loaded, module.log) == ([], ["terminate", "initialize"])
    monkeypatch.setattr(portaudio_internals, "jack_answers", lambda: False)
    portaudio_internals.refresh(module)
    assert (loaded, module.log) == ([module], ["terminate", "initialize"])
