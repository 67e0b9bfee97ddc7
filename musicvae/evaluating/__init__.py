"""Judges the music that a model makes by itself, against the music that it learnt from.

sources.py      plays a model by one of its sources
portrait.py     what is measured of one sound
judge.py        measures a set of sounds against music of the kind that it should be
evaluation.py   lets a model play by its sources, and judges each
report.py       the table
representing.py chooses the tracks that a model plays most like all of the music
"""
