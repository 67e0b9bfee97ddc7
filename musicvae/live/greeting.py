"""The lines that the daemon says when it starts: what plays, where, and what to send it."""

from __future__ import annotations

from musicvae.artifact import ArtifactInfo
from musicvae.live.outputs.choice import Output

#: More names than that would push the example off the screen.
_MAX_NAMES = 16
_EXAMPLE = (0.5, -1.2, 0.4, 2.0)


def lines(
    model: str, info: ArtifactInfo, output: Output, bind: str, port: int, hosts: tuple[str, ...]
) -> list[str]:
    """The start-up lines, for people.

    Args:
        model: file name of the artifact.
        info: what it says about itself.
        output: where the sound goes.
        bind: address that is listened on.
        port: likewise.
        hosts: who may speak besides this machine.
    """
    who = f"this machine and {', '.join(hosts)}" if hosts else "this machine only"
    milliseconds = output.block / output.sample_rate * 1000
    facts = [
        (
            "model",
            f"{_printable(model)}: {_printable(info.genre)}, {info.latent_dim} latents, "
            f"loops of {info.seconds:.2f} s at {info.sample_rate} Hz",
        ),
        (
            "sound",
            f"{_printable(output.name)}: {output.sample_rate} Hz, {output.channels} channel(s), "
            f"blocks of {output.block} frames ({milliseconds:.1f} ms)",
        ),
        ("listening", f"OSC over UDP, {bind} port {port}, {who}"),
        ("latents", _names(info)),
        ("try", example(info.latent_dim, bind, port)),
        ("stop", "Ctrl-C"),
    ]
    return [f"{name:>10}  {fact}" for name, fact in facts]


def example(latent_dim: int, bind: str, port: int) -> str:
    """A command line to copy that changes the sound."""
    values = _EXAMPLE[:latent_dim]
    host = "localhost" if bind in ("127.0.0.1", "0.0.0.0", "::") else bind
    return f"oscsend {host} {port} /latent {'f' * len(values)} {' '.join(map(str, values))}"


def _names(info: ArtifactInfo) -> str:
    names = [f"{index} {_printable(latent.name)}" for index, latent in enumerate(info.latents)]
    more = [f"and {len(names) - _MAX_NAMES} more"] if len(names) > _MAX_NAMES else []
    return " · ".join(names[:_MAX_NAMES] + more)


def _printable(text: str) -> str:
    # An artifact or a device may come from anybody; its names must not steer the terminal.
    return "".join(char if char.isprintable() else "?" for char in text)
