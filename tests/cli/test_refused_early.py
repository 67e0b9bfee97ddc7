"""What needs no TensorFlow is refused before it is imported, which takes seconds."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from musicvae.cli.main import main
from musicvae.data.tracks import scan
from musicvae.models import inspect
from musicvae.vae.prior.folder import PriorFolder
from musicvae.vae.prior.plan import Plan
from musicvae.vae.run.folder import RunFolder

PROGRAM = """
import contextlib, io, json, sys
from musicvae.cli.main import main
found = []
for words in json.loads(sys.argv[1]):
    with contextlib.redirect_stderr(io.StringIO()) as text:
        status = main(words)
    found.append([status, text.getvalue(), "tensorflow" in sys.modules])
print(json.dumps(found))
"""

#: Commands, and what the refusal names. In the folder are a file ``song.wav`` without sound, a
#: folder ``sounds`` with tracks, an empty folder, a folder ``run`` with an empty ``run.json``, the
#: run ``heard`` of those tracks, which has no model, an encoder, latents, and the folder of a prior
#: of that encoder, ``trained``.
REFUSED = {
    "reconstruct nope song.wav --out x": "not a run",
    "reconstruct run nope.wav --out x": "no file 'nope.wav'",
    "reconstruct run song.wav --out x": "cannot read 'song.wav'",
    "interpolate nope 1 2 --out x": "not a run",
    "plot nope --out x": "not a run",
    "plot run --out x": "run.json cannot be read",
    "sample empty --out x": "not a run",
    "survey nope sounds": "not a run",
    "survey run nope": "no folder to take sounds from",
    "survey run sounds --seconds -1": "seconds",
    "export nope --out x.onnx": "not a run",
    "export run --out x.wav": "ends in .onnx",
    "models share nope --out x": "not a run",
    "tape empty nope.wav -o x.tape": "no file 'nope.wav'",
    "train --out x": "no sounds were named",
    "train --data nope --out x": "no folder to take sounds from",
    "train --data empty --out x": "no sound files",
    "train --data sounds --genre bossa --out x": "no folder for the genre",
    "train --data sounds --genre jaz --out x": "did you mean 'jazz'?",
    "train --data sounds/metal --genre jaz --out x": "no folder for the genre 'jaz', and none of",
    "train --data sounds/metal --genre zzz --recipe clip --out x": "name one of these folders",
    "survey heard sounds/metal --genre jaz": "no folder for the genre 'jaz'",
    "evaluate encoder.onnx --data sounds/metal --genre jaz": "no folder for the genre 'jaz'",
    "train --data sounds --minutes -1 --out x": "minutes",
    "train --data sounds --recipe nope --out x": "no recipe named 'nope'",
    "train --data sounds --set nope=1 --out x": "nope",
    "train --data sounds --set model.nope=1 --out x": "model.nope",
    "train --data sounds --recipe clip --set model.nope=1 --out x": "model.nope",
    "train --data sounds --recipe notebook --set model.nope=1 --out x": "no settings of its own",
    "train --data sounds --strategy nope --out x": "unknown strategy",
    "train --data sounds --from nope --out x": "not a run",
    "train --data sounds --freeze nope --out x": "cannot be frozen",
    "train --data sounds --out run": "there is a run in this folder already",
    "train --resume --out nope": "not a run",
    "demo --out run": "needs a new folder",
    "demo --out x --minutes -1": "minutes",
    "prior nope --out x": "nope",
    "prior empty --out x": "not a run",
    "prior run --data nope --out x": "no folder to take sounds from",
    "prior run --set nope=1 --out x": "no such setting",
    "prior run --set model.nope=1 --out x": "no such setting",
    "prior run --minutes -1 --out x": "minutes",
    "prior run --from nope --out x": "no prior to start from",
    "prior run --from empty --out x": "not that of a prior",
    "prior run --from nope.onnx --out x": "no prior to start from",
    "prior run --from song.wav --out x": "not an ONNX file",
    "prior --resume --out nope": "not that of a prior",
    "prior heard --genre jaz --out x": "did you mean 'jazz'?",
    "prior heard --data sounds --genre polka --out x": "no track is of this genre",
    "prior encoder.onnx --data sounds --genre polka --out x": "Expected: jazz, metal",
    "prior encoder.onnx --data sounds/jazz --genre metal --out x": "no track is of this genre",
    "prior --material material.npz --genre jaz --out x": "did you mean 'jazz'?",
    "prior encoder.onnx --data sounds --from trained --genre jaz --out x": "did you mean 'jazz'?",
    "prior encoder.onnx --data sounds --from trained --genre polka --out x": "does not know this",
    "prior encoder.onnx --data sounds/jazz --from trained --out x": "of which genre",
    "prior encoder.onnx --data sounds --from heard --out x": "a run comes first",
    "prior --data sounds --from trained --out x": "nothing was named that encodes",
    "prior --material material.npz --from trained --out x": "another latent space",
    "prior --material material.npz --from encoder.onnx --out x": "encoder.onnx is no prior",
}


@pytest.fixture
def folder(
    tiny_sounds: Path,
    make_encoder: Callable[..., Path],
    helper: Callable[[str], ModuleType],
    tmp_path: Path,
) -> Path:
    for name in ("run", "empty"):
        (tmp_path / name).mkdir()
    (tmp_path / "run" / "run.json").touch()
    (tmp_path / "song.wav").write_text("no sound")
    (tmp_path / "sounds").symlink_to(tiny_sounds, target_is_directory=True)
    keys = [track.key for track in scan(tiny_sounds).tracks]
    report = {"folder": str(tiny_sounds), "tracks": [{"key": key} for key in keys]}
    RunFolder.create(tmp_path / "heard", {"genre": None}, {"train": keys, "test": []}, report)
    encoder, priors = make_encoder("encoder.onnx"), helper("prior_material")
    priors.material().save(tmp_path / "material.npz")
    latents, plan = priors.heard_by(inspect(encoder)), Plan.of(priors.PLAN)
    PriorFolder.create(tmp_path / "trained", latents, plan, {"licence": "x"}).best.touch()
    return tmp_path


def test_what_needs_no_tensorflow_is_refused_before_it(folder: Path) -> None:
    words = json.dumps([shlex.split(line) for line in REFUSED])
    command = [sys.executable, "-c", PROGRAM, words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    for (line, named), (status, text, loaded) in zip(
        REFUSED.items(), json.loads(done.stdout), strict=True
    ):
        assert status == 1, line
        assert named in text, (line, text)
        assert not loaded, line
    assert not (folder / "x").exists()


#: Commands that want a run, and the hint where a ready model is given.
WANT_A_RUN = {
    "reconstruct jazz song.wav --out x": "musicvae transform jazz FILE -o NEW.wav",
    "interpolate jazz 1 2 --out x": "musicvae play jazz -o jazz.wav",
    "plot jazz --out x": "musicvae models card jazz",
    "survey jazz sounds": "musicvae survey ",
    "export jazz --out x.onnx": "it is exported already: ",
    "models share jazz --out x": "musicvae play jazz -o jazz.wav",
}


@pytest.mark.parametrize(("line", "hint"), WANT_A_RUN.items())
def test_a_ready_model_is_no_run(
    line: str,
    hint: str,
    folder: Path,
    ready_site: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    place = ready_site.bring("jazz", said={"run": "fake_bringer_jazz:shared"})
    (place / "shared").mkdir()
    (place / "shared" / "run.json").touch()
    for package in ("tensorflow", "musicvae_export"):  # as if they were not installed
        monkeypatch.setitem(sys.modules, package, None)
    assert main(shlex.split(line)) == 1
    text = capsys.readouterr().err
    assert "'jazz' is a ready model, of which there is no " in text
    assert hint in text
    assert "pip install" not in text
