"""The distribution musicvae-export, which need not be installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from musicvae.errors import ExportError, MissingExtraError
from musicvae.vae.quiet import is_installed


class MissingExporterError(MissingExtraError, ExportError):
    """The distribution musicvae-export is not installed."""

    def __init__(self, purpose: str) -> None:
        super().__init__("export", "musicvae-export", purpose)
        # It is a distribution, not an extra of musicvae, so the hint differs.
        self.hint = "pip install ./export  (in a checkout of musicvae)"


def check_exporter(purpose: str) -> None:
    """Tell that the exporter is missing, before long work; it is not imported.

    Args:
        purpose: what needs it, such as ``"exporting to ONNX"``.

    Raises:
        MissingExporterError: it is.
    """
    if not is_installed("musicvae_export"):
        raise MissingExporterError(purpose)


def load_exporter(purpose: str, module: str = "musicvae_export") -> Any:
    """Import the exporter, or one of its modules.

    Args:
        purpose: as that of :func:`check_exporter`.
        module: its name.

    Raises:
        MissingExporterError: it is not installed, or something that it needs.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExporterError(purpose) from error
