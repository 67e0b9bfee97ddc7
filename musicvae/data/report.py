"""Reports for each file of a data set whether it is used, as text and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from musicvae.data.corpus import Corpus
from musicvae.data.tracks import Scan
from musicvae.recipes.split import Split
from musicvae.text import printable

#: Files that the text names in each of its sections.
SHOWN = 50


@dataclass(frozen=True)
class DataReport:
    """A scan, the corpus that was built from it, and its split.

    Attributes:
        scan: the files that were found.
        corpus: the tracks that can be used.
        split: which tracks are trained and tested on, or ``None``.
    """

    scan: Scan
    corpus: Corpus
    split: Split | None = None

    @property
    def skipped(self) -> list[tuple[str, str]]:
        """Key and reason of each file that is not used, sorted."""
        return sorted(
            (skip.key, skip.reason) for skip in (*self.scan.skipped, *self.corpus.skipped)
        )

    def to_json(self) -> dict[str, Any]:
        """The report as values for JSON; lengths are in seconds."""
        sides = {} if self.split is None else dict.fromkeys(self.split.train, "train")
        sides |= {} if self.split is None else dict.fromkeys(self.split.test, "test")
        spec = self.corpus.spec
        return {
            "folder": str(self.scan.root.resolve()),
            "sample_rate": spec.sample_rate,
            "channels": spec.channels,
            "digest": self.corpus.digest,
            "seconds": round(self.corpus.seconds, 3),
            "tracks": [
                {
                    "key": entry.track.key,
                    "seconds": round(entry.samples / spec.sample_rate, 3),
                    "set": sides.get(entry.track.key),
                    "notes": list(entry.notes),
                }
                for entry in self.corpus.entries
            ],
            "skipped": [{"key": key, "reason": reason} for key, reason in self.skipped],
        }

    def text(self) -> str:
        """A summary, then lines for files that are skipped or have a note, :data:`SHOWN` of each.

        :meth:`to_json` has them all.
        """
        lines = [self._summary()]
        lines += _section("skipped", self.skipped)
        notes = [(key, "; ".join(notes)) for key, notes in self.corpus.notes.items()]
        lines += _section("used, with a note", notes)
        return "\n".join(lines)

    def _summary(self) -> str:
        corpus = self.corpus
        minutes = f"{int(corpus.seconds // 60)} min {corpus.seconds % 60:.0f} s"
        text = f"{len(corpus)} tracks, {minutes}, from {printable(str(self.scan.root))}"
        if self.split is not None:
            text += f"; {len(self.split.train)} to train on, {len(self.split.test)} to test on"
        return f"{text}; {len(self.skipped)} skipped"


def _section(title: str, rows: list[tuple[str, str]]) -> list[str]:
    """The lines of a title and of its rows; none where there are no rows."""
    if not rows:
        return []
    shown = [(printable(key), printable(text)) for key, text in rows[:SHOWN]]
    width = min(40, max(len(key) for key, _ in shown))
    lines = [f"{title}:", *(f"  {key:<{width}}  {text}" for key, text in shown)]
    if len(rows) > SHOWN:
        lines.append(f"  … and {len(rows) - SHOWN:,} more; the run's data.json lists them all")
    return lines
