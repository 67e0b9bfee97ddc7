"""Collects the fields of ``/status.reply``; each is a name and a value, so new ones can follow."""

from __future__ import annotations

import time
from collections.abc import Mapping

from musicvae.live.commands.address import DECKS
from musicvae.live.engine.deck import Deck
from musicvae.live.engine.engine import Engine
from musicvae.live.engine.voice import Voice
from musicvae.live.fades import decibels
from musicvae.live.faults import Faults
from musicvae.live.osc.replies import Value
from musicvae.live.outputs.output import Output
from musicvae.live.parts import Parts
from musicvae.live.sources.memory import MemorySource
from musicvae.live.sources.prior import PriorSource
from musicvae.version import __version__

#: Name, OSC type and meaning, in the order of the reply.
FIELDS = (
    ("model", "s", "the model on deck a; empty for none"),
    ("genre", "s", "what that model was trained on"),
    ("latents", "i", "D, how many latents it has"),
    ("playing", "i", "of deck a: 1 or 0, as last set"),
    ("gain", "f", "of deck a in dB, as last set"),
    ("model_b", "s", "the model on deck b"),
    ("latents_b", "i", "D of that model"),
    ("playing_b", "i", "of deck b"),
    ("gain_b", "f", "of deck b"),
    ("crossfade", "f", "0 is deck a, 1 deck b"),
    ("level", "f", "peak of the last moments in dBFS; -120 is silence"),
    ("latency_ms", "f", "from a packet to the sound it causes: the sum of the next four"),
    ("queue_ms", "f", "sound that is rendered and waits for the device"),
    ("device_ms", "f", "from there to the output of the device, as the device reports it"),
    ("stream_ms", "f", "delay of the model itself, resampling included; of the slowest deck"),
    ("decode_ms", "f", "duration of the last decoding, of the slowest deck"),
    ("load", "f", "share of the time that decoding takes, 0 to 1, over the last second"),
    ("underruns", "i", "how often a block came too late, and the sound faded out and in"),
    ("reconnects", "i", "how often a lost device came back"),
    ("output", "s", "where the sound goes, and whether the device is lost"),
    ("packets_received", "i", "so far"),
    ("packets_refused", "i", "of these, malformed, of hosts that may not send, too many at once"),
    ("messages_refused", "i", "well-formed messages that asked for something impossible"),
    ("coalesced", "i", "commands that newer ones replaced before they were applied"),
    ("outdated", "i", "commands dropped because the model they were meant for had been replaced"),
    ("decode_failed", "i", "latents that gave no sound, of the models that play"),
    ("faults", "i", "errors that no input should cause and that were caught; please report them"),
    ("since_packet", "f", "seconds since the last well-formed packet, this one not counted"),
    ("seconds", "f", "of sound rendered so far"),
    ("rate", "i", "of the output, in Hz"),
    ("recording", "s", "the file that is being recorded; empty for none"),
    ("version", "s", "of musicvae"),
    ("answers_lost", "i", "answers not sent: too many were waiting, or the client was gone"),
    ("connections_refused", "i", "TCP connections of hosts that are not allowed, or too many"),
    ("connections_dropped", "i", "TCP connections closed for nonsense, slow reading or silence"),
    ("source", "s", "what moves the latents of deck a, as `/source` names it"),
    ("track", "s", "the track of its memory that it plays; empty without a memory"),
    ("place", "f", "where in that memory it is, from 0 (its beginning) to 1 (its end)"),
    ("jumps", "i", "how often it jumped there since it began"),
    ("place_b", "f", "the same of deck b"),
    ("surprise", "f", "how unlikely what its prior heard last was, in nats per latent; or 0"),
    ("surprise_b", "f", "the same of deck b"),
    ("input", "s", "what the decks hear, and whether it is lost; empty for nothing"),
    ("input_level", "f", "its RMS at its gain in dBFS, falling slowly; -120 is silence"),
    ("input_open", "i", "whether its gate is open: 1 or 0"),
    ("input_ms", "f", "from a sound there to the latents that it becomes"),
    ("round_trip_ms", "f", "from a sound there to the sound that it causes"),
    ("input_late", "i", "how often its sound was missing, and the decks heard a fade"),
    ("input_drift", "f", "how much faster its clock is than that of the output, in millionths"),
    ("decks", "i", "how many decks there are; `/decks` tells of each"),
)

#: What is said while an input is lowered.
_RUNS_AWAY = "the input runs away, as feedback does: it is 12 dB lower until it is quiet"

#: Bytes of one text in the reply. All fields fit one datagram even where each text is as long.
_MOST_TEXT = 80
#: Shorter ones.
_SHORT_TEXTS = {"source": 16, "track": 40, "input": 40}


def flat(fields: Mapping[str, Value]) -> list[Value]:
    """Names and values in turn, as in ``/status.reply``; long texts are cut."""
    return [value for name, field in fields.items() for value in (name, _cut(name, field))]


def status(parts: Parts) -> dict[str, Value]:
    """The fields as they are now; from any thread."""
    engine, output, counts = parts.engine, parts.output, parts.dispatcher.counts
    receiver, recorder = parts.receiver, parts.recording.recorder
    voices = [deck.voice for deck in engine.decks.values() if deck.voice is not None]
    first, second = (None if deck is None else deck.voice for deck in _pair(engine))
    since = -1.0 if counts.last_packet is None else time.monotonic() - counts.last_packet
    fields = {
        **_decks(engine),
        "crossfade": engine.position,
        "level": decibels(engine.level),
        **_latency(output, voices),
        "load": parts.housekeeper.load,
        "underruns": output.underruns,
        "reconnects": int(getattr(output, "reconnects", 0)),
        "output": str(getattr(output, "state", output.name)),
        "packets_received": counts.packets_received,
        "packets_refused": counts.packets_refused,
        "messages_refused": counts.messages_refused,
        "coalesced": engine.coalesced,
        "outdated": engine.outdated,
        "decode_failed": sum(voice.work.failed for voice in voices),
        "faults": sum(faults.count for faults in _faults(parts)),
        "since_packet": since,
        "seconds": engine.frame / engine.sample_rate,
        "rate": output.sample_rate,
        "recording": "" if recorder is None else recorder.path.name,
        "version": __version__,
        "answers_lost": receiver.outbox.dropped + receiver.unsent,
        "connections_refused": parts.connections.refused,
        "connections_dropped": parts.connections.dropped,
        **_source(first),
        "place_b": 0.0 if (memory := _memory(second)) is None else memory.place,
        "surprise": _surprise(first),
        "surprise_b": _surprise(second),
        **_input(parts, voices),
        "decks": len(engine.decks),
    }
    return {name: fields[name] for name, _, _ in FIELDS}


def problems(parts: Parts) -> list[str]:
    """The newest trouble of each part of the daemon, in a fixed order; empty for none."""
    decks, failure = parts.engine.decks, parts.output.failure
    return [
        *(faults.problem for faults in _faults(parts)),
        *(_trouble(name, deck.voice) for name, deck in decks.items()),
        "" if failure is None else str(failure),
        _RUNS_AWAY if parts.engine.hearing.run_away.ducked else "",
    ]


def _trouble(deck: str, voice: Voice | None) -> str:
    problem = "" if voice is None else voice.work.problem
    return f"deck {deck}: {problem}" if problem else ""


def _faults(parts: Parts) -> list[Faults]:
    """What each part has caught; of the outputs only some count."""
    counting = (
        *(parts.receiver, parts.worker, parts.housekeeper, parts.engine, parts.output),
        parts.input,
    )
    found = (getattr(part, "faults", None) for part in counting)
    return [faults for faults in found if isinstance(faults, Faults)]


def _decks(engine: Engine) -> dict[str, Value]:
    a, b = _pair(engine)
    genre = "" if a is None or a.voice is None else a.voice.controls.info.genre
    return {"genre": genre, **_deck(a, ""), **_deck(b, "_b")}


def _deck(deck: Deck | None, suffix: str) -> dict[str, Value]:
    return {
        f"model{suffix}": "" if deck is None or deck.voice is None else deck.voice.name,
        f"latents{suffix}": 0 if deck is None else deck.shape.latent_dim,
        f"playing{suffix}": 0 if deck is None else int(deck.playing),
        f"gain{suffix}": 0.0 if deck is None else deck.gain_db,
    }


def _pair(engine: Engine) -> tuple[Deck | None, Deck | None]:
    """The decks of the cross-fader; there may be one alone."""
    first, second = (engine.decks.get(name) for name in DECKS)
    return first, second


def _source(voice: Voice | None) -> dict[str, Value]:
    """What moves the latents of a deck, and where in its memory it is."""
    memory = _memory(voice)
    return {
        "source": "" if voice is None else voice.controls.active_source,
        "track": "" if memory is None else memory.track,
        "place": 0.0 if memory is None else memory.place,
        "jumps": 0 if memory is None else memory.jumps,
    }


def _memory(voice: Voice | None) -> MemorySource | None:
    source = None if voice is None else voice.controls.sources.get("memory")
    return source if isinstance(source, MemorySource) else None


def _surprise(voice: Voice | None) -> float:
    source = None if voice is None else voice.controls.sources.get("prior")
    return source.surprise if isinstance(source, PriorSource) else 0.0


def _latency(output: Output, voices: list[Voice]) -> dict[str, Value]:
    """The way from a packet to its sound in ms: the sum, then its parts."""
    queue_ms = output.queue_ms
    parts = {
        "queue_ms": queue_ms,
        "device_ms": output.latency_ms - queue_ms,
        "stream_ms": 1000 * max((voice.latency for voice in voices), default=0.0),
        "decode_ms": max((voice.work.last_ms for voice in voices), default=0.0),
    }
    return {"latency_ms": sum(parts.values()), **parts}


def _input(parts: Parts, voices: list[Voice]) -> dict[str, Value]:
    """What comes in, and how long it takes to be heard."""
    heard, hearing = parts.input, parts.engine.hearing
    if heard is None:
        return {
            **{"input": "", "input_level": -120.0, "input_open": 0, "input_ms": 0.0},
            **{"round_trip_ms": 0.0, "input_late": 0, "input_drift": 0.0},
        }
    ears = [voice.controls.ear for voice in voices]
    waits = [ear.latency(overlap=hearing.overlap) for ear in ears if ear is not None]
    ear_ms = 1000 * max(waits, default=0.0)
    input_ms = heard.latency_ms + ear_ms
    return {
        "input": heard.state,
        "input_level": decibels(hearing.level),
        "input_open": int(hearing.gate.open),
        "input_ms": input_ms,
        "round_trip_ms": input_ms + float(_latency(parts.output, voices)["latency_ms"]),
        "input_late": heard.late,
        "input_drift": heard.drift_ppm,
    }


def _cut(name: str, value: Value) -> Value:
    if not isinstance(value, str):
        return value
    # The cut may split a character; what is left of it is dropped.
    return value.encode("utf-8", "replace")[: _SHORT_TEXTS.get(name, _MOST_TEXT)].decode(
        "utf-8", "ignore"
    )
