"""Writes ``docs/osc.md`` from the address table: ``python -m musicvae.live.reference``."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from musicvae.live.commands.address import DECK_NAMES, DECKS, Address
from musicvae.live.osc.replies_table import REPLIES
from musicvae.live.status import FIELDS
from musicvae.live.table import ADDRESSES

_HEAD = """\
# OSC reference

<!-- Written by `python -m musicvae.live.reference`: change the code, not this file. -->

`musicvae live` listens to OSC 1.0 over UDP and TCP, on port 7700 of this machine (127.0.0.1, and
::1 where there is IPv6) unless `--bind`, `--allow` and `--port` say otherwise. `docs/playing.md`
shows it from each host.

What sounds on a deck, frame by frame:

    latents = clamp(scale · (source + set) + bias + Σ attribute · direction)

*set* is the value of `/latent` and its variants, *source* is the movement of a tape, a random
walk, a memory or a prior (a memory or a walk at first; nothing with `--source held`). Every value
that is set glides to its target; none jumps.

- Every number may arrive as any of the types `i f d h T F`.
- A message with a NaN, an infinity, or a number out of its range is refused as a whole.
- The messages of one bundle take effect together, at one sample frame. Time tags are ignored
  unless the daemon was started with `--honour-timetags`; then a bundle waits until it is due, at
  most a minute; jobs and requests in it begin at once.
- Addresses may be OSC patterns: `/latent/[0-3]`, `/latent/{1,4}`, `/deck/*/gain`. Decks without
  a model are left out, and those that have nothing to play by a `/source`, where there are others.
- Latents are standardised: most of the training set lies between -2.3 and 2.3.
- Over TCP both framings are understood: a size before each packet (OSC 1.0) and SLIP (OSC 1.1).
- Names of models, tapes, presets and recordings are bare names, without a folder or an ending. A
  number is a name too, as Max sends it: `1` and `1.0` mean the name 1.
- A sender is answered 200 questions a second (`/ping`, `/status`, `/version`, `/notify`, `/get`,
  `/model/info`, `/sync` and the lists), all senders together 1000; more get `/error`. Other jobs
  are limited by their queue: 256 may wait.
- An alias cannot hide an address of this page; only `/chan<n>` and `/wek/outputs`, which other
  programs send, may mean something else.
"""

_JOBS = """\
Those marked *job* take longer than a block. They are done one after another, and answer
`/done ADDRESS …` or `/fail ADDRESS REASON` when they are over; the sound goes on meanwhile, and a
job that fails changes nothing.
"""

_REPLIES = """\
## Replies

They go to the host and port that a message came from, or to the port that this sender chose with
`/replyport`, or over its TCP connection; never to another host. They contain only the types `i`,
`f` and `s`, and are at most 1400 bytes long.

| address | arguments | meaning |
|---|---|---|
"""

_STATUS = """
### Fields of `/status.reply`

| name | type | meaning |
|---|---|---|
"""


def markdown() -> str:
    """The whole page, in Markdown."""
    decks = [entry for entry in ADDRESSES if entry.deck and not entry.internal]
    others = [entry for entry in ADDRESSES if not entry.deck]
    prefixes = " or ".join(f"`/deck/{name}`" for name in DECKS)
    last = DECK_NAMES[-1]
    return "\n".join(
        [
            _HEAD,
            "## Addresses of a deck",
            "",
            f"{prefixes} may stand before each of them; without it deck {DECKS[0]} is meant. "
            f"With `--decks`, there are more, up to `/deck/{last}`: they sound at their `/gain`, "
            "beside what the cross-fader lets through, and wait for `/play` at first.",
            "",
            *_table(decks),
            "",
            _JOBS,
            "## Addresses of the mix and of the daemon",
            "",
            *_table(others),
            "",
            _REPLIES + "\n".join(f"| `{name}` | {kinds} | {doc} |" for name, kinds, doc in REPLIES),
            _STATUS + "\n".join(f"| `{name}` | {kind} | {doc} |" for name, kind, doc in FIELDS),
            "",
        ]
    )


def _table(entries: Iterable[Address]) -> list[str]:
    rows = ["| address | arguments | meaning |", "|---|---|---|"]
    for entry in entries:
        doc = f"*job* {entry.doc}" if entry.is_job else entry.doc
        rows.append(f"| `{entry.path}` | {entry.arguments} | {doc} |")
    return rows


if __name__ == "__main__":
    sys.stdout.write(markdown())
