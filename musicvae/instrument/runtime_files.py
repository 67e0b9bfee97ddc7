"""Finds the files of onnxruntime-web, which run a decoder in a browser.

They come with musicvae, packed (``tools/web_runtime.py`` made the archive of the npm package), so
that neither node nor a network is needed. Another version can be given as the folder of the npm
package, or as the archive that ``npm pack`` makes.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import IO

from musicvae.errors import SettingError
from musicvae.files import read_bytes
from musicvae.paths import AnyPath, expand

#: What comes with musicvae: this very version, and nothing else of the package.
SHIPPED = Path(__file__).with_name("onnxruntime-web.tar.xz")
#: The script and the program that it loads, with one thread and without a graphics card.
SCRIPT, PROGRAM = "dist/ort.wasm.bundle.min.mjs", "dist/ort-wasm-simd-threaded.wasm"
#: Files whose names begin so are licences.
LICENCES = ("LICENSE", "ThirdPartyNotices")
#: The largest file that is read, and of an archive the most members that are looked at.
_MOST_BYTES, _MOST_MEMBERS = 2**26, 10_000
_HINT = "npm pack onnxruntime-web, and give the file that it makes"


@dataclass(frozen=True)
class RuntimeFiles:
    """What a page needs of onnxruntime-web.

    Attributes:
        version: such as ``"1.30.0"``.
        script: an ES module.
        program: WebAssembly.
        licences: texts by name.
    """

    version: str
    script: bytes
    program: bytes
    licences: dict[str, bytes]


def runtime_files(place: AnyPath | None = None) -> RuntimeFiles:
    """Read them.

    Args:
        place: folder of the npm package, or the archive of ``npm pack``; ``None`` for the version
            that comes with musicvae.

    Raises:
        SettingError: there is no such package.
        OSError: it cannot be read.
    """
    if place is None:
        return _shipped()
    path = expand(place)
    if not path.exists():
        raise SettingError(f"{str(path)!r} does not exist", expected="onnxruntime-web", hint=_HINT)
    given = _read(path)
    return replace(given, licences=_shipped().licences | given.licences)


@lru_cache(maxsize=1)
def _shipped() -> RuntimeFiles:
    return _read(SHIPPED)


def _read(path: Path) -> RuntimeFiles:
    found = _in_folder(path) if path.is_dir() else _in_archive(path)
    package = _package(found.get("package.json", b""), path)
    absent = [name for name in (SCRIPT, PROGRAM) if name not in found]
    if package.get("name") != "onnxruntime-web" or absent:
        raise SettingError(
            f"{str(path)!r} is not the npm package onnxruntime-web, or not of a version we know",
            expected=f"{SCRIPT} and {PROGRAM} in it",
            received="without " + " and ".join(absent) if absent else str(package.get("name")),
            hint=_HINT,
        )
    own = {name: data for name, data in found.items() if name.startswith(LICENCES)}
    return RuntimeFiles(str(package.get("version", "")), found[SCRIPT], found[PROGRAM], own)


def _package(text: bytes, path: Path) -> dict[str, object]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise SettingError(
            f"{str(path)!r} is no npm package", expected="package.json in it", hint=_HINT
        )
    return value


def _wanted(name: str) -> bool:
    return name in ("package.json", SCRIPT, PROGRAM) or name.startswith(LICENCES)


def _in_folder(folder: Path) -> dict[str, bytes]:
    names = ["package.json", SCRIPT, PROGRAM]
    names += [each.name for each in folder.iterdir() if each.name.startswith(LICENCES)]
    return {name: _limited(folder / name) for name in names if (folder / name).is_file()}


def _limited(file: Path) -> bytes:
    try:
        return read_bytes(file, _MOST_BYTES)
    except ValueError as error:
        raise SettingError(f"{str(file)!r} is too large", received=f"{error}") from None


def _in_archive(path: Path) -> dict[str, bytes]:
    """The files of an archive that are wanted; nothing is unpacked to the disk."""
    found: dict[str, bytes] = {}
    with _opened(path) as members:
        for name, size, file in members:
            if _wanted(name) and size <= _MOST_BYTES:
                found[name] = file.read(size)
    return found


@contextmanager
def _opened(path: Path) -> Iterator[Iterator[tuple[str, int, IO[bytes]]]]:
    try:
        with tarfile.open(path, "r:*") as archive:
            yield _members(archive)
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise SettingError(
            f"{str(path)!r} cannot be unpacked", expected="an archive of npm", received=f"{error}"
        ) from error


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, int, IO[bytes]]]:
    """Name without the folder ``package``, size and contents of each file."""
    for number, member in enumerate(archive):
        file = archive.extractfile(member) if member.isfile() else None
        if number < _MOST_MEMBERS and file is not None:
            yield member.name.removeprefix("package/"), member.size, file
