"""The ten GTZAN genres."""
