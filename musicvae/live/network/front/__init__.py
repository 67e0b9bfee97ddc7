"""A process of its own for the sockets, as sclang is to scsynth: what strangers send ends there.

It checks each packet, and passes the whole ones on to the process that sounds, one sender after
another. It may be killed, stopped or flooded; the sound goes on, and it is started again.
"""
