"""Runs the command line as ``python -m musicvae``."""

if __name__ == "__main__":
    import sys

    # ``python -m`` would import what lies in the current folder; the command ``musicvae`` does not.
    if not sys.flags.safe_path:
        del sys.path[0]

    from musicvae.cli.main import main

    raise SystemExit(main())
