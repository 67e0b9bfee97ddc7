"""Reads scores, the commands of a session with their times: journals, or files made by hand."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from musicvae.errors import ScoreError
from musicvae.files import open_regular, parse_json_object, read_bytes
from musicvae.live.commands import messages
from musicvae.live.commands.messages import StoredMessage
from musicvae.live.limits import DECKS_RANGE, DEFAULT_DECKS

JOURNAL_SCHEMA = 1
#: What sources play: their parts of a model, by the names of those sources.
PARTS = ("tape", "memory", "prior", "input")
#: Bytes of one line of a journal; the largest datagram has a tenth of that as text.
MAX_LINE = 2**22
#: Bytes of a file written by hand.
MAX_BYTES = 2**24
_RATES = (1_000, 192_000)
_CHANNELS = (1, 64)
_LAST_FRAME = 2**53
_KEYS = frozenset({"rate", "channels", "decks", "seconds", "models", "events"})
_LONGEST = 1e6


@dataclass
class Score:
    """Everything that is needed to render a session again.

    Attributes:
        rate: sample rate of the engine in Hz.
        channels: number of channels of the engine.
        start_frame: first sample frame of the result; what comes before must be rendered too.
        stop_frame: sample frame behind the end of the result; ``None`` where the file does not
            tell, as after a kill.
        models: name to ``{"file": ..., "graph_sha256": ...}``; the latter is empty where it is not
            known.
        events: sample frames, never decreasing, and the messages that take effect there together.
        origins: where in the file each event is, for people; may be empty.
        tapes: files and folders in which the session found its tapes.
        input: name of the file beside it that holds what came in; empty for nothing.
        parts: what sources play: one of :data:`PARTS` to name to ``{"file": ..., "sha256": ...}``.
        decks: how many there are.
    """

    rate: int
    channels: int
    start_frame: int = 0
    stop_frame: int | None = None
    models: dict[str, dict[str, str]] = field(default_factory=dict)
    events: list[tuple[int, list[StoredMessage]]] = field(default_factory=list)
    origins: list[str] = field(default_factory=list, compare=False)
    tapes: list[str] = field(default_factory=list)
    input: str = ""
    parts: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    decks: int = DEFAULT_DECKS

    def digest(self, kind: str, name: str) -> str:
        """SHA-256 of a model's graph, or of the file of a part; empty where it is not known."""
        known = self.models if kind == "model" else self.parts.get(kind, {})
        facts = known.get(name, {})
        return facts.get("graph_sha256", "") or facts.get("sha256", "")


def read_score(path: str | os.PathLike[str]) -> Score:
    """Read a journal, complete or cut off by a kill, or a score written by hand.

    By hand: ``{"rate": 48000, "channels": 2, "seconds": 12.5, "models": ["jazz"], "events":
    [[0.0, "/latent", 0.5], [2.0, ["/deck/b/play", 1], ["/crossfade", 0.5]]]}``, with times in
    seconds and in any order; events at the same time happen in the order of the file.

    Raises:
        ScoreError: the file cannot be read, or is neither.
    """
    name = Path(path).name
    if not Path(path).is_file():  # a pipe might never end
        raise ScoreError(f"there is no file {str(path)!r}", expected="the path of a score")
    try:
        with open_regular(path) as file:
            header = _header(file.readline(MAX_LINE))
            if header.get("musicvae") == "journal":
                return _journal(header, file)
        data = read_bytes(path, MAX_BYTES)
        return _by_hand(parse_json_object(data, MAX_BYTES), data.decode("utf-8-sig"))
    except ValueError as error:  # raised below
        raise ScoreError(
            f"{name!r} is not a score",
            expected="a journal, or JSON as in docs/score.md",
            received=f"{error}",
        ) from None
    except OSError as error:
        raise ScoreError(f"cannot read {name!r}", received=error.strerror or str(error)) from error


def score_of(values: dict[str, object]) -> Score:
    """The score of a JSON object as it is written by hand; see :func:`read_score`.

    Raises:
        ScoreError: it is not one.
    """
    try:
        return _by_hand(values, "")
    except ValueError as error:
        raise ScoreError("this is not a score", received=f"{error}") from None


def _header(line: bytes) -> dict[str, object]:
    """The first line of a journal; empty for other files, whose first line need not be JSON."""
    try:
        return parse_json_object(line, MAX_LINE)
    except ValueError:
        return {}


def _journal(header: dict[str, object], file: IO[bytes]) -> Score:
    if header.get("schema") != JOURNAL_SCHEMA:
        raise ValueError(f"it is of schema {header.get('schema')!r:.40}, not {JOURNAL_SCHEMA}")
    score = Score(
        _whole(header, "rate", *_RATES),
        _whole(header, "channels", *_CHANNELS),
        _whole(header, "start_frame", 0, _LAST_FRAME),
        models=_models(header.get("models")),
        tapes=_texts(header.get("tapes", []), "tapes"),
        input=_file_name(header.get("input", "")),
        decks=_decks(header),
    )
    parts = header.get("parts", {})
    for kind, named in parts.items() if isinstance(parts, dict) else [("", None)]:
        score.parts[_kind(kind)] = _files(named, "sha256")
    for number, line in _lines(file):
        try:
            _add(score, parse_json_object(line, MAX_LINE), f"line {number}")
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
    return score


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The complete lines after the first, counted from 2; a line that a kill cut off is skipped."""
    number = 2
    while (line := file.readline(MAX_LINE)).endswith(b"\n"):
        yield number, line
        number += 1
    if len(line) == MAX_LINE:
        raise ValueError(f"line {number} has more than {MAX_LINE} bytes")


def _add(score: Score, line: dict[str, object], origin: str) -> None:
    if score.stop_frame is not None:
        raise ValueError("it comes after the end")
    if "model" in line:
        name = line["model"]
        score.models |= _models({name if isinstance(name, str) else None: line})
    elif kind := next((kind for kind in PARTS if kind in line), None):
        named = {line[kind] if isinstance(line[kind], str) else None: line}
        score.parts.setdefault(kind, {}).update(_files(named, "sha256"))
    elif "end" in line:
        score.stop_frame = _whole(line, "end", score.start_frame, _LAST_FRAME)
    else:
        before = score.events[-1][0] if score.events else 0
        frame = _whole(line, "frame", before, _LAST_FRAME)
        score.events.append((frame, _batch(line.get("do"))))
        score.origins.append(origin)


def _by_hand(values: dict[str, object], text: str) -> Score:
    unknown = sorted(set(values) - _KEYS)
    if unknown:
        raise ValueError(f"{unknown[0]!r:.40} is unknown; there is {', '.join(sorted(_KEYS))}")
    rate = _whole({"rate": 48_000} | values, "rate", *_RATES)
    channels = _whole({"channels": 2} | values, "channels", *_CHANNELS)
    score = Score(rate, channels, decks=_decks(values))
    if "seconds" in values:
        score.stop_frame = _frame(values["seconds"], rate)
    named: object = values.get("models", [])
    if isinstance(named, list) and all(isinstance(name, str) for name in named):
        named = {name: {"file": name} for name in named}
    score.models = _models(named)
    events = values.get("events", [])
    if not isinstance(events, list):
        raise ValueError("events is not a list")
    origins = _origins(text, events)
    read = [(_event(*each, rate), each[1]) for each in zip(events, origins, strict=True)]
    read.sort(key=lambda each: each[0][0])  # stable: one moment keeps its order
    score.events, score.origins = [event for event, _ in read], [origin for _, origin in read]
    return score


def _origins(text: str, events: list[object]) -> list[str]:
    """The number of each event, and the line on which it begins, where that can be found."""
    numbers = [f"event {number}" for number in range(1, len(events) + 1)]
    decoder, between = json.JSONDecoder(), re.compile(r"[\s,]*")
    for found in re.finditer(r'"events"\s*:\s*\[', text):
        at, line, lines = found.end(), text.count("\n", 0, found.end()) + 1, []
        with suppress(ValueError):  # it was the text of something else
            for event in events:
                begin = between.match(text, at).end()  # type: ignore[union-attr]
                value, end = decoder.raw_decode(text, begin)
                if value != event:
                    break
                line, at = line + text.count("\n", at, begin), end
                lines.append(line)
                line += text.count("\n", begin, end)
        if len(lines) == len(events):
            return [f"line {line}, {number}" for line, number in zip(lines, numbers, strict=True)]
    return numbers


def _event(event: object, origin: str, rate: int) -> tuple[int, list[StoredMessage]]:
    try:
        if not isinstance(event, list) or len(event) < 2:
            raise ValueError("it is not a list of a time and messages")
        rest = event[1:]
        return _frame(event[0], rate), _batch([rest] if isinstance(rest[0], str) else rest)
    except ValueError as error:
        raise ValueError(f"{origin}: {error}") from None


def _frame(seconds: object, rate: int) -> int:
    if (
        not isinstance(seconds, int | float)
        or isinstance(seconds, bool)
        or not 0 <= seconds <= _LONGEST  # NaN is not
    ):
        raise ValueError(f"{seconds!r:.40} is not a time from 0 to {_LONGEST:g} seconds")
    return round(float(seconds) * rate)


def _batch(batch: object) -> list[StoredMessage]:
    if not isinstance(batch, list):
        raise ValueError("it has no list of messages")
    return [messages.checked(message) for message in batch]


def _models(values: object) -> dict[str, dict[str, str]]:
    return _files(values, "graph_sha256")


def _files(values: object, digest_of: str) -> dict[str, dict[str, str]]:
    """Names with a file and a digest each."""
    known: dict[str, dict[str, str]] = {}
    for name, one in values.items() if isinstance(values, dict) else [("", None)]:
        facts = one if isinstance(one, dict) else {}
        file, digest = facts.get("file"), facts.get(digest_of, "")
        if not (isinstance(name, str) and isinstance(file, str) and isinstance(digest, str)):
            what = "models" if digest_of == "graph_sha256" else "parts"
            raise ValueError(f"{what} are not names with a file each")
        known[name] = {"file": file, digest_of: digest}
    return known


def _kind(kind: object) -> str:
    if kind not in PARTS:
        raise ValueError(f"there are no parts {kind!r:.40}, only {', '.join(PARTS)}")
    return str(kind)


def _texts(values: object, key: str) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"{key} is not a list of texts")
    return values


def _file_name(value: object) -> str:
    """The name of a file, without a folder; what a score names may not lead elsewhere."""
    if not isinstance(value, str) or Path(value).name != value or "\0" in value:
        raise ValueError(f"input is {value!r:.40}, not the name of a file beside the score")
    return value


def _decks(values: dict[str, object]) -> int:
    """How many decks there are; files that do not say so are of a time when there were two."""
    return _whole({"decks": DEFAULT_DECKS} | values, "decks", *DECKS_RANGE)


def _whole(values: dict[str, object], key: str, low: int, high: int) -> int:
    value = values.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{key} is {value!r:.40}, not a whole number from {low} to {high}")
    return value
