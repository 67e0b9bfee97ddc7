"""Time tags of bundles: when a message is due. Pure; the caller reads the clock.

A time tag is an NTP time of 64 bits: seconds since 1900, and fractions of 2**-32 s. Senders differ:
SuperCollider means it, most write 1 ("immediately"), and TouchDesigner counts from its own start,
which lies a century away. So only what is near the present is believed.
"""

from __future__ import annotations

#: "Immediately", by the OSC specification.
IMMEDIATELY = 1
#: A time further away than this, in seconds, was not meant as one.
MOST_AHEAD = 60.0

_UNIX_EPOCH = 2_208_988_800  # 1970 in seconds since 1900
_FRACTION = 2**32
_ERA = 2**64


def ntp(unix: float) -> int:
    """The time tag of a Unix time (``time.time()``), in seconds, to a microsecond or better."""
    whole = int(unix // 1)
    return ((whole + _UNIX_EPOCH) * _FRACTION + int((unix - whole) * _FRACTION)) % _ERA


def due(when: int, now: int) -> float:
    """How long a message waits.

    Args:
        when: its time tag, 0 to 2**64 - 1.
        now: the present as a time tag, see :func:`ntp`.

    Returns:
        Seconds from now, 0 to ``MOST_AHEAD``. What is late is due now, and so is what says
        "immediately" (1, or 0 as some write it) or a time further off than ``MOST_AHEAD``.
    """
    if when <= IMMEDIATELY:
        return 0.0
    # The count of seconds begins again in February 2036: the nearer way around is meant.
    ahead = (when - now + _ERA // 2) % _ERA - _ERA // 2
    seconds = ahead / _FRACTION
    return seconds if 0 < seconds <= MOST_AHEAD else 0.0
