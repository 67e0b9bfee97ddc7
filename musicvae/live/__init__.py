"""The daemon: OSC in, sound out. Needs neither TensorFlow nor a clock."""
