"""Prints what the cards of the installed ready models say of their reconstructions.

    python benchmarks/ready_models.py | python benchmarks/into_page.py ready-models docs/cards.md

The figures were measured on unheard tracks when the cards were made (`musicvae models measure`).
"""

from __future__ import annotations

from collections.abc import Iterator

from musicvae.models import find_all
from musicvae.models.card import ModelCard

HEAD = ("model", "log-mel L1", "STFT", "onsets", "level (worst), dB", "width (worst), dB")


def main() -> None:
    """Print the table."""
    print("| " + " | ".join((*HEAD, "texture, dB", "roughness, dB", "kbit/s", "MB")) + " |")
    print("| --- |" + " ---: |" * 9)
    for row in rows():
        print(f"| {' | '.join(row)} |")


def rows() -> Iterator[list[str]]:
    """A row for each model with figures, by name."""
    for record in find_all():
        if record.value is None or record.value.card is None:
            continue
        card = ModelCard.load(record.value.card)
        if card.figures is None:
            continue
        seen = card.figures
        width = "" if seen.width is None else f"{seen.width:+.1f} ({seen.width_worst or 0:.1f})"
        yield [
            card.name,
            *(f"{seen.log_mel:.3f}", f"{seen.stft:.3f}", f"{seen.onsets:.3f}"),
            *(f"{seen.level:+.2f} ({seen.level_worst:.1f})", width),
            "" if seen.texture is None else f"{seen.texture:.2f}",
            "" if seen.roughness is None else f"{seen.roughness:+.2f}",
            "" if seen.kbits is None else f"{seen.kbits:.1f}",
            f"{card.decoder.bytes / 1e6:.2f}",
        ]


if __name__ == "__main__":
    main()
