"""Bytes from the network, what they ask for, and what is answered."""
