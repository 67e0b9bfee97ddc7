"""MIDI in: ports, messages, mappings, and learning, in a process of its own."""
