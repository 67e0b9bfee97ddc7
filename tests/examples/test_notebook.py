"""The notebook, executed headless in a kernel of its own, on tiny data and with little training."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
pytest.importorskip("musicvae_export", reason="musicvae-export is not installed")
pytest.importorskip("ipykernel", reason="ipykernel is not installed")
nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")

#: What a reader of the original knows by name.
FAMILIAR = (
    "BASE_PATH", "DatasetLoader", "TrackSet_1", "TrackSet_2", "BATCH_SIZE", "train_size",
    "test_size", "load", "map_data", "Resnet1DBlock", "CVAE", "latent_dim", "reparameterize",
    "log_normal_pdf", "compute_loss", "train_step", "GradientTape", "optimizer", "epochs",
    "random_vector_for_generation", "generate_and_save_images", "inference", "Audio", "ELBO",
)  # fmt: skip


@pytest.fixture(scope="module")
def notebook(root: Path) -> Any:
    return nbformat.read(root / "examples" / "music_generation.ipynb", as_version=4)


def code_of(notebook: Any) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_it_is_valid_and_kept_without_outputs(notebook: Any) -> None:
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_it_keeps_the_names_that_its_readers_know(notebook: Any) -> None:
    text = "\n".join(cell.source for cell in notebook.cells)
    assert [name for name in FAMILIAR if name not in text] == []


def test_it_mounts_drive_in_colab_and_only_there(
    notebook: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (setup,) = [c.source for c in notebook.cells if "setup" in c.metadata.get("tags", [])]
    mounted: list[str] = []
    colab, drive = ModuleType("google.colab"), ModuleType("google.colab.drive")
    drive.mount = mounted.append  # type: ignore[attr-defined]
    colab.drive = drive  # type: ignore[attr-defined]

    exec(setup, {})
    assert mounted == []

    monkeypatch.setitem(sys.modules, "google.colab", colab)
    monkeypatch.setitem(sys.modules, "google.colab.drive", drive)
    exec(setup, {})
    assert mounted == ["/content/drive"]


def test_every_cell_runs(
    notebook: Any,
    tiny_sounds: Path,
    tiny_cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MUSICVAE_NOTEBOOK_QUICK", "1")
    monkeypatch.setenv("MUSICVAE_NOTEBOOK_DATA", str(tiny_sounds))
    monkeypatch.setenv("MUSICVAE_NOTEBOOK_OUT", str(tmp_path / "runs"))
    monkeypatch.setenv("MUSICVAE_CACHE", str(tiny_cache))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    copy = nbformat.from_dict(notebook)
    resources = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(copy, timeout=300, kernel_name="python3", resources=resources).execute(
        env=dict(os.environ)
    )

    (out,) = (tmp_path / "runs").iterdir()
    made = {path.name for path in out.iterdir()}
    assert {"clip", "jazz.onnx", "take.wav", "image_at_epoch_0002.png"} <= made
    kinds = [
        kind
        for cell in copy.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        for kind in output.get("data", ())
    ]
    players = [kind for kind in kinds if kind == "text/html"]
    assert len(players) >= 7  # sounds play inline
    assert kinds.count("image/png") >= 7  # and pictures are seen
