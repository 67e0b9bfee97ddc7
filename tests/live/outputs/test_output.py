from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from musicvae.errors import DeviceError
from musicvae.live.outputs.output import choose, list_devices
from musicvae.live.outputs.reconnecting import Reconnecting


def test_no_device_names_the_way_out(machine: Callable[..., Any], fakes: Any) -> None:
    machine(fakes.MICROPHONE)
    with pytest.raises(DeviceError, match=r"no output device is there.*--out take\.wav"):
        choose(None, 16_000)
    assert list_devices() == "no output device is there"


def test_the_card_that_is_chosen_is_found_again_by_its_name(
    machine: Callable[..., Any], fakes: Any
) -> None:
    machine(fakes.SPEAKERS, fakes.HORN, default=1)
    output = choose(None, 16_000, block=64)
    assert isinstance(output, Reconnecting)
    assert (output.name, output.block, output.channels) == ("Horn", 64, 1)
    machine(fakes.HORN, fakes.SPEAKERS, default=1)  # the default is another one now
    again = output._open()
    assert again.name == "Horn"
    again.stop()
    output.stop()
