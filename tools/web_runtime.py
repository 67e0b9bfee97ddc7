"""Packs what the instrument needs of the npm package onnxruntime-web, for musicvae to bring along.

    npm pack onnxruntime-web@1.30.0
    python tools/web_runtime.py onnxruntime-web-1.30.0.tgz

The archive is that of the version below, or refused: its SHA-512 is the one that npm states. The
result is the same, byte for byte, whoever makes it with the same liblzma. The package has no texts
of licences, so those of the distribution onnxruntime, built from the same sources, are added.
"""

from __future__ import annotations

import base64
import hashlib
import io
import lzma
import sys
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

VERSION = "1.30.0"
#: ``npm view onnxruntime-web@1.30.0 dist.integrity``
INTEGRITY = (
    "q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="
)
TARGET = Path(__file__).parents[1] / "musicvae" / "instrument" / "onnxruntime-web.tar.xz"


def wanted(package: bytes) -> dict[str, bytes]:
    """The files of the package that are packed again, by their paths in it.

    Raises:
        SystemExit: it is another version, or was altered.
    """
    from musicvae.instrument.runtime_files import PROGRAM, SCRIPT

    digest = base64.b64encode(hashlib.sha512(package).digest()).decode("ascii")
    if digest != INTEGRITY:
        sys.exit(f"this is not onnxruntime-web {VERSION}: its SHA-512 is {digest}")
    found = {}
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        for name in ("package.json", SCRIPT, PROGRAM):
            file = archive.extractfile(f"package/{name}")
            assert file is not None  # noqa: S101 (it is this version)
            found[name] = file.read()
    return found


def packed(files: Mapping[str, bytes]) -> bytes:
    """An archive, whose bytes follow from the files alone."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return lzma.compress(plain.getvalue(), preset=9 | lzma.PRESET_EXTREME)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the archive."""
    import onnxruntime

    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1:
        sys.exit(__doc__)
    texts = Path(onnxruntime.__file__).parent
    licences = {name: (texts / name).read_bytes() for name in ("LICENSE", "ThirdPartyNotices.txt")}
    data = packed(wanted(Path(given[0]).read_bytes()) | licences)
    TARGET.write_bytes(data)
    print(f"{TARGET.name}: {len(data) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
