"""Downloads models of an index into the user's folder; a file gets its name once it is checked."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from musicvae.artifact.reading import check
from musicvae.errors import ArtifactError, DuplicateNameError, SettingError
from musicvae.files import naming, read_bytes, unused_name
from musicvae.models.card import ModelCard
from musicvae.models.folder import CARD_ENDING, ENDING, artifacts, models_folder
from musicvae.models.index import Index, Offer, Remote
from musicvae.models.ready import READY_MODELS


def fetch(name: str, index: Index) -> Iterator[tuple[Path, bool]]:
    """Download a model, and the encoder that makes latents for it.

    Args:
        name: of an offer in the index.
        index: where it is offered.

    Yields:
        Each file, and whether it was downloaded; otherwise it was there already.

    Raises:
        UnknownNameError: the index has no model of that name.
        DuplicateNameError: the name is that of another model; nothing was downloaded.
        SettingError: another file is there, or an address is not allowed.
        ArtifactError: what was received is not what the index says.
        OSError: it cannot be received or written.
    """
    offer = index.offer(name)
    wanted = [index.offer(offer.encoder)] if offer.encoder else []
    for each in (*wanted, offer):
        _refuse_clash(each.name)
    for each in (*wanted, offer):
        yield from _fetch_one(each, index)


def _fetch_one(offer: Offer, index: Index) -> Iterator[tuple[Path, bool]]:
    folder = models_folder()
    file, card = folder / f"{offer.name}{ENDING}", folder / f"{offer.name}{CARD_ENDING}"
    there = _is_there(file, offer.artifact)
    data = read_bytes(file, offer.artifact.bytes) if there else _received(offer.artifact, index)
    _check_artifact(data, offer)
    if offer.card is not None:  # first, so that no artifact is ever without its card
        card_there = _is_there(card, offer.card)
        if not card_there:
            text = _received(offer.card, index)
            ModelCard.parse(text, card.name)
            _write_new(card, text)
        yield card, not card_there
    if not there:
        _write_new(file, data)
    yield file, not there


def _refuse_clash(name: str) -> None:
    """Refuse a name that would stand for two models afterwards."""
    others = [*READY_MODELS.claimants(name)]
    wanted = models_folder() / f"{name}{ENDING}"
    others += [str(file) for file in artifacts().get(name, ()) if file.name != wanted.name]
    if others:
        raise DuplicateNameError(
            f"the name {name!r} is that of an installed model already",
            expected="one model for each name",
            received=" and ".join(others),
            hint=f"uninstall it first, or play it: musicvae live {name}",
        )


def _is_there(file: Path, remote: Remote) -> bool:
    """Whether the very file is there.

    Raises:
        SettingError: another one is.
    """
    if not os.path.lexists(file):
        return False
    with suppress(OSError, ValueError):
        data = read_bytes(file, remote.bytes)
        if hashlib.sha256(data).hexdigest() == remote.sha256:
            return True
    raise SettingError(
        f"{str(file)!r} is there, and is another file",
        expected="no file of that name, or the same",
        hint="move it elsewhere first: nothing is replaced",
    )


def _received(remote: Remote, index: Index) -> bytes:
    """The bytes of a file; their size and SHA-256 are those of the index."""
    data = index.fetch(remote)
    digest = hashlib.sha256(data).hexdigest()
    if (len(data), digest) != (remote.bytes, remote.sha256):
        raise ArtifactError(
            f"what was received from {remote.url!r:.200} is not what the index says",
            expected=f"{remote.bytes} bytes with SHA-256 {remote.sha256}",
            received=f"{len(data)} bytes with {digest}",
            hint="try again; if it stays so, tell who keeps the index",
        )
    return data


def _check_artifact(data: bytes, offer: Offer) -> None:
    """Refuse a file that is no artifact, or another than the index says.

    Raises:
        ArtifactError: it is.
    """
    info = check(data, f"{offer.name}{ENDING}")
    told = {name: getattr(offer, name) for name in ("kind", "genre", "licence", "latent_space")}
    wrong = [
        f"{name} is {getattr(info, name)!r:.60}, not {said!r:.60}"
        for name, said in told.items()
        if said != getattr(info, name)
    ]
    if wrong:
        raise ArtifactError(
            f"the artifact of {offer.name!r} is not what the index says", received="; ".join(wrong)
        )


def _write_new(file: Path, data: bytes) -> None:
    """Write a file whole or not at all, and never over another.

    Raises:
        SettingError: there is one by now.
        OSError: it cannot be written.
    """
    with naming(file):
        _write(file, data)


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = unused_name(file.parent, ".fetching.")
    try:
        with temporary.open("xb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        temporary.chmod(0o644)
        _name(temporary, file)
    except FileExistsError as error:
        raise SettingError(
            f"{str(file)!r} is there by now", expected="no file of that name"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _name(temporary: Path, file: Path) -> None:
    """Give a file its name, which nothing may have; raises ``FileExistsError`` where it has one."""
    try:
        file.hardlink_to(temporary)  # unlike a rename, it never replaces
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):  # a file system without links
        if os.path.lexists(file):
            raise FileExistsError(file) from None
        temporary.rename(file)
