"""Judges the music that a model makes by itself, against the music that it learnt from.

takes.py    plays a model by one of its sources, some takes of each
judge.py    measures a set of takes
"""
