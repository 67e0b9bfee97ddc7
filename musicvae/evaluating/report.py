"""Shows verdicts as a table in Markdown."""

from __future__ import annotations

from collections.abc import Mapping

from musicvae.evaluating.judge import Verdict
from musicvae.measures.repeating import LAGS

_HEAD = (
    "what plays", "distance", "of unheard", "tagged", "no music", "level, dBFS", "onsets/s",
    f"onsets again after {', '.join(f'{lag:g}' for lag in LAGS)} s", "copied", "variety", "drift",
)  # fmt: skip


def table(verdicts: Mapping[str, Verdict]) -> str:
    """A row for each verdict, in Markdown."""
    rows = [_HEAD, ["---", *["---:"] * (len(_HEAD) - 1)]]
    rows += [[name, *_cells(verdict)] for name, verdict in verdicts.items()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cells(verdict: Verdict) -> list[str]:
    return [
        f"{verdict.distance:.2f}",
        f"{verdict.ratio:.2f} ×",
        "-" if verdict.tagged is None else f"{verdict.tagged:.2f}",
        f"{verdict.unmusical:.2f}",
        f"{verdict.level:.1f}",
        f"{verdict.onsets:.1f}",
        " ".join(f"{again:.2f}" for again in verdict.repeats),
        f"{verdict.copied:.1%}",
        f"{verdict.variety:.2f}",
        "-" if verdict.drift is None else f"{verdict.drift:.2f} ×",
    ]
