"""What ``/status.reply`` says. Each field is a name and a value, so new ones can follow."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from musicvae.live.engine.voice import Voice
from musicvae.live.fades import decibels
from musicvae.live.osc.replies import Value
from musicvae.version import __version__

if TYPE_CHECKING:
    from musicvae.live.daemon import Daemon

#: Name, OSC type and meaning, in the order of the reply.
FIELDS = (
    ("model", "s", "what deck a plays; empty for nothing"),
    ("genre", "s", "what that was trained on"),
    ("latents", "i", "D, how many latents it has"),
    ("playing", "i", "of deck a: 1 or 0, as last set"),
    ("gain", "f", "of deck a in dB, as last set"),
    ("model_b", "s", "what deck b plays"),
    ("latents_b", "i", "D of that"),
    ("playing_b", "i", "of deck b"),
    ("gain_b", "f", "of deck b"),
    ("crossfade", "f", "0 is deck a, 1 deck b"),
    ("level", "f", "peak of the last moments in dBFS; -120 is silence"),
    ("latency_ms", "f", "from a packet to the sound it means: the sum of the next four"),
    ("queue_ms", "f", "sound that is rendered and waits for the device"),
    ("device_ms", "f", "what the device says it takes from there to its output"),
    ("stream_ms", "f", "what the model takes by itself, resampling included; of the slower deck"),
    ("decode_ms", "f", "how long the last decode took, of the slower deck"),
    ("load", "f", "share of the time that decoding takes, 0 to 1, over the last second"),
    ("underruns", "i", "how often sound came too late, and was faded out and in"),
    ("reconnects", "i", "how often the device came back"),
    ("output", "s", "where the sound goes, and whether it is lost"),
    ("packets_received", "i", "so far"),
    ("packets_refused", "i", "of these, not well-formed, or from a host that is not allowed"),
    ("messages_refused", "i", "well-formed messages that asked for nothing that can be done"),
    ("coalesced", "i", "latents that newer ones replaced before their frame came"),
    ("outdated", "i", "commands dropped, since a model that they do not fit came before they did"),
    ("decode_failed", "i", "latents that gave no sound, of the models that play"),
    ("faults", "i", "mistakes of ours that were found; please report them"),
    ("since_packet", "f", "seconds since the last well-formed packet, this one not counted"),
    ("seconds", "f", "of sound rendered so far"),
    ("rate", "i", "of the output, in Hz"),
    ("recording", "s", "the file that is recorded; empty for none"),
    ("version", "s", "of musicvae"),
)

#: Bytes of one text in the reply: all fields fit a datagram even where each text has so many.
_MOST_TEXT = 160


def flat(fields: Mapping[str, Value]) -> list[Value]:
    """Names and values in turn, as ``/status.reply`` holds them; long texts are cut."""
    return [value for name, field in fields.items() for value in (name, _cut(field))]


def status(daemon: Daemon) -> dict[str, Value]:
    """The fields as they are now; from any thread."""
    engine, output, counts = daemon.engine, daemon.output, daemon.dispatcher.counts
    a, b = engine.decks["a"], engine.decks["b"]
    voices = [deck.voice for deck in (a, b) if deck.voice is not None]
    queue_ms = output.queue_ms
    device_ms = output.latency_ms - queue_ms
    stream_ms = 1000 * max((voice.latency for voice in voices), default=0.0)
    decode_ms = max((voice.work.last_ms for voice in voices), default=0.0)
    since = -1.0 if counts.last_packet is None else time.monotonic() - counts.last_packet
    recorder = daemon.recording.recorder
    return {
        "model": _name(a.voice),
        "genre": "" if a.voice is None else a.voice.controls.info.genre,
        "latents": a.shape.latent_dim,
        "playing": int(a.playing),
        "gain": a.gain_db,
        "model_b": _name(b.voice),
        "latents_b": b.shape.latent_dim,
        "playing_b": int(b.playing),
        "gain_b": b.gain_db,
        "crossfade": engine.position,
        "level": decibels(engine.level),
        "latency_ms": queue_ms + device_ms + stream_ms + decode_ms,
        "queue_ms": queue_ms,
        "device_ms": device_ms,
        "stream_ms": stream_ms,
        "decode_ms": decode_ms,
        "load": daemon.housekeeper.load,
        "underruns": output.underruns,
        "reconnects": int(getattr(output, "reconnects", 0)),
        "output": str(getattr(output, "state", output.name)),
        "packets_received": counts.packets_received,
        "packets_refused": counts.packets_refused,
        "messages_refused": counts.messages_refused,
        "coalesced": engine.coalesced,
        "outdated": engine.outdated,
        "decode_failed": sum(voice.work.failed for voice in voices),
        "faults": daemon.receiver.faults + daemon.worker.faults + daemon.housekeeper.faults,
        "since_packet": since,
        "seconds": engine.frame / engine.sample_rate,
        "rate": output.sample_rate,
        "recording": "" if recorder is None else recorder.path.name,
        "version": __version__,
    }


def _cut(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    # The cut may split a character, of which nothing must be left.
    return value.encode("utf-8", "replace")[:_MOST_TEXT].decode("utf-8", "ignore")


def _name(voice: Voice | None) -> str:
    return "" if voice is None else voice.name
