"""Jobs that list the audio devices, and change the device or its block length while playing."""

from __future__ import annotations

from functools import partial

from musicvae.errors import SettingError
from musicvae.live.commands import readers
from musicvae.live.commands.address import Address, Command, Value
from musicvae.live.jobs.worker import Say
from musicvae.live.limits import BLOCK_RANGE
from musicvae.live.options import Options
from musicvae.live.outputs.output import Output, opener
from musicvae.live.outputs.reconnecting import Reconnecting


class AudioJobs:
    """Lists and changes audio devices.

    Args:
        output: that plays the sound.
        options: that it was opened with.
    """

    def __init__(self, output: Output, options: Options) -> None:
        self._output = output
        self._microphone = options.microphone
        self._ahead = {} if options.ahead_ms is None else {"ahead_ms": options.ahead_ms}

    def list_devices(self, command: Command, say: Say) -> tuple[Value, ...]:
        """List all output devices; returns how many."""
        from musicvae.live.outputs.devices import outputs

        found = outputs()
        for device in found:
            facts = (device.name, device.channels, device.sample_rate)
            say("/audio/list.reply", device.number, *facts)
        return (len(found),)

    def device(self, command: Command, say: Say) -> tuple[Value, ...]:
        """Play through another device, at the engine's sample rate."""
        self._switch(command.text, self._output.block)
        return command.values

    def block(self, command: Command, say: Say) -> tuple[Value, ...]:
        """Reopen the device with another block length, in sample frames."""
        self._switch(self._output.name, int(command.number))
        return command.values

    def _switch(self, device: str, block: int) -> None:
        """Change to a device; raises ``SettingError`` if the output is not a device."""
        output = self._output
        if not isinstance(output, Reconnecting):
            raise SettingError("the sound does not go to a device", received=output.name)
        output.switch(
            opener(
                device,
                sample_rate=output.sample_rate,
                channels=output.channels,
                block=block,
                microphone=self._microphone,
                **self._ahead,
            )
        )


_row = partial(Address, owner=AudioJobs)

AUDIO_ADDRESSES = (
    _row(
        "/audio/list",
        "ignored",
        "Answers `/audio/list.reply` for each device.",
        readers.nothing,
        job=AudioJobs.list_devices,
        question=True,
    ),
    _row(
        "/audio/device",
        "s",
        "Play through another device.",
        readers.word(),
        job=AudioJobs.device,
        by_pattern=False,
    ),
    _row(
        "/audio/block",
        "i, 16 to 8192",
        "Sample frames that the device pulls at once.",
        readers.whole(*BLOCK_RANGE),
        job=AudioJobs.block,
        by_pattern=False,
    ),
)
