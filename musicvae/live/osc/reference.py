"""Writes ``docs/osc.md`` from the table of commands: ``python -m musicvae.live.osc.reference``."""

from __future__ import annotations

import sys

from musicvae.live.osc.commands import ADDRESSES, DECKS
from musicvae.live.status import FIELDS

_HEAD = """\
# OSC reference

<!-- Written by `python -m musicvae.live.osc.reference`: change the code, not this file. -->

`musicvae live` listens to OSC 1.0 over UDP, on port 7700 of this machine unless `--bind`,
`--allow` and `--port` say otherwise.

- Every number may arrive as any of the types `i f d h T F`.
- A NaN, an infinity, or a number out of its range refuses the whole message.
- The messages of one bundle take effect together, at once; time tags are ignored.
- Addresses may be OSC patterns: `/latent/[0-3]`, `/latent/{1,4}`, `/latent/*`.
- Latents are standardised: most of the training set lies between -2.3 and 2.3.
"""

_REPLIES = """\
## Replies

They go to the host and port that a message came from, or to the port that this sender chose with
`/replyport`; never to anybody else. They hold only the types `i`, `f` and `s`, and are at most
1400 bytes long.

| address | arguments | meaning |
|---|---|---|
| `/pong` | none, or i | The answer to `/ping`. |
| `/version.reply` | s | The version of musicvae. |
| `/status.reply` | s, value, s, value … | The fields below, each a name and its value. |
| `/error` | s, s | The address that was refused (`packet` for a malformed datagram), and why. \
At most 5 a second. |

### Fields of `/status.reply`

| name | type | meaning |
|---|---|---|
"""


def markdown() -> str:
    """The whole page."""
    lines = ["", "## Addresses", "", "| address | arguments | meaning |", "|---|---|---|"]
    lines += [f"| `{entry.path}` | {entry.arguments} | {entry.doc} |" for entry in ADDRESSES]
    prefixed = ", ".join(f"`{entry.path}`" for entry in ADDRESSES if entry.deck)
    prefixes = " or ".join(f"`/deck/{name}`" for name in DECKS)
    lines += ["", f"{prefixed} may follow {prefixes}; without it the first deck is meant.", ""]
    fields = [f"| `{name}` | {kind} | {meaning} |" for name, kind, meaning in FIELDS]
    return _HEAD + "\n".join([*lines, _REPLIES]) + "\n".join([*fields, ""])


if __name__ == "__main__":
    sys.stdout.write(markdown())
