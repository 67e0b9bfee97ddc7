"""How soon the control page is seen in Chromium, whether anything shifts, and what it loads."""

from __future__ import annotations

import shutil
from typing import Any

#: Widths of a desktop and of a phone, in CSS pixels.
WIDTHS = (1280, 360)
#: Seconds in which what shifts has shifted.
_WATCHED = 4.0
#: What the browser itself has measured (W3C Paint Timing, Layout Instability, Resource Timing).
_MEASURED = """async (seconds) => {
  const entries = (type) => new Promise((done) => {
    const found = [];
    const observer = new PerformanceObserver((list) => found.push(...list.getEntries()));
    observer.observe({ type, buffered: true });
    setTimeout(() => done(found), 1000 * seconds);
  });
  const [paints, shifts] = await Promise.all([entries("paint"), entries("layout-shift")]);
  const loaded = performance.getEntriesByType("resource");
  return {
    paint: paints.find(({ name }) => name === "first-contentful-paint")?.startTime ?? null,
    shift: shifts.reduce((sum, { value }) => sum + value, 0),
    files: loaded.filter(({ name }) => name.includes("/assets/")).length,
    bytes: loaded.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
  };
}"""


def paints(url: str, times: int = 3) -> list[tuple[int, dict[str, Any]]]:
    """What a browser measured that opened the page, for each width; empty without Chromium.

    Args:
        url: of the page.
        times: how often it is opened, each time with an empty cache; the median paint counts.
    """
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return []
    if chromium is None:
        return []
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for width in WIDTHS:
            runs = []
            for _ in range(times):
                page = browser.new_page(viewport={"width": width, "height": 740})
                page.goto(url)
                page.locator("#deck-a .map").wait_for()
                runs.append(page.evaluate(_MEASURED, _WATCHED))
                page.close()
            runs.sort(key=lambda run: run["paint"])
            middle = runs[len(runs) // 2]
            found.append((width, middle | {"shift": max(run["shift"] for run in runs)}))
        browser.close()
    return found


def print_paints(url: str) -> None:
    """Print the table."""
    measured = paints(url)
    if measured:
        print("\n| width, pixels | first paint, ms | layout shift | files | kB |")
        print("|---|---|---|---|---|")
    for width, run in measured:
        print(
            f"| {width} | {run['paint']:.0f} | {run['shift']:.3f} | {run['files']} "
            f"| {run['bytes'] / 1000:.0f} |",
            flush=True,
        )
