"""Shows the daemon where it was started: start-up lines, a status screen, or JSON lines."""
