"""Takes the pictures of the control page: it plays, and Chromium looks at it.

    python benchmarks/page_picture.py [--out docs/pictures] [--models jazz metal] [--seconds 20]

Writes `page.png`, a desktop on which the first model improvises while a way is drawn on its map,
and `page_phone.png`, the same on a phone of 360 pixels. Wants Chromium, playwright, and the ready
models.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from page_daemon import playing

#: Names, widths and heights of the pictures, in CSS pixels, and how many pixels each has.
PICTURES = (("page.png", 1280, 1060, 1.0), ("page_phone.png", 360, 740, 2.0))
#: The way that is drawn: shares of the map from its left and upper edges.
WAY = ((0.2, 0.75), (0.3, 0.5), (0.45, 0.4), (0.6, 0.5), (0.7, 0.35), (0.8, 0.2))


def show(page: Any, seconds: float) -> None:
    """Show all genres on the map, draw a way, and wait until the picture is full."""
    area = page.locator("#deck-a .map")
    area.wait_for()
    page.locator("#deck-a .legend").get_by_role("button", name="all genres").click()
    page.wait_for_timeout(1000 * seconds / 2)
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    for at, (x, y) in enumerate(WAY):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=8)
        if at == 0:
            page.mouse.down()
    page.mouse.up()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] - 8)
    page.wait_for_timeout(1000 * min(5.0, seconds / 2))


def take(url: str, out: Path, seconds: float) -> list[Path]:
    """The pictures of a page, which plays."""
    from playwright.sync_api import sync_playwright

    paths = []
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, width, height, scale in PICTURES:
            page = browser.new_page(
                viewport={"width": width, "height": height}, device_scale_factor=scale
            )
            page.goto(url)
            show(page, seconds)
            paths.append(out / name)
            page.screenshot(path=paths[-1])
            page.close()
        browser.close()
    return paths


def main(arguments: Sequence[str] | None = None) -> None:
    """Take the pictures, and print where they are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    parser.add_argument("--models", nargs="+", default=["jazz"])
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    # Long blocks: the browser takes the time of a machine without a graphics card.
    with (
        tempfile.TemporaryDirectory() as folder,
        playing(options.models, Path(folder), "--block", "4096") as daemon,
    ):
        for path in take(daemon.url, options.out.resolve(), options.seconds):
            print(path)


if __name__ == "__main__":
    main()
