"""Plays what the engine renders: on a sound card, into a WAV file, or nowhere."""
