"""UDP and TCP: sockets, peers, the receiving thread, and replies that wait to be sent."""
