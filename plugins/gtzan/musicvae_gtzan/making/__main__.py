"""Makes ready models from a folder of music; Ctrl-C stops it, the same command goes on.

    python -m musicvae_gtzan.making --data GTZAN --out ten

See :mod:`musicvae_gtzan.making.jobs` for what it does.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from musicvae_gtzan import ALL
from musicvae_gtzan.making.jobs import Job, Plan, jobs

#: Runs ``musicvae`` with these arguments, and returns its exit status.
Runner = Callable[[Sequence[str]], int]


def main(arguments: Sequence[str] | None = None, runner: Runner | None = None) -> int:
    """Make what is missing.

    Args:
        arguments: of the command line; by default those of this process.
        runner: runs one command; by default as a process of its own.

    Returns:
        0 when all is made, or the exit status of the command that failed or was stopped.
    """
    plan, dry = _plan(arguments)
    run = runner or _musicvae
    if not dry:
        (plan.out / "models").mkdir(parents=True, exist_ok=True)
    todo = list(jobs(plan))
    for number, job in enumerate(todo, 1):
        words = job.arguments()
        print(f"[{number}/{len(todo)}] {job.title}", end="", flush=True)
        if job.done:
            print(": done before", flush=True)
            continue
        if job.outdated:
            print(f": {job.run} began with an earlier base; move it away, and start again")
            return 1
        print(f"\n    musicvae {' '.join(map(_quoted, words))}", flush=True)
        if not dry and (status := run(words)):
            return _failed(job, status)
    return 0


def _plan(arguments: Sequence[str] | None) -> tuple[Plan, bool]:
    """The plan, and whether the commands are only to be shown."""
    parser = argparse.ArgumentParser(
        prog="python -m musicvae_gtzan.making",
        description="Train one encoder on all genres and a decoder for each, export them, make "
        "memories and a prior of their latents, and measure them on tracks that were kept aside. "
        "Ctrl-C stops; the same command goes on, also with more minutes.",
    )
    names = [genre.name for genre in ALL]
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder with a folder of music for each genre")
    add("--out", type=Path, required=True, help="folder for runs/ and models/")
    add("--genres", default=",".join(names), help="which genres (default: all ten)")
    add("--base", type=Path, metavar="RUN", help="a finished run, instead of training the base")
    add("--base-minutes", type=float, default=Plan.base_minutes, help="default: %(default)g")
    add("--genre-minutes", type=float, default=Plan.genre_minutes, help="default: %(default)g")
    add("--prior-minutes", type=float, default=Plan.prior_minutes, help="default: %(default)g")
    add("--fluctuating", default="", help="genres whose decoders would be too smooth")
    add("--tuned", default="", help="genres that get a prior of their own (default: none)")
    add("--tuned-minutes", type=float, default=Plan.tuned_minutes, help="default: %(default)g")
    add("--memory-minutes", type=float, default=Plan.memory_minutes, help="default: %(default)g")
    add("--unheard", type=int, default=Plan.unheard, help="test tracks a genre: the last ones")
    add("--licence", default=Plan.licence, help="licence of the models")
    add("--corpus", type=Path, help="JSON file that describes the music, for the cards")
    add("--limit", action="append", default=[], help="a sentence for the cards: a limit")
    add("--set", action="append", default=[], metavar="NAME=VALUE", help="as in musicvae train")
    add("--dry-run", action="store_true", help="print the commands and do nothing")
    options = parser.parse_args(arguments)
    chosen = [name for name in options.genres.split(",") if name]
    if not chosen or not set(chosen) <= set(names):
        parser.error(f"--genres takes some of {', '.join(names)}; received {options.genres!r}")
    some = {}
    for option in ("tuned", "fluctuating"):
        given = getattr(options, option)
        some[option] = [name for name in given.split(",") if name]
        if not set(some[option]) <= set(chosen):
            parser.error(f"--{option} takes some of {', '.join(chosen)}; received {given!r}")
    if options.base is not None and not (options.base / "playing.json").is_file():
        parser.error(f"--base: there is no finished run of a stream in {options.base}")
    if not options.data.is_dir():
        parser.error(f"--data: there is no folder {options.data}")
    plan = Plan(
        data=options.data,
        out=options.out,
        genres=chosen,
        base_run=options.base,
        base_minutes=options.base_minutes,
        genre_minutes=options.genre_minutes,
        fluctuating=some["fluctuating"],
        prior_minutes=options.prior_minutes,
        tuned=some["tuned"],
        tuned_minutes=options.tuned_minutes,
        memory_minutes=options.memory_minutes,
        unheard=options.unheard,
        licence=options.licence,
        corpus=options.corpus,
        limits=options.limit,
        command=_again(options),
        settings=options.set,
    )
    return plan, options.dry_run


def _again(options: argparse.Namespace) -> str:
    """The command that makes the same elsewhere: names of folders, without their places."""
    words = ["python -m musicvae_gtzan.making"]
    for name in ("data", "out", "base", "corpus"):
        path: Path | None = getattr(options, name)
        words += [f"--{name} {_quoted(path.name)}"] if path else []
    minutes = [f"--genre-minutes {options.genre_minutes:g}"]
    if options.base is None:
        minutes.insert(0, f"--base-minutes {options.base_minutes:g}")
    if options.fluctuating:
        minutes += [f"--fluctuating {options.fluctuating}"]
    if options.tuned:
        minutes += [f"--tuned {options.tuned} --tuned-minutes {options.tuned_minutes:g}"]
    settings = [f"--set {_quoted(setting)}" for setting in options.set]
    return " ".join([*words, *minutes, f"--unheard {options.unheard}", *settings])


def _musicvae(arguments: Sequence[str]) -> int:
    """Run ``musicvae`` as a process; Ctrl-C reaches it too, and it ends by itself."""
    with subprocess.Popen([sys.executable, "-m", "musicvae", *arguments]) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue


def _failed(job: Job, status: int) -> int:
    print(f"stopped at: {job.title} (exit status {status}); the same command goes on", flush=True)
    return status


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word else word


if __name__ == "__main__":
    sys.exit(main())
