"""The whole chain on an embedded corpus: train, export, play over OSC."""
