"""What ``/status.reply`` says. Each field is a name and a value, so new ones can follow."""

from __future__ import annotations

#: Name, OSC type and meaning, in the order of the reply.
FIELDS = (
    ("model", "s", "file name of the artifact"),
    ("genre", "s", "what it was trained on"),
    ("latents", "i", "D, how many latents it has"),
    ("playing", "i", "1 or 0, as last set"),
    ("gain", "f", "dB, as last set"),
    ("level", "f", "peak of the last moments in dBFS; -120 is silence"),
    ("decode_ms", "f", "how long the last decode took"),
    (
        "latency_ms",
        "f",
        "from a packet to the first changed sample, as far as we know: one decode, one block, "
        "and what the sound card reports; a cross-fade under way adds at most 30 ms",
    ),
    ("packets_received", "i", "datagrams so far"),
    ("packets_refused", "i", "of these, not well-formed, or from a host that is not allowed"),
    ("messages_refused", "i", "well-formed messages that asked for nothing that can be done"),
    ("coalesced", "i", "latents that newer ones replaced before they were decoded"),
    ("decode_failed", "i", "latents that gave no sound"),
    ("underruns", "i", "blocks that came too late"),
    ("faults", "i", "datagrams that found a mistake of ours; please report them"),
    ("since_packet", "f", "seconds since the last well-formed datagram, this one not counted"),
    ("seconds", "f", "of sound rendered so far"),
    ("rate", "i", "of the output, in Hz"),
    ("version", "s", "of musicvae"),
)
