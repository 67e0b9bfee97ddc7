"""OSC as bytes: packets, patterns, time tags, framing, replies. No sockets and no clock."""
