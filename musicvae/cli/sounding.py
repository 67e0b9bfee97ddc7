"""The command ``play``: latents to sound, from a tape or by a source that moves by itself."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicvae.cli.options import Commands

if TYPE_CHECKING:
    from musicvae.audio import Sound

#: Which options each source takes, beside the length and the seed.
OPTIONS = {
    "walk": (),
    "memory": ("memory", "continuity", "temperature", "attribute"),
    "prior": ("prior", "temperature", "genre", "attribute", "variation", "memory", "continuity"),
}
#: Which source is meant where one of these options is given; the first decides.
_TELLING = {"prior": "prior", "variation": "prior", "memory": "memory", "continuity": "memory"}


def add(commands: Commands) -> None:
    """Declare ``play``.

    Args:
        commands: the result of ``ArgumentParser.add_subparsers()``.
    """
    parser = commands.add_parser(
        "play",
        help="let a model play into a sound file, by itself or from a tape",
        description="Decode a tape with a stream artifact; or without a tape what a source makes: "
        "a random walk, an improvisation over the model's memory, or a learned prior. Needs no "
        "TensorFlow.",
    )
    parser.add_argument(
        "artifact", metavar="MODEL", help="a stream .onnx, or the name of a ready model"
    )
    parser.add_argument(
        "tape", metavar="TAPE", nargs="?", help="a tape, from `musicvae tape` (default: a source)"
    )
    parser.add_argument("-o", "--out", type=Path, required=True, help="a sound file to write")
    parser.add_argument(
        "--source",
        choices=tuple(OPTIONS),
        help="without a tape, what moves the latents (default: the one that the other options are "
        "of, else memory where the model has one, else walk)",
    )
    parser.add_argument(
        "--adapt",
        type=float,
        metavar="A",
        help="how far the tape is moved to where the music of the model lies, 0 to 1: with 1 "
        "a tape of jazz becomes metal (default: 0)",
    )
    parser.add_argument("--seconds", type=float, help="length (default: 10); a tape has its own")
    parser.add_argument("--seed", type=int, help="equal seeds give equal sounds")
    parser.add_argument(
        "--memory",
        metavar="FILE",
        help="a memory in place of the model's, or the name of a ready model that brings one",
    )
    parser.add_argument(
        "--continuity",
        type=float,
        help="seconds from jump to jump in a memory (default: 4), times its share",
    )
    parser.add_argument(
        "--prior",
        metavar="FILE",
        help="a prior in place of the model's, or the name of a ready model that brings one",
    )
    parser.add_argument(
        "--variation",
        type=float,
        help="of a prior: 0 plays the memory, 1 the prior alone, between them both in turns "
        "(default: 1)",
    )
    parser.add_argument(
        "--temperature",
        type=float,
        help="of a memory or a prior, 0 to 4: 1 is as in the music, less is tamer (default: 1)",
    )
    parser.add_argument("--genre", help="of a prior that knows several (default: the model's)")
    parser.add_argument(
        "--attribute",
        action="append",
        metavar="NAME=VALUE",
        help="ask a memory or a prior for this much, in standard deviations, such as "
        "brightness=1.5",
    )
    parser.set_defaults(run=play)


def play(options: argparse.Namespace) -> int:
    """Run ``musicvae play``: decode a tape or what a source makes, and write the sound.

    Raises:
        MusicVAEError: a file cannot be read, they do not fit together, an option has no use, or the
            sound would replace what it is made from.
    """
    from musicvae.audio import WRITABLE
    from musicvae.cli.results import shown
    from musicvae.paths import expand, output_file
    from musicvae.text import printable

    source = _source(options)
    files = (options.artifact, options.tape, options.memory, options.prior)
    out = output_file(options.out, WRITABLE, [expand(file) for file in files if file is not None])
    if source is None:
        sound, genre = _decoded(options.artifact, options.tape, options.adapt)
    else:
        sound, genre = _made(source, options), options.artifact
    sound.write(out)
    print(f"wrote {shown(out)}: {sound.seconds:.2f} s of {printable(genre)}")
    return 0


def _source(options: argparse.Namespace) -> str | None:
    """What moves the latents; ``None`` where a tape does.

    Raises:
        SettingError: an option has no use.
    """
    from musicvae.errors import SettingError
    from musicvae.runtime.playing import usual_source

    given = [name for name in ("seconds", "seed", "source") if getattr(options, name) is not None]
    every = dict.fromkeys(name for names in OPTIONS.values() for name in names)
    asked = [name for name in every if getattr(options, name) is not None]
    if options.tape is not None:
        if given or asked:
            raise SettingError(
                "a tape has its own length and moves by itself",
                received=_flags((*given, *asked)),
                hint="leave these options out, or the tape",
            )
        return None
    if options.adapt is not None:
        raise SettingError(
            "--adapt moves a tape, and there is none",
            expected="musicvae play MODEL TAPE --adapt 1",
            received="--adapt without a tape",
            hint="make one: musicvae tape MODEL SOUND -o NAME.tape",
        )
    source: str = options.source or _guessed(asked, usual_source(options.artifact))
    useless = [name for name in asked if name not in OPTIONS[source]]
    if useless:
        raise SettingError(
            f"these options have no use with --source {source}",
            received=_flags(useless),
            hint=_sources_of(useless[0]),
        )
    return source


def _guessed(asked: Sequence[str], usual: str) -> str:
    """The source that takes all of these options; the usual one, if it does.

    Raises:
        SettingError: no source takes them all, or several do.
    """
    from musicvae.errors import SettingError

    able = [name for name, own in OPTIONS.items() if set(asked) <= set(own)]
    told = (source for name, source in _TELLING.items() if name in asked and source in able)
    likely = next(told, usual if usual in able else able[0] if len(able) == 1 else None)
    if likely is not None:
        return likely
    raise SettingError(
        "it is not clear which source is to play" if able else "no source takes all these options",
        expected=" or ".join(f"--source {name}" for name in able) or _sources_of(asked[0]),
        received=_flags(asked),
    )


def _sources_of(option: str) -> str:
    """What to write for the sources that take an option."""
    return " or ".join(f"--source {name}" for name, own in OPTIONS.items() if option in own)


def _flags(names: Iterable[str]) -> str:
    return ", ".join(f"--{name}" for name in names)


def _made(source: str, options: argparse.Namespace) -> Sound:
    """The sound of a model that moves by itself.

    Raises:
        MusicVAEError: a file cannot be used, or an option has a value that cannot work.
    """
    model, seed = options.artifact, options.seed
    seconds = 10.0 if options.seconds is None else options.seconds
    names = ("prior", "memory", "continuity", "temperature", "genre", "variation")
    wishes: dict[str, Any] = {
        name: getattr(options, name)
        for name in names
        if name in OPTIONS[source] and getattr(options, name) is not None
    }
    if options.attribute:
        wishes["attributes"] = dict(map(asked, options.attribute))
    from musicvae.runtime.playing import PLAYERS

    return PLAYERS[source](model, seconds, seed, **wishes)


def asked(text: str) -> tuple[str, float]:
    """An attribute and how much of it.

    Raises:
        SettingError: it is not NAME=NUMBER.
    """
    from musicvae.errors import SettingError

    name, _, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError:
        raise SettingError(
            "--attribute takes a name and a number", expected="NAME=VALUE", received=text
        ) from None


def _decoded(model: str, tape: str, adapt: float | None) -> tuple[Sound, str]:
    """The sound of a tape, adapted or not, and the genre of the model that played it."""
    from musicvae.audio import Sound
    from musicvae.latents.tape import Tape
    from musicvae.runtime.stream_decoder import StreamDecoder

    loaded = Tape.load(tape)  # before the model, so that a bad file is refused at once
    decoder = StreamDecoder(model)
    if adapt is not None:
        loaded = loaded.adapted(decoder.info, adapt, adapt)
    return Sound(decoder.play(loaded), decoder.info.sample_rate), decoder.info.genre
