"""Draws the pictures of the hosts' pages from the patches themselves.

python examples/pictures            # all that are out of date, into their folders
python examples/pictures pd max     # only these
python examples/pictures --check    # 1 if one is out of date

Each picture holds the fingerprint of what it was drawn from. Those of performances are recorded
while they are played, in a fraction of their time; SuperCollider's needs sclang, node's needs node.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
from pathlib import Path

import boxes
import openstagecontrol
import patchers
import timeline
import touchdesigner
from PIL import Image

EXAMPLES = Path(__file__).resolve().parent.parent
#: What each picture is drawn from, in the host's folder.
SOURCES = {
    "max": ["musicvae.maxpat"],
    "pd": ["musicvae.pd"],
    "openstagecontrol": ["musicvae.json"],
    "touchdesigner": ["build.py"],
    "wekinator": ["project.json"],
    "python": ["play.py"],
    "node": ["play.js", "osc.js"],
    "supercollider": ["musicvae.scd"],
}
#: Seconds that a second of a score takes in the recorded performances.
PACE = 0.1
PORT = 17700


def fingerprint(host: str) -> str:
    """The digest of the files that a picture is drawn from."""
    digest = hashlib.sha256()
    for name in SOURCES[host]:
        digest.update((EXAMPLES / host / name).read_text("utf-8").encode())
    return digest.hexdigest()[:16]


def current(host: str) -> bool:
    """Whether the stored picture was drawn from the present files."""
    if not picture(host).is_file():
        return False
    with Image.open(picture(host)) as image:
        return image.info.get("Source") == fingerprint(host)


def picture(host: str) -> Path:
    """The file of a host's picture."""
    return EXAMPLES / host / "picture.png"


def render(host: str, path: Path) -> None:
    """Draw one picture."""
    source, first = fingerprint(host), EXAMPLES / host / SOURCES[host][0]
    match host:
        case "max":
            boxes.draw(patchers.read_max(first), path, source)
        case "pd":
            boxes.draw(patchers.read_pd(first), path, source)
        case "openstagecontrol":
            openstagecontrol.draw_session(first, path, source)
        case "touchdesigner":
            boxes.draw(touchdesigner.read_network(first), path, source)
        case "wekinator":
            boxes.draw(_flow(first), path, source)
        case _:
            timeline.draw(_performed(host, first), path, source)


def _flow(project: Path) -> boxes.Patch:
    """Hand, Wekinator and musicvae, with the numbers that join them."""
    said = json.loads(project.read_text("utf-8"))
    inputs, outputs = said["inputs"], said["outputs"]
    setup = "\n".join(" ".join(map(str, message)) for message in said["musicvae"]["setup"])
    words = (
        f"hand.py\n{inputs['count']} numbers in {inputs['message']}",
        f"Wekinator\nlistens on port {inputs['port']}\n{inputs['count']} inputs, "
        f"{outputs['count']} outputs\n{outputs['type']}",
        f"musicvae live\nlistens on port {outputs['port']}\n{outputs['count']} numbers in "
        f"{outputs['message']}\nonce, from hand.py:\n{setup}",
    )
    flow = boxes.Patch()
    for number, text in enumerate(words):
        flow.boxes.append(boxes.Box(12 + 150 * number, 12 + 130 * number, 280, 96, text))
    flow.cords += [boxes.Cord(0, 0, 1, 0), boxes.Cord(1, 0, 2, 0)]
    return flow


def _performed(host: str, script: Path) -> timeline.Heard:
    program = {"python": sys.executable, "node": "node", "supercollider": "sclang"}[host]
    if shutil.which(program) is None:
        raise SystemExit(f"the picture of {host} needs {program}")
    environment = {"MUSICVAE_PORT": str(PORT)}
    if host != "supercollider":
        words = [program, str(script), "--port", str(PORT), "--pace", str(PACE)]
        return timeline.record(words, environment, PORT, PACE)
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run.scd"
        run.write_text(
            f'thisProcess.interpreter.executeFile("{script}"); '
            f"fork {{ 1.wait; ~perform.({PACE}); {61 * PACE}.wait; 0.exit }};\n"
        )
        environment |= {"QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1"}
        return timeline.record([program, "-D", str(run)], environment, PORT, PACE)


def main() -> int:
    """Draw what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("hosts", nargs="*", choices=[*SOURCES, []], metavar="HOST")
    parser.add_argument("--check", action="store_true", help="draw nothing")
    options = parser.parse_args()
    old = [host for host in options.hosts or SOURCES if options.hosts or not current(host)]
    for host in old:
        if options.check:
            print(f"out of date: {picture(host).relative_to(EXAMPLES)}")
        else:
            render(host, picture(host))
            print(f"{picture(host).relative_to(EXAMPLES)}: {picture(host).stat().st_size} bytes")
    return 1 if options.check and old else 0


if __name__ == "__main__":
    raise SystemExit(main())
