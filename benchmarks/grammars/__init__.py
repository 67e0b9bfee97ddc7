"""Seeded grammars of the files that strangers bring, one kind a module, for ``fuzz_files.py``."""
