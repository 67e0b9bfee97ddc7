"""Writes the folder of an instrument: the page, the decoders, their memories, and the runtime."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import musicvae.page
from musicvae.errors import SettingError
from musicvae.instrument.describing import check_kind, facts, space
from musicvae.instrument.folder import free_folder, write_folder
from musicvae.instrument.mapping import map_of
from musicvae.instrument.runtime_files import RuntimeFiles, runtime_files
from musicvae.latents.memory import Memory
from musicvae.models import locate
from musicvae.paths import AnyPath
from musicvae.runtime.memories import has_memory, memory_file
from musicvae.version import __version__

_ASSETS = Path(__file__).with_name("assets")
#: What the page has in common with the control page.
_SHARED = (
    "base.css", "controls.css", "controls.js", "dom.js", "fader.js", "icon.svg", "pad.js",
    "scale.js", "store.js",
)  # fmt: skip
#: These lie at the top, since a service worker serves what is below it.
_TOP = ("index.html", "sw.js")
#: Lines of the control page's index.html, and where the instrument's wants them.
_SCREEN, _SCREEN_PLACE = (
    rb"(?s) *<!-- the screen -->\n(.*?) *<!-- /the screen -->\n",
    b"    <!-- the screen, as of the control page -->\n",
)
_SCRIPT, _PROGRAM = "runtime/onnxruntime.js", "runtime/onnxruntime.wasm.gz"


@dataclass(frozen=True)
class Written:
    """An instrument that was written.

    Attributes:
        folder: where.
        sizes: bytes of each part: the page, the runtime, and each model by its name.
        runtime: version of onnxruntime-web.
    """

    folder: Path
    sizes: Mapping[str, int]
    runtime: str


def write_instrument(
    models: Sequence[AnyPath], out: AnyPath, runtime: AnyPath | None = None
) -> Written:
    """Write a static folder in which a browser plays models.

    Args:
        models: names of ready models, or paths of stream artifacts; each once.
        out: the folder; one that this function wrote is replaced as a whole.
        runtime: the npm package onnxruntime-web, a folder or an archive; ``None`` for the version
            that comes with musicvae.

    Raises:
        SettingError: the folder is in use for something else, or a model is named twice, or there
            is no such runtime.
        ArtifactError: a model cannot be played, or is no stream.
        MemoryBankError: its memory is damaged, or not that of its card.
        LatentError: its memory was made with another encoder.
        RegistryError: there is no ready model of that name, or it cannot be used.
        OSError: the folder cannot be written; then what was there is there still.
    """
    folder = free_folder(out)
    files: dict[str, dict[str, bytes]] = {}
    described = []
    for given in models:
        name, model, parts = _model(given)
        if name in files:
            raise SettingError("a model is named twice", expected="each once", received=name)
        files[name] = parts
        described.append(model)
    run = runtime_files(runtime)
    index = {
        "version": __version__,
        "runtime": {"script": _SCRIPT, "wasm": _PROGRAM, "version": run.version},
        "models": described,
    }
    page = _page(index)
    groups = {"page": page, "onnxruntime-web": _runtime(run), **files}
    whole = {path: data for group in groups.values() for path, data in group.items()}
    page["sw.js"] = whole["sw.js"] = _kept(whole) + page["sw.js"]
    write_folder(folder, whole)
    sizes = {name: sum(map(len, group.values())) for name, group in groups.items()}
    return Written(folder, sizes, run.version)


def _model(given: AnyPath) -> tuple[str, dict[str, Any], dict[str, bytes]]:
    """Name, description and files of a model."""
    place = locate(given)
    data, info = place.load()
    name = place.path.stem if place.model is None else place.model.name
    check_kind(name, info)
    files = {f"models/{name}.onnx": data}
    described: dict[str, Any] = {
        "name": name,
        "licence": info.licence,
        "file": f"models/{name}.onnx",
    }
    if has_memory(given):
        path = memory_file(given)
        memory = Memory.load(path)
        memory.check_space(info.latent_space, info.latent_dim)
        files |= {f"models/{name}.memory": path.read_bytes(), f"models/{name}.map": map_of(memory)}
        described |= {"memory": f"models/{name}.memory", "map": f"models/{name}.map"}
        described["music"] = {"licence": memory.header.licence, "source": memory.header.source}
    described |= {"info": facts(info), "space": space(info, "memory" in described)}
    return name, described, files


def _page(index: dict[str, Any]) -> dict[str, bytes]:
    shared = Path(musicvae.page.__file__).with_name("assets")
    files = {f"page/{name}": (shared / name).read_bytes() for name in _SHARED}
    for path in _ASSETS.rglob("*.*"):
        inside = path.relative_to(_ASSETS).as_posix()
        if path.name != "package.json":  # for node, which tests the scripts
            files[inside if inside in _TOP else f"instrument/{inside}"] = path.read_bytes()
    (screen,) = re.findall(_SCREEN, (shared / "index.html").read_bytes())
    files["index.html"] = files["index.html"].replace(_SCREEN_PLACE, screen)
    names = ", ".join(model["name"] for model in index["models"])
    manifest = {
        "name": f"musicvae: {names}",
        "short_name": "musicvae",
        "start_url": ".",
        "display": "standalone",
        "background_color": "#0b0c0f",
        "theme_color": "#0b0c0f",
        "icons": [{"src": "page/icon.svg", "sizes": "any", "type": "image/svg+xml"}],
    }
    files["manifest.webmanifest"] = json.dumps(manifest).encode("utf-8")
    files["instrument.json"] = json.dumps(index, ensure_ascii=False).encode("utf-8")
    return files


def _runtime(run: RuntimeFiles) -> dict[str, bytes]:
    """The files of the runtime; the program is packed, since not every host packs what it sends."""
    texts = {f"runtime/{name}": data for name, data in run.licences.items()}
    return {_SCRIPT: run.script, _PROGRAM: _packed(run.program), **texts}


@lru_cache(maxsize=1)
def _packed(program: bytes) -> bytes:
    return gzip.compress(program, 9, mtime=0)


def _kept(files: Mapping[str, bytes]) -> bytes:
    """The first lines of the service worker: what it keeps, and the version of all that."""
    digest = hashlib.sha256()
    for path, data in sorted(files.items()):
        digest.update(f"{path} {len(data)} ".encode() + hashlib.sha256(data).digest())
    kept = [path for path in sorted(files) if path != "sw.js" and not _is_licence(path)]
    names = json.dumps([".", *kept])
    return f'const VERSION = "{digest.hexdigest()[:16]}";\nconst FILES = {names};\n\n'.encode()


def _is_licence(path: str) -> bool:
    return path.startswith("runtime/") and path not in (_SCRIPT, _PROGRAM)
