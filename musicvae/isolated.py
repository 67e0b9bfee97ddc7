"""Imports numba, which librosa brings, without the settings that lie in the current folder.

numba reads ``.numba_config.yaml`` there where PyYAML is installed. The file can name a folder of
compiled functions, which numba would load and run.
"""

from __future__ import annotations

import os
import sys
import warnings


def import_numba() -> None:
    """Import numba if it is not yet; a program that has imported it before decides itself.

    Raises:
        ImportError: it is not installed.
    """
    if "numba" in sys.modules:
        return
    yaml = sys.modules.get("yaml")
    sys.modules["yaml"] = None  # type: ignore[assignment]  # importing it fails
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that the file could not be read
            from numba.core import config

            config._config_fname = os.devnull  # it is looked for again later
    finally:
        if yaml is None:
            del sys.modules["yaml"]
        else:
            sys.modules["yaml"] = yaml
