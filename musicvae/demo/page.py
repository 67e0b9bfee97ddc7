"""Writes the web page of the demo: its steps with pictures and sounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from musicvae.files import replacing
from musicvae.paths import output_file

_STYLE = """
body { font: 17px/1.55 system-ui, sans-serif; max-width: 60rem; margin: 3rem auto; padding: 0 1rem;
  color: #22303c; background: #fdfcfa; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 3rem; }
img { width: 100%; height: auto; }
pre { background: #eef2f4; padding: .8rem 1rem; overflow-x: auto; font-size: 14px; }
figure { display: inline-block; margin: .4rem 1rem .4rem 0; }
figcaption { font-size: 14px; color: #5c6b77; }
"""


@dataclass(frozen=True)
class Chapter:
    """One step of the chain.

    Attributes:
        title: what was done.
        prose: the result, in a sentence or two.
        pictures: names of picture files in the folder of the page.
        sounds: names of sound files in the folder of the page.
        text: lines of figures, shown in a fixed-width font.
        command: the command that does the same.
    """

    title: str
    prose: str
    pictures: Sequence[str] = field(default_factory=tuple)
    sounds: Sequence[str] = field(default_factory=tuple)
    text: str = ""
    command: str = ""

    def html(self, number: int) -> str:
        """The chapter as HTML, with its number in the title."""
        parts = [f"<h2>{number}. {escape(self.title)}</h2>", f"<p>{escape(self.prose)}</p>"]
        parts += [
            f'<figure><audio controls src="{escape(name)}"></audio>'
            f"<figcaption>{escape(name)}</figcaption></figure>"
            for name in self.sounds
        ]
        parts += [f'<img src="{escape(name)}" alt="{escape(name)}">' for name in self.pictures]
        if self.text:
            parts.append(f"<pre>{escape(self.text)}</pre>")
        if self.command:
            parts.append(f"<p>Do it yourself:</p><pre>{escape(self.command)}</pre>")
        return "\n".join(parts)


def write_page(path: Path, chapters: Sequence[Chapter], seconds: float) -> Path:
    """Write the page, whole or not at all.

    Args:
        path: the HTML file, in the folder of its pictures and sounds.
        chapters: in their order.
        seconds: duration of the whole demo.

    Returns:
        The path written.
    """
    body = "\n".join(chapter.html(number) for number, chapter in enumerate(chapters, start=1))
    html = (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>musicvae demo</title><style>{_STYLE}</style>\n"
        "<h1>From a folder of sounds to an instrument</h1>\n"
        f"<p>All of this happened in {seconds:.0f} seconds, on this machine.</p>\n{body}\n"
        "<h2>What to try next</h2><p>Train on your own folder for an hour: the sound keeps "
        "improving. Then play it from your patch; docs/osc.md lists every message.</p>\n</html>\n"
    )
    path = output_file(path, (".html",))
    with replacing(path) as temporary:
        temporary.write_text(html, "utf-8")
    return path
