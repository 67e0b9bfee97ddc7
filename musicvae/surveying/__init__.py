"""Surveys: a map of all tracks of a data set, as a trained model hears them.

hearing    passes each track through the model: its latents, and what the model makes of it
summaries  a few numbers for each track
geometry   principal components, clusters, neighbours
outliers   which tracks do not fit, and why
survey     all of it, for one run and one folder of sounds
excerpts   short sounds for the page
page       the page and the table
"""
