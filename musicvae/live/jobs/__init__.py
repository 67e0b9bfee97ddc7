"""What takes longer than a block: loading, keeping, recording, devices. One thread does it all."""
