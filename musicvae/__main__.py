"""Runs the command line as ``python -m musicvae``."""

from musicvae.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
