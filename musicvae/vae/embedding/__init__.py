"""Trains the network that hears what kind of music a sound is; see ``runtime/embedding.py``.

spoiling.py   makes of music what music is not
crops.py      draws windows of tracks, some of them spoiled
network.py    the network
training.py   trains it
"""
