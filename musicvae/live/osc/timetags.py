"""Converts time tags of bundles to delays. No clock: the caller passes the time.

A time tag is an NTP time of 64 bits: seconds since 1900, and fractions of 2**-32 s. Senders differ:
SuperCollider writes the true time, most write 1 ("immediately"), and TouchDesigner counts from its
own start, which looks like a time a century ago. So only times near the present are used.
"""

from __future__ import annotations

#: The time tag that means "immediately" in the OSC specification.
IMMEDIATELY = 1
#: Seconds; a time further in the future is not taken for a real one.
MOST_AHEAD = 60.0

_UNIX_EPOCH = 2_208_988_800  # 1970 in seconds since 1900
_FRACTION = 2**32
_ERA = 2**64


def ntp(unix: float) -> int:
    """The time tag of a Unix time (``time.time()``), in seconds, to a microsecond or better."""
    whole = int(unix // 1)
    return ((whole + _UNIX_EPOCH) * _FRACTION + int((unix - whole) * _FRACTION)) % _ERA


def due(when: int, now: int) -> float:
    """The time that a message must wait until it is due.

    Args:
        when: its time tag, 0 to 2**64 - 1.
        now: the present as a time tag, see :func:`ntp`.

    Returns:
        Seconds from now, 0 to ``MOST_AHEAD``. 0 for a time in the past, for "immediately" (1, or 0
        as some write it), and for a time further in the future than ``MOST_AHEAD``.
    """
    if when <= IMMEDIATELY:
        return 0.0
    # The seconds wrap around in February 2036, so take the shorter way around.
    ahead = (when - now + _ERA // 2) % _ERA - _ERA // 2
    seconds = ahead / _FRACTION
    return seconds if 0 < seconds <= MOST_AHEAD else 0.0
