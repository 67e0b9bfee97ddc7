"""Text from strangers made safe to print: file names, artifacts, devices, other processes."""

from __future__ import annotations


def printable(text: str, replacement: str = "?") -> str:
    """The text with each character that cannot be printed replaced.

    Line breaks and control characters are among them: printed as they are, they could move the
    cursor, change colours or clear the terminal. Letters of any script and spaces stay.

    Args:
        text: any text.
        replacement: what stands for each such character; one character keeps the length.
    """
    return "".join(char if char.isprintable() else replacement for char in text)
