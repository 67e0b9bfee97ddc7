"""Ranges that the command line, OSC addresses and the sound card share. Imports nothing."""

#: Gain of a deck in dB; the lowest is silence.
GAIN_RANGE = (-96.0, 12.0)
#: Sample frames that an audio device pulls at once.
BLOCK_RANGE = (16, 8192)
