"""Saves and loads presets: states of a deck by name, for the latents they were made with.

A preset is a JSON file with one message a line, at ``FOLDER/<id of the latents>/<name>.json``.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from musicvae.artifact import ArtifactInfo
from musicvae.errors import PresetError, SettingError
from musicvae.files import parse_json_object
from musicvae.live.commands import messages
from musicvae.live.commands.messages import StoredMessage
from musicvae.live.storage import names
from musicvae.live.storage.folders import Folder, OpenFolder
from musicvae.similar import did_you_mean
from musicvae.text import printable

SCHEMA = 1
MAX_BYTES = 2**20
MAX_MESSAGES = 4096
#: For one latent space: a client must not be able to fill the disk.
MAX_PRESETS = 1000
_SUFFIX = ".json"
_LISTED = 12
#: Folders in which a preset of other latents is looked for.
_LOOKED_INTO = 64


class Presets:
    """The presets in a folder.

    The meaning of latents depends on their latent space. So models with the same latent space share
    their presets, and other models refuse them.

    Args:
        folder: folder of all presets; created when the first is saved.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self._folder = Folder(folder)
        self._place = printable(self._folder.path.name)  # not all of it: clients are told

    def names(self, info: ArtifactInfo) -> list[str]:
        """The names of this model's presets, sorted; also of those whose file is damaged.

        Raises:
            SettingError: their folder is a link.
        """
        try:
            with self._folder.opened(_home(info)) as home:
                return _names(home)
        except OSError:  # a folder that is not there is empty
            return []

    def save(
        self, name: str, state: Iterable[StoredMessage], info: ArtifactInfo, model: str
    ) -> Path:
        """Save a state; replaces a preset of the same name.

        Args:
            name: see :func:`musicvae.live.storage.names.checked`.
            state: messages; a ``/deck/<name>`` before an address is removed.
            info: description of the model that plays.
            model: its name, for people.

        Returns:
            The file written.

        Raises:
            SettingError: it is not a bare name, or a link is in the way.
            PresetError: the state has invalid messages, or the file cannot be written.
        """
        bare, identity = names.checked(name, _SUFFIX), _home(info)
        header = {
            "musicvae": "preset",
            "schema": SCHEMA,
            "model": model.encode("utf-8", "replace").decode("utf-8"),
            **_identity(info),
            "latent_dim": info.latent_dim,
            "saved": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        text = _written(header, _checked_state(list(state)))
        try:
            with self._folder.opened(identity, create=True) as home:
                _check_room(home, bare)
                home.replace(f"{bare}{_SUFFIX}", text.encode())
        except OSError as error:
            raise PresetError(
                f"cannot save preset {bare!r}", received=error.strerror or str(error)
            ) from error
        return self.folder / identity / f"{bare}{_SUFFIX}"

    def load(self, name: str, info: ArtifactInfo, model: str) -> list[StoredMessage]:
        """The messages that set a deck to the state of a preset.

        Args:
            name: name of the preset.
            info: description of the model that plays.
            model: its name, for errors.

        Raises:
            SettingError: the name cannot be one, or a link is in the way.
            PresetError: there is no such preset, it is damaged, or it belongs to another model.
        """
        bare, identity = names.checked(name, _SUFFIX), _home(info)
        try:
            with self._folder.opened(identity) as home:
                data = home.read(f"{bare}{_SUFFIX}", MAX_BYTES)
        except (FileNotFoundError, NotADirectoryError):
            raise self._missing(bare, info, model) from None
        except OSError as error:
            raise PresetError(
                f"cannot read preset {bare!r}", received=error.strerror or str(error)
            ) from error
        values = _parsed(data, bare)
        wanted = {**_identity(info), "latent_dim": info.latent_dim}
        if any(values.get(key) != value for key, value in wanted.items()):
            raise _foreign(bare, values, info, model)
        return list(_state(data, bare))

    def delete(self, name: str, info: ArtifactInfo, model: str) -> None:
        """Remove a preset, damaged or not.

        Raises:
            SettingError: the name cannot be one, or a link is in the way.
            PresetError: there is no such preset, or it cannot be removed.
        """
        bare, identity = names.checked(name, _SUFFIX), _home(info)
        try:
            with self._folder.opened(identity) as home:
                home.remove(f"{bare}{_SUFFIX}")
        except (FileNotFoundError, NotADirectoryError):
            raise self._missing(bare, info, model) from None
        except OSError as error:
            raise PresetError(
                f"cannot delete preset {bare!r}", received=error.strerror or str(error)
            ) from error

    def _missing(self, name: str, info: ArtifactInfo, model: str) -> PresetError:
        """The error for a missing preset; says so where another model has one of that name."""
        for identity in self._others(info):
            # A damaged file explains nothing, nor does one that is not there.
            with suppress(PresetError, SettingError, OSError):
                with self._folder.opened(identity) as home:
                    data = home.read(f"{name}{_SUFFIX}", MAX_BYTES)
                return _foreign(name, _parsed(data, name), info, model)
        there = self.names(info)
        more = ", …" if len(there) > _LISTED else ""
        known = ", ".join(there[:_LISTED]) or f"none, since {self._place!r} holds none"
        return PresetError(
            f"there is no preset {name!r} of {model!r}",
            expected=known + more,
            hint=did_you_mean(name, there),
        )

    def _others(self, info: ArtifactInfo) -> list[str]:
        """The names of the folders of some other latents."""
        try:
            with self._folder.opened() as inside:
                return sorted({*inside.names()} - {_home(info)})[:_LOOKED_INTO]
        except OSError:
            return []


def _home(info: ArtifactInfo) -> str:
    """The name of the folder of a model's presets."""
    (identity,) = _identity(info).values()
    return identity[:16]


def _names(home: OpenFolder) -> list[str]:
    """The names of the presets in a folder, sorted."""
    files = (name for name in home.names() if name.endswith(_SUFFIX) and home.is_file(name))
    stems = sorted((name.removesuffix(_SUFFIX) for name in files), key=_sorting)
    return [stem for stem in stems if _is_name(stem)]


def _check_room(home: OpenFolder, name: str) -> None:
    """Refuse a preset that is one too many, or that the file system takes for another one."""
    there = _names(home)
    if name in there:
        return
    if home.is_file(f"{name}{_SUFFIX}"):
        raise PresetError(f"the preset {name!r} would replace one whose name has other capitals")
    if len(there) >= MAX_PRESETS:
        raise PresetError(
            f"there are {MAX_PRESETS} presets of this model already",
            hint="delete some: /preset/delete NAME",
        )


def _identity(info: ArtifactInfo) -> dict[str, str]:
    """The id of the latents: of their latent space, or for a clip of the graph."""
    for key, value in (("latent_space", info.latent_space), ("graph", info.graph_sha256)):
        if re.fullmatch(r"[0-9a-f]{16,64}", value):
            return {key: value}
    raise PresetError(
        "the model has no id for its presets",
        hint="export it again with `musicvae export`",
    )


def _foreign(
    name: str, values: Mapping[str, object], info: ArtifactInfo, model: str
) -> PresetError:
    theirs, ours = (_latents(of) for of in (values, {**_identity(info), **vars(info)}))
    return PresetError(
        f"preset {name!r} was saved with {values.get('model')!r:.80} ({theirs}), whose latents "
        f"have another meaning than those of {model!r} ({ours})"
    )


def _latents(values: Mapping[str, object]) -> str:
    """Describes latents for people, since a model keeps its name when it is trained again."""
    key = "latent_space" if values.get("latent_space") else "graph"
    identity = printable(f"{values.get(key)!s:.8}")
    return f"{values.get('latent_dim')!r:.20} latents of {key} {identity}…"


@lru_cache(maxsize=4)
def _state(data: bytes, name: str) -> tuple[StoredMessage, ...]:
    """The checked messages in the file of a preset; see :func:`_parsed` for the cache."""
    return tuple(_checked_state(_parsed(data, name).get("state"), name))


@lru_cache(maxsize=4)
def _parsed(data: bytes, name: str) -> Mapping[str, object]:
    """The values in the file of a preset; its state is not checked yet.

    The last files are remembered by their content, since a morph under a fader reads the same two
    a hundred times a second.
    """
    try:
        values = parse_json_object(data, MAX_BYTES, lists=2 * MAX_MESSAGES)
    except ValueError as error:
        raise PresetError(
            f"preset {name!r} cannot be read",
            expected=f"JSON of at most {MAX_BYTES} bytes",
            received=f"{error}",
        ) from None
    if values.get("musicvae") != "preset":
        raise PresetError(f"{name + _SUFFIX!r} is no preset", expected='"musicvae": "preset" in it')
    if values.get("schema") != SCHEMA:
        raise PresetError(
            f"preset {name!r} was written by another musicvae",
            expected=f"schema {SCHEMA}",
            received=f"schema {values.get('schema')!r:.40}",
        )
    return values


def _checked_state(state: object, name: str = "") -> list[StoredMessage]:
    where = f"preset {name!r}" if name else "the state"
    if not isinstance(state, list) or len(state) > MAX_MESSAGES:
        raise PresetError(f"{where} has no list of up to {MAX_MESSAGES} messages")
    try:
        return [messages.without_deck(messages.checked(message)) for message in state]
    except ValueError as error:
        raise PresetError(f"{where} has an invalid message", received=f"{error}") from None


def _written(header: Mapping[str, object], state: list[StoredMessage]) -> str:
    """JSON with one message a line. Python writes floats so that the same floats are read."""
    head = json.dumps(header, indent=1, ensure_ascii=False, allow_nan=False)[:-2]
    lines = (json.dumps(message, ensure_ascii=False, allow_nan=False) for message in state)
    text = f'{head},\n "state": [\n  ' + ",\n  ".join(lines) + "\n ]\n}\n"
    if len(text.encode()) > MAX_BYTES:
        raise PresetError("the state is too large for a preset", expected=f"{MAX_BYTES} bytes")
    return text


def _is_name(stem: str) -> bool:
    try:
        return names.checked(stem) == stem
    except SettingError:
        return False


def _sorting(stem: str) -> tuple[str, str]:
    return stem.casefold(), stem
