"""A registry of models to download: a JSON file with names, sizes, SHA-256 and licences.

It is read only when someone asks for it, by path or address; musicvae knows no address itself.
``docs/models.md`` documents the format.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from musicvae.artifact.reading import MAX_BYTES
from musicvae.errors import MusicVAEError, SettingError, UnknownNameError
from musicvae.files import parse_json_object, read_bytes
from musicvae.models.card import MAX_CARD
from musicvae.models.records import digest, read_record, record, records, text, whole
from musicvae.models.transport import is_address, receive
from musicvae.paths import AnyPath, input_file
from musicvae.similar import did_you_mean

#: The version of the index that is read today.
SCHEMA = 1
#: Bytes of an index, models in it, lists and objects, values.
_MOST_BYTES, _MOST_MODELS, _MOST_LISTS, _MOST_VALUES = 2**20, 1_000, 5_000, 50_000
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")


@dataclass(frozen=True)
class Remote:
    """A file to download.

    Attributes:
        url: its address; one without scheme is relative to that of the index.
        bytes: its size.
        sha256: of the whole file, 64 hex digits.
    """

    url: str = text(2_000)
    bytes: int = whole(1, MAX_BYTES)
    sha256: str = digest(64)


@dataclass(frozen=True)
class Offer:
    """A model that can be downloaded.

    Attributes:
        name: under which it will be found: lower-case letters, digits, ``-`` and ``_``.
        kind: of its artifact: ``"stream"``, ``"clip"`` or ``"encoder"``.
        genre: of its artifact.
        licence: of its artifact.
        artifact: its file.
        card: its card, or ``None``.
        encoder: name of the offer whose encoder makes latents for it, or empty.
        latent_space: of its artifact, 16 hex digits, or empty.
        summary: one sentence, or empty.
    """

    name: str = text(64)
    kind: str = text(16)
    genre: str = text(256)
    licence: str = text(256)
    artifact: Remote = record(Remote, kw_only=True)
    card: Remote | None = record(Remote, default=None)
    encoder: str = text(64, default="")
    latent_space: str = digest(16, default="")
    summary: str = text(256, default="")


@dataclass(frozen=True)
class _Index:
    models: tuple[Offer, ...] = records(Offer, _MOST_MODELS)
    schema: int = whole(1, 10**6, default=SCHEMA)


@dataclass(frozen=True)
class Index:
    """An index that was read.

    Attributes:
        place: its path or address.
        offers: the models, by name.
    """

    place: str
    offers: dict[str, Offer]

    @classmethod
    def read(cls, place: AnyPath) -> Index:
        """Read an index.

        Args:
            place: its path, or its address, which begins with ``https://``; ``http://`` is for
                this machine alone.

        Raises:
            SettingError: it is no index, or a newer musicvae wrote it.
            MusicVAEError: it cannot be read or received.
        """
        address = str(place)
        if is_address(address):
            data = receive(address, _MOST_BYTES)
        else:
            file = input_file(place, "an index of models, or its https:// address")
            address = str(file)
            try:
                data = read_bytes(file, _MOST_BYTES)
            except ValueError as error:
                raise _unreadable(address, str(error)) from error
        return cls(address, _offers(data, address))

    def offer(self, name: str) -> Offer:
        """The offer of a name.

        Raises:
            UnknownNameError: there is none; the message lists those that there are.
        """
        if name not in self.offers:
            raise UnknownNameError(
                f"the index has no model named {name!r:.80}",
                expected=", ".join(sorted(self.offers)[:40]) or "none: the index is empty",
                received=self.place,
                hint=did_you_mean(name, self.offers),
            )
        return self.offers[name]

    def fetch(self, remote: Remote) -> bytes:
        """The bytes of a file of the index, of the right size; what they are is not checked.

        Raises:
            MusicVAEError: it cannot be received, or is larger than the index says.
        """
        if is_address(self.place) or is_address(remote.url):
            base = self.place if is_address(self.place) else ""
            return receive(urljoin(base, remote.url), remote.bytes)
        folder = Path(self.place).absolute().parent
        file = input_file(_below(folder, remote.url), "a file that the index names")
        try:
            return read_bytes(file, remote.bytes)
        except ValueError as error:
            raise SettingError(
                f"{file.name!r} is not the file of the index", received=str(error)
            ) from error


def _offers(data: bytes, place: str) -> dict[str, Offer]:
    try:
        values = parse_json_object(data, _MOST_BYTES, lists=_MOST_LISTS, values=_MOST_VALUES)
        schema = values.get("schema", SCHEMA)
        if isinstance(schema, int) and schema > SCHEMA:
            raise ValueError(f"its schema is {schema!r:.20}: a newer musicvae reads it")
        index = read_record(_Index, values)
        offers = {offer.name: offer for offer in index.models}
        for offer in index.models:
            _check(offer, offers)
        if len(offers) < len(index.models):
            raise ValueError("two models have one name")
    except MusicVAEError:
        raise
    except ValueError as error:
        raise _unreadable(place, str(error)) from error
    return offers


def _check(offer: Offer, offers: dict[str, Offer]) -> None:
    if not _NAME.fullmatch(offer.name):
        raise ValueError(f"{offer.name!r:.80} cannot be a name")
    if offer.kind not in ("stream", "clip", "encoder"):
        raise ValueError(f"{offer.name}: {offer.kind!r} is no kind of artifact")
    if offer.card is not None and offer.card.bytes > MAX_CARD:
        raise ValueError(f"{offer.name}: its card is larger than any card")
    if offer.encoder and (offer.encoder not in offers or offers[offer.encoder].kind != "encoder"):
        raise ValueError(f"{offer.name}: the index has no encoder named {offer.encoder!r:.80}")


def _below(folder: Path, url: str) -> Path:
    """The file of a relative address in the folder of the index, or deeper.

    Raises:
        SettingError: it would be elsewhere.
    """
    file = (folder / url).resolve()
    if not file.is_relative_to(folder.resolve()):
        raise SettingError(
            "an index may name only files in its own folder",
            expected="a relative path, or an https:// address",
            received=f"{url!r:.200}",
        )
    return file


def _unreadable(place: str, reason: str) -> SettingError:
    return SettingError(
        f"{place!r:.200} is no index of models",
        expected="JSON as docs/models.md describes it",
        received=reason,
    )
