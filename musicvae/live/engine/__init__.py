"""Renders sound from commands, sample frame by sample frame, without clock, socket or device."""
