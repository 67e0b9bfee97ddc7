"""What sounds: decks, mixed and limited, by frames and without a clock."""
