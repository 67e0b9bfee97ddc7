"""What the daemon shows where it was started: lines, a screen, or JSON for machines."""
