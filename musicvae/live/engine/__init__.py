"""The sound engine: decks, voices, mixer and limiter. It counts frames and knows no clock."""
