"""Outputs: the sound card, a WAV file, or nowhere."""
