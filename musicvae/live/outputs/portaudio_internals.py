"""Makes PortAudio look for devices again and survive a JACK server that died.

Neither sounddevice nor PortAudio offers this, so private names of sounddevice are used, here and
nowhere else:

- PortAudio lists its devices once, when it is initialised. To see a card that was plugged in, it
  must be terminated and initialised again (``_terminate``, ``_initialize``, ``_initialized``).
- When a JACK server dies, PortAudio waits up to ten minutes for its answer in stop, abort, close
  and terminate alike, or ends the process on an assertion. So neither a device stream of that
  server nor that copy of PortAudio may be touched again; a second copy is loaded in its place
  (``_lib``, ``_ffi``, ``_libname``).

With a version of sounddevice whose private names are not known to be the same, none of this is
done: the list of devices stays as it was when the program started, a lost card is tried again only
where that is safe, and everything else works.
"""

from __future__ import annotations

import atexit
import ctypes
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from musicvae.errors import DeviceError

#: Versions of sounddevice with the private names below, tested with 0.5.0 and 0.5.6.
KNOWN_VERSIONS = ("0.5.",)
_NAMES = ("_lib", "_ffi", "_libname", "_initialized", "_initialize", "_terminate")

#: ``JackNoStartServer`` in jack/types.h: ask a server that runs, do not start one.
_NO_START_SERVER = 1
#: Device streams that cannot be closed, and the libraries that run them; kept in memory.
_abandoned: list[object] = []
#: The modules whose exit handler is guarded.
_guarded: list[ModuleType] = []
#: Whether the present copy of PortAudio has a device stream of a server that died.
_dead = False


def is_known(sounddevice: ModuleType) -> bool:
    """Whether this version of sounddevice has the private names that are used here."""
    version = str(getattr(sounddevice, "__version__", ""))
    return version.startswith(KNOWN_VERSIONS) and all(hasattr(sounddevice, n) for n in _NAMES)


def guard_exit(sounddevice: ModuleType) -> None:
    """Keep sounddevice from terminating PortAudio at exit where that would hang or crash."""
    if sounddevice not in _guarded and is_known(sounddevice):
        _guarded.append(sounddevice)
        atexit.register(_skip_termination, sounddevice)  # runs before sounddevice's own handler


def abandon(device_stream: object) -> None:
    """Give up a device stream whose JACK server has died, or whose closing hangs.

    It is neither closed nor freed, and :func:`refresh` leaves its copy of PortAudio behind as well.
    """
    global _dead
    _dead = True
    _abandoned.append(device_stream)


def refresh(sounddevice: ModuleType) -> None:
    """Let PortAudio look for devices again; no device stream may be open but abandoned ones.

    Raises:
        DeviceError: the present PortAudio must not be used again, and this version of sounddevice
            is not known.
        OSError: the second copy cannot be loaded.
        sounddevice.PortAudioError: PortAudio does not start again.
    """
    global _dead
    if not is_known(sounddevice):
        if _dead:
            raise DeviceError(
                "a lost sound card cannot be opened again with this version of sounddevice",
                expected=f"sounddevice {KNOWN_VERSIONS[-1]}x",
                received=str(getattr(sounddevice, "__version__", "unknown")),
                hint="restart musicvae",
            )
        return
    if _must_not_terminate(sounddevice):
        _load_second_copy(sounddevice)
        _dead = False
        return
    while sounddevice._initialized:
        sounddevice._terminate()
    sounddevice._initialize()


def jack_answers() -> bool:
    """Whether a JACK server answers. Without one, terminating PortAudio's JACK part is fatal."""
    with suppress(OSError):
        jack = ctypes.CDLL("libjack.so.0")
        jack.jack_client_open.restype = ctypes.c_void_p
        client = jack.jack_client_open(b"musicvae-probe", _NO_START_SERVER, None)
        return client is not None and jack.jack_client_close(ctypes.c_void_p(client)) == 0
    return False


def _must_not_terminate(sounddevice: ModuleType) -> bool:
    uses_jack = any("JACK" in api["name"] for api in sounddevice.query_hostapis())
    return _dead or (uses_jack and not jack_answers())


def _skip_termination(sounddevice: Any) -> None:
    if sounddevice._initialized and _must_not_terminate(sounddevice):
        sounddevice._initialized = 0


def _load_second_copy(sounddevice: Any) -> None:
    """Load another copy of PortAudio with a state of its own, and use it from now on.

    The earlier copy stays loaded, since its threads may still run.
    """
    library = _loaded_library(sounddevice)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / f"again{len(_abandoned)}{library.suffix}"
        shutil.copyfile(library, copy)
        fresh = sounddevice._ffi.dlopen(str(copy))
    _abandoned.append(sounddevice._lib)
    sounddevice._lib = fresh
    sounddevice._initialized = 0
    sounddevice._initialize()


def _loaded_library(sounddevice: ModuleType) -> Path:
    """The file of the PortAudio that was loaded first."""
    if sys.platform == "linux":
        for line in Path("/proc/self/maps").read_text("utf-8").splitlines():
            path = line.split(maxsplit=5)[-1]
            if "libportaudio" in path and not path.endswith("(deleted)"):
                return Path(path)
    return Path(sounddevice._libname)
