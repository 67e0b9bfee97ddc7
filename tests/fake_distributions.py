"""A folder on sys.path that looks as if pip had installed distributions there."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


class FakeSite:
    """A stand-in for site-packages.

    Args:
        folder: where its files go; on ``sys.path`` while :meth:`active`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def install(
        self,
        name: str,
        entries: Mapping[str, str],
        *,
        group: str = "musicvae.genres",
        version: str = "1.0",
    ) -> Path:
        """Write the ``dist-info`` folder of a distribution with these entry points."""
        info = self.folder / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", "utf-8"
        )
        lines = [f"{key} = {value}" for key, value in entries.items()]
        (info / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines, ""]), "utf-8")
        return info

    def module(self, name: str, source: str) -> None:
        """Write an importable module."""
        (self.folder / f"{name}.py").write_text(source, "utf-8")

    @contextmanager
    def active(self) -> Iterator[FakeSite]:
        """Put the folder first on ``sys.path``; forget its modules afterwards."""
        sys.path.insert(0, str(self.folder))
        try:
            yield self
        finally:
            sys.path.remove(str(self.folder))
            for name, module in list(sys.modules.items()):
                if str(getattr(module, "__file__", None) or "").startswith(str(self.folder)):
                    del sys.modules[name]
