"""What the daemon prints where it was started: start-up lines, a screen, or JSON lines."""
