"""The OSC address space: rows of the address table, and commands parsed from messages."""
