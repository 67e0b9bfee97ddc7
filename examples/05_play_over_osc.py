"""Play an exported model and move its latents over OSC, as a patch on stage would.

python examples/05_play_over_osc.py example.onnx                     # on the sound card
python examples/05_play_over_osc.py example.onnx --out take.wav      # into a file
"""

import argparse
import math
import time

from pythonosc.udp_client import SimpleUDPClient

from musicvae.live.daemon import Daemon

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("artifact", nargs="?", default="example.onnx", help="what 04_export.py made")
parser.add_argument("--out", help="a WAV file instead of the sound card")
parser.add_argument("--seconds", type=float, default=20.0)
options = parser.parse_args()

# Here the daemon runs inside this script; on stage it is `musicvae live jazz`, and what sends is
# Max, Pd, TouchDesigner, SuperCollider, a phone: anything that speaks OSC.
with Daemon(options.artifact, output=options.out, port=0) as daemon:
    with SimpleUDPClient("127.0.0.1", daemon.port) as client:
        client.send_message("/gain", -3.0)  # dB
        start = time.monotonic()
        while (elapsed := time.monotonic() - start) < options.seconds:
            angle = 2 * math.pi * elapsed / 8  # one round in 8 seconds
            client.send_message("/latent", [2 * math.cos(angle), 2 * math.sin(angle)])
            time.sleep(0.25)
    status = daemon.status()

print(f"{status['packets_received']} packets received, {status['packets_refused']} refused")
print(f"one decode took {status['decode_ms']:.1f} ms")
if options.out:
    print(f"{options.out} holds what was played")
