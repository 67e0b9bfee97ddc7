"""All errors that musicvae raises on purpose, as one tree.

    MusicVAEError
    ├── SettingError (ValueError)        a recipe or an option holds a value that cannot work
    ├── AudioError (ValueError)          one sound cannot be read, written or used
    ├── DataError (ValueError)           a whole folder of sounds cannot be trained on
    ├── LatentError (ValueError)         latents of the wrong shape, or not finite
    ├── StateError (ValueError)          a state that belongs to another model
    ├── TapeError (ValueError)           a tape that cannot be read, or values that no tape can hold
    ├── MemoryBankError (ValueError)     a memory that cannot be read, or that none can be made of
    ├── CardError (ValueError)           a model card that cannot be read or written
    ├── MissingExtraError (ImportError)  an optional part is not installed; has the pip command
    ├── RegistryError                    plug-ins
    │   ├── UnknownNameError (KeyError)  nothing of that name is installed
    │   ├── DuplicateNameError           two distributions claim one name
    │   └── BrokenPluginError            it is installed but does not load
    ├── RunError                         a run folder cannot be created, read or resumed
    │   └── TrainingDivergedError        the loss became NaN or infinite
    ├── ArtifactError (ValueError)       an .onnx file cannot be played
    │   ├── ForeignArtifactError         not an ONNX file, or not from musicvae
    │   ├── CorruptArtifactError         truncated or altered
    │   ├── ArtifactSchemaError          written by a newer musicvae
    │   ├── ArtifactKindError            from musicvae, but of another kind than needed
    │   ├── UnsafeArtifactError          external data or custom operators
    │   └── RunStoppedError              its graph had no end, or the program's came first
    ├── ExportError                      the exporter refuses to write a file
    │   ├── UnsupportedOperatorError     an operator has no ONNX counterpart
    │   └── ParityError                  ONNX and TensorFlow disagree
    └── LiveError                        the daemon
        ├── DeviceError                  no sound card, or not the one asked for
        ├── PortInUseError               another program uses that port already
        ├── PacketError (ValueError)     a datagram that is not well-formed OSC
        ├── PresetError (ValueError)     a preset that cannot be saved or recalled
        ├── MappingError (ValueError)    a mapping of MIDI controls that cannot be read or written
        └── ScoreError (ValueError)      a score that cannot be read or written completely

Each error has four parts: what is wrong, what was expected, what was received, and a hint, the
command or change that helps. ``str(error)`` shows the parts that are known.
"""

from __future__ import annotations


class MusicVAEError(Exception):
    """Base class of all errors above.

    Args:
        what: what is wrong: one sentence without the full stop.
        expected: what would have been accepted.
        received: the value that was received instead; shown with ``repr`` unless it is a string.
        hint: the command or change that helps.
    """

    def __init__(
        self,
        what: str,
        *,
        expected: str | None = None,
        received: object = None,
        hint: str | None = None,
    ) -> None:
        self.what = what
        self.expected = expected
        self.received = received
        self.hint = hint
        super().__init__(what)

    def __str__(self) -> str:
        parts = [f"{self.what}."]
        if self.expected is not None:
            parts.append(f"Expected: {self.expected}.")
        if self.received is not None:
            shown = self.received if isinstance(self.received, str) else repr(self.received)
            parts.append(f"Received: {shown}.")
        if self.hint is not None:
            parts.append(f"Hint: {self.hint}")
        return " ".join(parts)

    def __reduce__(self) -> tuple[object, ...]:
        # Without this, an error that was raised in a worker process could not be unpickled: by
        # default the class is called with ``args`` alone, which some constructors refuse.
        return type(self).__new__, (type(self), *self.args), self.__dict__


class SettingError(MusicVAEError, ValueError):
    """A recipe or an option holds a value that cannot work."""


class AudioError(MusicVAEError, ValueError):
    """One sound cannot be read, written or used."""


class DataError(MusicVAEError, ValueError):
    """A whole folder of sounds cannot be trained on."""


class LatentError(MusicVAEError, ValueError):
    """Latents of the wrong shape, or not finite."""


class StateError(MusicVAEError, ValueError):
    """A state that belongs to another model, or that is not a state at all."""


class TapeError(MusicVAEError, ValueError):
    """A tape that cannot be read, or values that a tape cannot hold."""


class MemoryBankError(MusicVAEError, ValueError):
    """A memory that cannot be read, or sounds that no memory can be made of.

    Not ``MemoryError``, which Python raises where there is no more room.
    """


class CardError(MusicVAEError, ValueError):
    """A model card that cannot be read, or values that no card can hold."""


class MissingExtraError(MusicVAEError, ImportError):
    """An optional part is not installed; the message has the pip command that installs it."""

    def __init__(self, extra: str, package: str, purpose: str) -> None:
        self.extra = extra
        super().__init__(
            f"{purpose} needs {package}, which is not installed",
            hint=f'pip install "musicvae[{extra}]"  (from a checkout: pip install ".[{extra}]")',
        )


class RegistryError(MusicVAEError):
    """Something is wrong with an installed plug-in."""


class UnknownNameError(RegistryError, KeyError):
    """No plug-in of that name is installed."""


class DuplicateNameError(RegistryError):
    """Two distributions claim one name."""


class BrokenPluginError(RegistryError):
    """A plug-in is installed but does not load."""


class RunError(MusicVAEError):
    """A run folder cannot be created, read or resumed."""


class TrainingDivergedError(RunError):
    """The loss became NaN or infinite; the message names the last good checkpoint."""


class ArtifactError(MusicVAEError, ValueError):
    """An ``.onnx`` file cannot be played."""


class ForeignArtifactError(ArtifactError):
    """A file that is not ONNX, or that musicvae did not export."""


class CorruptArtifactError(ArtifactError):
    """A file that was truncated, or altered since it was exported."""


class ArtifactSchemaError(ArtifactError):
    """A file that a newer musicvae wrote."""


class ArtifactKindError(ArtifactError):
    """An artifact of another kind than was needed, such as a stream instead of a clip."""


class UnsafeArtifactError(ArtifactError):
    """An artifact with external data or custom operators, which could read files or run code."""


class RunStoppedError(ArtifactError):
    """A graph did not come to an end, or was still running when the program ended."""


class ExportError(MusicVAEError):
    """The exporter refuses to write a file."""


class UnsupportedOperatorError(ExportError):
    """An operator of the model has no ONNX counterpart."""


class ParityError(ExportError):
    """The ONNX graph and the TensorFlow model disagree."""


class LiveError(MusicVAEError):
    """The daemon cannot start or continue."""


class DeviceError(LiveError):
    """No sound card, or not the one that was asked for."""


class PortInUseError(LiveError):
    """Another program uses that port already."""


class PacketError(LiveError, ValueError):
    """A datagram that is not well-formed OSC."""


class PresetError(LiveError, ValueError):
    """A preset that cannot be saved, found or read, or that belongs to another model."""


class MappingError(LiveError, ValueError):
    """A mapping of MIDI controls that cannot be read or written."""


class ScoreError(LiveError, ValueError):
    """A score that cannot be read, or that cannot be written completely."""
