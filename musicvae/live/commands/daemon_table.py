"""Addresses that concern the mix, what is kept on disk, and the daemon itself."""

from __future__ import annotations

from musicvae.live.commands.address import Address, nothing
from musicvae.live.commands.arguments import Arguments, RefusedError

DEFAULT_REPLY_PORT = 7701
INTEGER = (-(2**31), 2**31 - 1)
#: The longest sound that `/render` makes, in seconds.
MAX_RENDER = 3600.0


def _optional_word(a: Arguments) -> tuple[str, ...]:
    return (a.word(),) if a.values else ()


def _render(a: Arguments) -> tuple[float | str, ...]:
    if not 1 <= len(a.values) <= 2:
        raise RefusedError("wants seconds, and perhaps a name")
    seconds = Arguments(a.values[:1]).number(0.1, MAX_RENDER)
    return (seconds, *_optional_word(a.rest(1)))


def _alias(a: Arguments) -> tuple[str, ...]:
    names = a.words(2)
    if not all(name.startswith("/") for name in names):
        raise RefusedError("wants two addresses")
    return names


DESK_ADDRESSES = (
    Address(
        "/crossfade",
        "f, 0 to 1",
        "0 is deck a alone, 1 deck b alone, at equal power between.",
        lambda a: (a.number(0, 1),),
    ),
    Address(
        "/model/list", "ignored", "Answers `/model/list.reply` for each model.", nothing, job=True
    ),
    Address(
        "/tape/list", "ignored", "Answers `/tape/list.reply` for each tape.", nothing, job=True
    ),
    Address(
        "/audio/list", "ignored", "Answers `/audio/list.reply` for each device.", nothing, job=True
    ),
    Address(
        "/audio/device",
        "s",
        "Play through another device.",
        lambda a: (a.word(),),
        job=True,
        by_pattern=False,
    ),
    Address(
        "/audio/block",
        "i, 16 to 8192",
        "Frames that the device asks for at once.",
        lambda a: (a.whole(16, 8192),),
        job=True,
        by_pattern=False,
    ),
    Address(
        "/record/start",
        "none, or s",
        "Record to a WAV file of this name, with a log beside it that plays it again.",
        _optional_word,
        job=True,
    ),
    Address("/record/stop", "ignored", "End the recording.", nothing, job=True),
    Address(
        "/render",
        "f seconds, perhaps s",
        "Render the decks as they are set now, from a fresh start, into a WAV file; other jobs do "
        "not wait for it.",
        _render,
        job=True,
        by_pattern=False,
    ),
    Address(
        "/alias",
        "s s",
        "Let the first address mean the second, and what follows it likewise.",
        _alias,
        by_pattern=False,
    ),
    Address("/status", "ignored", "Answers `/status.reply`.", nothing),
    Address(
        "/get",
        "s",
        "Answers `/get.reply` with the values that this address was last sent.",
        lambda a: (a.word(),),
    ),
    Address(
        "/notify",
        "i, 0 or 1",
        "1 sends `/status.reply` and `/peak` unasked, 10 a second at most.",
        lambda a: (a.switch(),),
    ),
    Address(
        "/replyport",
        "none, or i, 1 to 65535",
        f"Answer this sender (its host and source port) at another port; {DEFAULT_REPLY_PORT} "
        "without an argument.",
        lambda a: (a.whole(1, 65535) if a.values else DEFAULT_REPLY_PORT,),
    ),
    Address(
        "/ping",
        "none, or i",
        "Answers `/pong` with the same argument.",
        lambda a: (a.whole(*INTEGER),) if a.values else (),
    ),
    Address(
        "/sync",
        "i",
        "Answers `/synced` with the same number once all that came before is done.",
        lambda a: (a.whole(*INTEGER),),
        job=True,
    ),
    Address("/version", "ignored", "Answers `/version.reply`.", nothing),
    Address(
        "/quit",
        "ignored",
        "Fade out and end. Only from this machine, and only with `--allow-quit`.",
        nothing,
        by_pattern=False,
    ),
)
