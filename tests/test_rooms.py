"""Each room of the package looks only down, and the front door is light.

Imports cannot be undone in a process, so every question is asked of a fresh interpreter.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

import musicvae

PACKAGE = Path(musicvae.__file__).parent
HEAVY = (
    *("tensorflow", "keras", "onnxruntime", "librosa", "matplotlib"),
    *("sounddevice", "rtmixer", "rich"),
)


def modules() -> list[str]:
    """Every module of the package except its ``__main__``, by dotted name."""
    paths = (path.relative_to(PACKAGE.parent).with_suffix("") for path in PACKAGE.rglob("*.py"))
    names = (".".join(path.parts).removesuffix(".__init__") for path in paths)
    return sorted(name for name in names if not name.endswith("__main__"))


def room(module: str) -> str:
    return [*module.split("."), ""][1]


LIGHT = [name for name in modules() if room(name) != "vae"]


@cache
def loaded_by_each() -> dict[str, list[str]]:
    """What each module outside ``vae`` has in ``sys.modules`` afterwards.

    One process forks a child for each module, so that numpy is started once and not fifty times.
    """
    script = f"""
import json, os, sys
import numpy
found = {{}}
for name in {LIGHT!r}:
    out, into = os.pipe()
    if os.fork() == 0:
        os.close(out)
        try:
            __import__(name)
            answer = sorted(sys.modules)
        except BaseException as error:
            answer = ["FAILED " + repr(error)]
        with os.fdopen(into, "w") as pipe:
            json.dump(answer, pipe)
        os._exit(0)
    os.close(into)
    with os.fdopen(out) as pipe:
        found[name] = json.load(pipe)
    os.wait()
print(json.dumps(found))
"""
    result: dict[str, list[str]] = json.loads(fresh(script))
    return result


def fresh(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


needs_fork = pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")


@needs_fork
@pytest.mark.parametrize("name", LIGHT)
def test_no_module_outside_vae_imports_tensorflow(name: str) -> None:
    loaded = loaded_by_each()[name]
    assert name in loaded, loaded[:1]
    assert not {"tensorflow", "keras"} & set(loaded)


@needs_fork
@pytest.mark.parametrize("name", [name for name in LIGHT if room(name) == "live"])
def test_the_daemon_imports_neither_the_models_nor_the_dataset(name: str) -> None:
    above = {"vae", "data", "cli", "demo"}
    assert not [other for other in loaded_by_each()[name] if ours(other) and room(other) in above]


def ours(module: str) -> bool:
    return module.startswith("musicvae.")


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = set(json.loads(fresh("import json, sys, musicvae; print(json.dumps([*sys.modules]))")))
    assert not {*HEAVY, "numpy", "soundfile"} & loaded
    assert [name for name in loaded if ours(name)] == ["musicvae.version"]


@pytest.mark.parametrize("arguments", [["--help"], ["genres"], ["models"], ["train", "--help"]])
def test_help_and_genres_load_nothing_heavy(arguments: list[str]) -> None:
    script = f"""
import contextlib, io, json, sys
from musicvae.cli.main import main
with contextlib.redirect_stdout(io.StringIO()) as text, contextlib.suppress(SystemExit):
    main({arguments!r})
print(json.dumps([len(text.getvalue()), [name for name in {HEAVY!r} if name in sys.modules]]))
"""
    length, heavy = json.loads(fresh(script))
    assert length > 100
    assert heavy == []


@pytest.mark.parametrize("name", [name for name in musicvae.__all__ if name != "__version__"])
def test_every_public_name_resolves(name: str) -> None:
    home = musicvae._HOMES[name]
    if home.startswith("vae") and find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed")
    value = getattr(musicvae, name)
    assert value is getattr(musicvae, name)
    assert value is getattr(sys.modules[f"musicvae.{home}"], name)


def test_types_and_lazy_names_agree() -> None:
    source = (PACKAGE / "__init__.py").read_text("utf-8")
    for name, home in musicvae._HOMES.items():
        assert f"    from musicvae.{home} import {name} as {name}\n" in source
    assert set(musicvae.__all__) == {"__version__", *musicvae._HOMES}
    assert set(musicvae.__all__) <= set(dir(musicvae))


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        musicvae.trian  # noqa: B018
