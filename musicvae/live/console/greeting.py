"""Writes the start-up lines of the daemon: what plays, where, and what to send to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from musicvae.artifact import ArtifactInfo
from musicvae.live.inputs.input import Input
from musicvae.live.parts import Parts
from musicvae.text import printable

#: Names in one line; more would push the example off the screen.
_MAX_NAMES = 16
#: Latents whose effect, or share of the variance, is shown.
_SHARES = 6
_EXAMPLE = (0.5, -1.2, 0.4, 2.0)


def lines(parts: Parts) -> list[str]:
    """The start-up lines, for people."""
    options, output, voice = parts.options, parts.output, parts.first_voice
    info = voice.controls.info
    playable = parts.repertoire.library.playable()
    others = {name: space for name, space in playable.items() if name != voice.name}
    loaded = _loaded(parts)
    idle = [printable(name) for name in others if name not in loaded.values()]
    hosts, decks = tuple(options.allow), tuple(parts.engine.decks)
    who = f"this machine and {', '.join(hosts)}" if hosts else "this machine only"
    facts = [
        ("model", f"{printable(voice.name)}: {what(info, voice.name)}{_relatives(info, others)}"),
        *[(f"deck {deck}", printable(name)) for deck, name in loaded.items()],
        *_others(idle, decks),
        *([("decks", _decks(decks))] if len(decks) > 2 else []),
        (
            "sound",
            f"{printable(output.name)}: {output.sample_rate} Hz, {output.channels} channel(s), "
            f"blocks of {output.block} frames ({output.block / output.sample_rate * 1000:.1f} ms)"
            f"{_callback(parts)}",
        ),
        *([] if parts.input is None else [("input", _input(parts.input, parts))]),
        ("listening", f"OSC over UDP and TCP, {_where(parts)}, {who}"),
        ("latents", _names(info)),
        *([("attributes", _attributes(info))] if info.attributes else []),
        ("try", example(info.latent_dim, options.bind, parts.port)),
        ("stop", "Ctrl-C"),
    ]
    return [f"{name:>10}  {fact}" for name, fact in facts]


def _loaded(parts: Parts) -> dict[str, str]:
    """The models on other decks than the first, by deck."""
    _, *others = parts.engine.decks.items()
    return {name: deck.voice.name for name, deck in others if deck.voice is not None}


def what(info: ArtifactInfo, name: str = "") -> str:
    """Describes a model in half a line; its genre only where the model is not called so."""
    genre = [] if info.genre == name else [printable(info.genre)]
    length = (
        f"latency {info.latency / info.sample_rate * 1000:.1f} ms"
        if info.kind == "stream"
        else f"loops of {info.seconds:.2f} s"
    )
    rate = f"{info.sample_rate:,}".replace(",", " ")
    sound = f"{rate} Hz {'mono' if info.channels == 1 else 'stereo'}"
    return ", ".join([*genre, f"{info.latent_dim} latents", sound, length])


def example(latent_dim: int, bind: str, port: int) -> str:
    """A command line to copy, which changes the sound."""
    values = _EXAMPLE[:latent_dim]
    host = "localhost" if bind in ("127.0.0.1", "0.0.0.0", "::") else bind
    return f"oscsend {host} {port} /latent {'f' * len(values)} {' '.join(map(str, values))}"


def _relatives(info: ArtifactInfo, others: Mapping[str, str]) -> str:
    """How many other models give the same meaning to its latents; nothing if none does."""
    count = list(others.values()).count(info.latent_space) if info.latent_space else 0
    return f"; shares one latent space with {count} other{'s' * (count > 1)}" if count else ""


def _decks(names: Sequence[str]) -> str:
    """Which decks there are, and what those want that are silent at first."""
    return f"{names[0]} to {names[-1]}: /deck/{names[2]}/play 1, /deck/{names[2]}/gain, /decks"


def _others(names: Sequence[str], decks: Sequence[str]) -> list[tuple[str, str]]:
    """Which models can be loaded, too."""
    if not names:
        return []
    more = f", and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    how = ", ".join(["/model/load", *(f"/deck/{deck}/model/load" for deck in decks[1:2])])
    return [("also", f"{', '.join(names[:_MAX_NAMES])}{more}: {how}")]


def _where(parts: Parts) -> str:
    """The addresses on which it listens, and their port."""
    first, *others = parts.hosts
    return ", also ".join([f"{first} port {parts.port}", *others])


def _input(heard: Input, parts: Parts) -> str:
    """What is heard, and by whom where not by all; what feeds back is heard with headphones."""
    voices = {name: deck.voice for name, deck in parts.engine.decks.items() if deck.voice}
    hears = [name for name, voice in voices.items() if voice.controls.sources["input"].ready]
    whom = f", heard by deck {' and '.join(hears)}" if len(hears) < len(voices) else ""
    hint = "; headphones keep it from hearing the model" if heard.feeds_back else ""
    return f"{printable(heard.state)}{whom}: /input/gain, /input/gate, /input/mix{hint}"


def _callback(parts: Parts) -> str:
    """The kind of callback that a sound card runs; empty for other outputs."""
    callback = getattr(parts.output, "callback", "")
    return f", {callback} callback, {parts.output.queue_ms:.1f} ms queued" if callback else ""


def _names(info: ArtifactInfo) -> str:
    if all(latent.name == f"latent {index}" for index, latent in enumerate(info.latents)):
        # These names say nothing; what each latent does to the sound, or how much, tells more.
        effects = [(n, latent.effect) for n, latent in enumerate(info.latents) if latent.effect]
        if effects:
            said = [f"{n} {printable(effect.split(',')[0])}" for n, effect in effects[:_SHARES]]
            more = [] if len(info.latents) <= len(said) else ["…"]
            return f"{' · '.join([*said, *more])}: /model/latents"
        shares = [f"{100 * latent.explained_variance:.0f} %" for latent in info.latents[:_SHARES]]
        if len(info.latents) > _SHARES:
            shares.append("…")
        return f"0 to {len(info.latents) - 1}, which move the sound by {', '.join(shares)}"
    names = [f"{index} {printable(latent.name)}" for index, latent in enumerate(info.latents)]
    more = [f"and {len(names) - _MAX_NAMES} more"] if len(names) > _MAX_NAMES else []
    return " · ".join(names[:_MAX_NAMES] + more)


def _attributes(info: ArtifactInfo) -> str:
    return " · ".join(f"/attr/{printable(attribute.name)}" for attribute in info.attributes)
