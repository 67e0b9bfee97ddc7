"""Runs the command line, as ``musicvae`` and as ``python -m musicvae``."""

import sys


def main() -> int:
    """Run the command of the command line; returns its exit code.

    The first imports take a moment, in which no signal is heeded yet: Ctrl-C ends them without a
    traceback, as it does later.
    """
    try:
        from musicvae.cli.main import main as run

        return run()
    except KeyboardInterrupt as error:
        print("musicvae: stopped", file=sys.stderr)  # noqa: T201
        return 128 + int(getattr(error, "number", 2))  # SIGINT


if __name__ == "__main__":
    # ``python -m`` would import what lies in the current folder; the command ``musicvae`` does not.
    if not sys.flags.safe_path:
        del sys.path[0]
    raise SystemExit(main())
