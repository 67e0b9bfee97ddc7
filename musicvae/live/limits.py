"""Ranges and words that the command line, OSC and the sound card share. Imports nothing."""

#: Gain of a deck in dB; the lowest is silence.
GAIN_RANGE = (-96.0, 12.0)
#: Gain of the input in dB; the lowest is silence.
INPUT_GAIN_RANGE = (-96.0, 36.0)
#: Level of the gate of the input in dBFS; the lowest lets everything through.
GATE_RANGE = (-120.0, 0.0)
#: Its level at first.
GATE_DBFS = -50.0
#: How long that gate may stay open, and does at first, in ms.
MOST_HOLD_MS, HOLD_MS = 10_000.0, 250.0
#: Sample frames that an audio device pulls at once.
BLOCK_RANGE = (16, 8192)
#: Decks of one engine: their names are letters. Two, if nothing else is said.
DECKS_RANGE, DEFAULT_DECKS = (1, 26), 2
#: What a stream may play until it is told something else: its memory, else its prior, else a walk;
#: its memory or its prior, which it must have; the input, if there is one; a walk; nothing.
SOURCES = ("auto", "memory", "prior", "input", "walk", "held")
