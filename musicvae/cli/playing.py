"""The command ``live``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import fields
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

from musicvae.cli import keeping
from musicvae.cli.options import Commands, add_option, option_values
from musicvae.live.options import Options

if TYPE_CHECKING:
    from musicvae.live.daemon import Daemon
    from musicvae.page.starting import Page


#: The port of the page, unless another one is asked for.
PAGE_PORT = 7702


def add(commands: Commands) -> None:
    """Declare ``live``.

    Args:
        commands: the result of ``ArgumentParser.add_subparsers()``.
    """
    command: argparse.ArgumentParser = commands.add_parser(
        "live",
        help="play artifacts, driven over OSC",
        description="Play artifacts and listen to OSC; docs/osc.md lists the addresses.",
    )
    command.set_defaults(run=live)
    command.add_argument(
        "artifacts",
        nargs="*",
        metavar="ARTIFACT",
        help="names of ready models (`musicvae models` lists them), .onnx files that musicvae "
        "exported, or folders of them: the first plays on deck a, the second on deck b (and so on, "
        "with --decks), the others can be loaded over OSC",
    )
    groups = {title: command.add_argument_group(title) for title in ("sound", "network", "folders")}
    for field in fields(Options):
        add_option(groups.get(field.metadata.get("group", ""), command), field)
        if field.name == "device":
            groups["sound"].add_argument(
                "--list-devices",
                action="store_true",
                help="list the sound cards and microphones, and exit",
            )
        if field.name == "loop":
            groups["sound"].add_argument(
                "--measure-latency",
                action="store_true",
                help="measure how long sound takes from the output to the input, which a cable or "
                "JACK connects, and from there through a model, if one is named; then exit",
            )
    page = command.add_argument_group("page")
    page.add_argument(
        "--page",
        action="store_true",
        help="show a control page for browsers, which is an OSCQuery server too",
    )
    page.add_argument(
        "--page-port",
        type=int,
        metavar="N",
        help=f"its port; 0 takes any free one (default: {PAGE_PORT})",
    )
    midi = command.add_argument_group("midi")
    midi.add_argument(
        "--midi",
        nargs="?",
        const="",
        metavar="PORT",
        help="be played by a MIDI controller: the first port, or the one whose name contains PORT",
    )
    midi.add_argument(
        "--midi-map",
        default="",
        metavar="FILE",
        help="what its controls move (default: the mapping that was saved as `default`, if any)",
    )
    midi.add_argument("--list-midi", action="store_true", help="list the MIDI ports and exit")
    shown = command.add_mutually_exclusive_group()
    shown.add_argument("--quiet", action="store_true", help="print errors only")
    shown.add_argument("--json", action="store_true", help="print JSON lines for other programs")
    shown.add_argument(
        "--plain", action="store_true", help="print lines as things happen, no status screen"
    )


def live(options: argparse.Namespace) -> None:
    """Run ``musicvae live``.

    Raises:
        MusicVAEError: it cannot start, or the output failed.
    """
    if options.list_devices:
        from musicvae.live.outputs.devices import list_devices, list_inputs

        print(f"outputs:\n{list_devices()}\ninputs:\n{list_inputs()}")
        return
    if options.list_midi:
        from musicvae.midi.starting import check_installed as check_midi
        from musicvae.midi.starting import list_ports

        check_midi()
        print("\n".join(list_ports()) or "There is no MIDI port.")
        return
    if options.measure_latency:
        from musicvae.live.loopback import measure, report
        from musicvae.live.transforming import Transformer

        model = next(iter(options.artifacts), None)
        if model is not None:
            Transformer(model)  # one that cannot be used is refused before anybody waits
        for line in report(measure(Options(**option_values(Options, options)), _say), model):
            _say(line)
        return
    from musicvae.errors import SettingError
    from musicvae.live.daemon import run

    if not options.artifacts:
        raise SettingError(
            "no model to play",
            expected="musicvae live NAME, or musicvae live FILE.onnx",
            hint=_taken(options)
            or "`musicvae models` lists the names; `musicvae export` makes files",
        )
    _check_pairs(options)
    if options.page:
        from musicvae.page.starting import check_installed

        check_installed()
    if options.midi is not None:
        from musicvae.midi.starting import check_installed as check_midi

        check_midi()
    values = option_values(Options, options)
    endless = options.output in (None, "null") and options.seconds is None
    last = keeping.last_state() if endless else None  # a file would be begun again, too
    run(options.artifacts, _console(options), last, **values)


def _taken(options: argparse.Namespace) -> str | None:
    """The hint where an option that needs no value has taken the model as one."""
    from musicvae.models import names

    optional = [field.name for field in fields(Options) if field.metadata.get("nargs") == "?"]
    for name in (*optional, "midi"):
        given = getattr(options, name)
        if given and (given in names() or given.lower().endswith(".onnx")):
            return f"{given!r} was taken as the value of --{name}: musicvae live {given} --{name}"
    return None


def _check_pairs(options: argparse.Namespace) -> None:
    """Refuse an option that would do nothing without another one, or beside it.

    Raises:
        SettingError: there is one.
    """
    from musicvae.errors import SettingError

    if options.fast and options.output is None:
        raise SettingError("--fast is for files", hint="add --out take.wav, or leave out --fast")
    for name, given in (("device", options.device), ("ahead", options.ahead_ms)):
        if given is not None and options.output is not None:
            raise SettingError(
                f"--{name} is for the sound card",
                received=f"--{name} {given} and --out",
                hint=f"leave out --out, or --{name}",
            )
    if options.page_port is not None and not options.page:
        raise SettingError("--page-port is for --page", hint="add --page")
    if options.midi is None and options.midi_map:
        raise SettingError("--midi-map is for --midi", hint="add --midi")


def _console(
    options: argparse.Namespace,
) -> Callable[[Daemon], AbstractContextManager[object]] | None:
    """A function of the daemon that returns the context manager which shows it while it plays."""
    if options.quiet:
        nothing = not options.page and options.midi is None
        return None if nothing else partial(_beside, options, show=lambda url: None)
    return partial(_for_programs if options.json else _for_people, options)


@contextmanager
def _for_programs(options: argparse.Namespace, daemon: Daemon) -> Iterator[None]:
    from musicvae.live.console.json_lines import JsonLines

    with (
        JsonLines(daemon.parts, _say) as lines,
        _beside(options, daemon, lambda url: lines.say("page", url=url)),
    ):
        yield


@contextmanager
def _for_people(options: argparse.Namespace, daemon: Daemon) -> Iterator[None]:
    for line in daemon.greeting():
        _say(line)
    notices = daemon.parts.notices
    notices.show_with(_say)
    with _beside(options, daemon, _show_link) as page, ExitStack() as stack:
        if not options.plain and sys.stdout.isatty() and find_spec("rich") is not None:
            from musicvae.live.console.screen import Screen

            if page is not None and not page.wait():
                _say("the control page is not there yet")
            notices.show_with(None)  # the screen shows the newest
            stack.callback(notices.show_with, _say)
            stack.enter_context(Screen(daemon.parts))
        yield


@contextmanager
def _beside(
    options: argparse.Namespace, daemon: Daemon, show: Callable[[str], None]
) -> Iterator[Page | None]:
    """The processes that were asked for; ``show`` is called with the link of the page."""
    say = daemon.parts.notices.say
    with ExitStack() as stack:
        if options.midi is not None:
            from musicvae.midi.starting import Midi

            stack.enter_context(Midi(daemon.parts, options.midi, options.midi_map, say))
        page = None
        if options.page:
            from musicvae.page.starting import Page

            port = PAGE_PORT if options.page_port is None else options.page_port
            page = stack.enter_context(Page(daemon.parts, port, say, show, daemon.last))
        yield page


def _show_link(url: str) -> None:
    """Print the link of the page; for other machines also as a code that phones read."""
    _say(f"{'page':>10}  {url}")
    if "?" in url and sys.stdout.isatty() and find_spec("segno") is not None:
        import segno

        segno.make(url, micro=False).terminal(compact=True)


def _say(line: str) -> None:
    print(line, flush=True)  # a program that started the daemon through a pipe waits for them
