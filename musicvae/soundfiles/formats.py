"""Tells by its ending whether a file is sound, and whether it can be read.

Only names are looked at here; what a file really holds is seen when it is decoded.
"""

from __future__ import annotations

from functools import cache
from pathlib import PurePath

from musicvae.soundfiles.reader import soundfile_module

#: Formats of libsndfile by ending, lower case. Opus and AIFF-C are variants of a format.
_FORMATS = {
    **dict.fromkeys((".wav", ".wave", ".bwf"), "WAV"),
    ".rf64": "RF64",
    ".w64": "W64",
    **dict.fromkeys((".aiff", ".aif", ".aifc"), "AIFF"),
    ".caf": "CAF",
    **dict.fromkeys((".au", ".snd"), "AU"),
    ".flac": "FLAC",
    **dict.fromkeys((".ogg", ".oga", ".opus"), "OGG"),
    **dict.fromkeys((".mp3", ".mp2"), "MP3"),
    **dict.fromkeys((".iff", ".8svx", ".svx"), "SVX"),
    ".voc": "VOC",
    ".avr": "AVR",
    ".paf": "PAF",
    ".pvf": "PVF",
    **dict.fromkeys((".sf", ".ircam"), "IRCAM"),
    **dict.fromkeys((".sph", ".nist"), "NIST"),
    ".sds": "SDS",
    ".wve": "WVE",
    ".xi": "XI",
}

#: Endings of sound that is never read, with the reason; each begins and ends with a space.
_UNREADABLE = (
    (
        " .m4a .m4b .m4p .m4r .mp4 .aac .adts .alac .3gp .wma .asf .ape .wv .mpc .mp+ .tta .tak "
        ".ofr .dsf .dff .ac3 .eac3 .dts .thd .mlp .amr .awb .ra .rm .ram .mka .weba .webm .spx "
        ".gsm .shn .vqf .qcp .m3a ",
        "cannot be read here; convert it, for example to flac with ffmpeg",
    ),
    (" .mid .midi .kar .rmi .smf .syx ", "notes, not sound"),
    (" .mod .xm .s3m .it .stm .669 ", "a tracker's song, not sound"),
)


@cache
def readable_endings() -> tuple[str, ...]:
    """The endings, lower case, of files that the installed libsndfile reads."""
    known = soundfile_module().available_formats()
    return tuple(ending for ending, form in _FORMATS.items() if form in known)


def is_readable(path: PurePath) -> bool:
    """Whether a file has the ending of sound that can be read, in capitals or not."""
    return path.suffix.lower() in readable_endings()


def unreadable(path: PurePath) -> str | None:
    """Why a file with the ending of sound cannot be read, a phrase.

    Returns:
        ``None`` where it can be read, or is no sound by its ending.
    """
    ending = path.suffix.lower()
    if ending in _FORMATS and ending not in readable_endings():
        return f"this libsndfile does not read {_FORMATS[ending]}"
    for endings, reason in _UNREADABLE:
        if ending and f" {ending} " in endings:
            return reason
    return None
