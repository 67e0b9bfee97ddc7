"""Where the sound comes from that the decks hear: a file as if it were live, or a device."""
