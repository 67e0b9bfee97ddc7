"""What the processes beside a daemon share: their start and end, their connection, its values."""
