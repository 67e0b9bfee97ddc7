"""The address space: every OSC address, its arguments, and the commands made from messages."""
