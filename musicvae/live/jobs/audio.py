"""Jobs about the sound card: which there are, and moving to another one while sounding."""

from __future__ import annotations

from collections.abc import Mapping

from musicvae.errors import SettingError
from musicvae.live.commands.command import Command, Value
from musicvae.live.jobs.worker import Handler, Say
from musicvae.live.options import Options
from musicvae.live.outputs.output import Output, opener
from musicvae.live.outputs.reconnecting import Reconnecting


class AudioJobs:
    """Lists and switches.

    Args:
        output: that plays.
        options: it was opened with.
    """

    def __init__(self, output: Output, options: Options) -> None:
        self._output = output
        self._ahead = {} if options.ahead_ms is None else {"ahead_ms": options.ahead_ms}

    def handlers(self) -> Mapping[str, Handler]:
        """By path."""
        return {
            "/audio/list": self.list_devices,
            "/audio/device": self.device,
            "/audio/block": self.block,
        }

    def list_devices(self, command: Command, say: Say) -> tuple[Value, ...]:
        """All outputs that there are."""
        from musicvae.live.outputs.devices import outputs

        found = outputs()
        for device in found:
            facts = (device.name, device.channels, device.sample_rate)
            say("/audio/list.reply", device.number, *facts)
        return (len(found),)

    def device(self, command: Command, say: Say) -> tuple[Value, ...]:
        """Another device, at the rate that is rendered."""
        self._switch(str(command.values[0]), self._output.block)
        return command.values

    def block(self, command: Command, say: Say) -> tuple[Value, ...]:
        """The same device with another block."""
        self._switch(self._output.name, int(command.values[0]))
        return command.values

    def _switch(self, device: str, block: int) -> None:
        output = self._output
        if not isinstance(output, Reconnecting):
            raise SettingError("the sound does not go to a device", received=output.name)
        output.switch(
            opener(
                device,
                sample_rate=output.sample_rate,
                channels=output.channels,
                block=block,
                **self._ahead,
            )
        )
