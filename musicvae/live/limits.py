"""Ranges and words that the command line, OSC and the sound card share. Imports nothing."""

#: Gain of a deck in dB; the lowest is silence.
GAIN_RANGE = (-96.0, 12.0)
#: Sample frames that an audio device pulls at once.
BLOCK_RANGE = (16, 8192)
#: What a stream may play until it is told something else: its memory, else its prior, else a walk;
#: its memory or its prior, which it must have; a walk; nothing.
SOURCES = ("auto", "memory", "prior", "walk", "held")
