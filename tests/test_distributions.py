"""The three distributions: what their wheels hold, and what they ask for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

#: Folder of the project -> its package.
PROJECTS = {".": "musicvae", "export": "musicvae_export", "plugins/gtzan": "musicvae_gtzan"}

VERSION = "musicvae/version.py"
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc")


def name_of(requirement: str) -> str:
    match = re.match(r"[\w.-]+", requirement.strip())
    assert match is not None
    return match[0].lower()


@pytest.mark.parametrize(("project", "package"), PROJECTS.items())
def test_a_wheel_holds_the_package_and_nothing_else(
    root: Path, tmp_path: Path, project: str, package: str
) -> None:
    if find_spec("hatchling") is None:
        pytest.skip("hatchling, which builds the wheels, is not installed")
    source = tmp_path / "source" / project
    source.mkdir(parents=True)
    # A copy: building must neither see nor leave anything else in the checkout.
    (tmp_path / "source" / "musicvae").mkdir(exist_ok=True)
    shutil.copy(root / VERSION, tmp_path / "source" / VERSION)
    shutil.copytree(root / project / package, source / package, ignore=LEFT_OUT, dirs_exist_ok=True)
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / project / file, source)
    command = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run(
        [sys.executable, *command, "--wheel-dir", str(tmp_path), str(source)], check=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    files = (path for path in (source / package).rglob("*") if path.is_file())
    expected = {path.relative_to(source).as_posix() for path in files}
    assert f"{package}/py.typed" in expected
    assert {name for name in names if ".dist-info/" not in name} == expected
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


@pytest.mark.parametrize("project", PROJECTS)
def test_all_have_one_version(root: Path, project: str) -> None:
    import musicvae

    declared = tomllib.loads((root / project / "pyproject.toml").read_text("utf-8"))
    assert declared["project"]["dynamic"] == ["version"]
    place = root / project / declared["tool"]["hatch"]["version"]["path"]
    assert place.resolve() == (root / VERSION).resolve()
    assert f"## [{musicvae.__version__}]" in (root / "CHANGELOG.md").read_text("utf-8")


def test_the_base_is_small(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    base = {name_of(requirement) for requirement in project["dependencies"]}
    assert base == {"numpy", "onnxruntime", "platformdirs", "python-osc", "soundfile"}


def test_what_measures_brings_no_tensorflow_and_training_brings_it_too(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    named = {extra: {name_of(requirement) for requirement in extras[extra]} for extra in extras}
    assert named["measure"] == {"librosa", "matplotlib", "soxr"}
    assert "musicvae[measure]" in extras["train"]
    assert not named["train"] & named["measure"]


@pytest.mark.parametrize(
    ("hidden", "names"),
    [("matplotlib", "plots.waveforms([sound])"), ("librosa", "measures.describe(sound)")],
)
def test_what_measures_or_draws_names_its_extra(hidden: str, names: str) -> None:
    script = (
        f"import sys; sys.modules[{hidden!r}] = sys.modules['tensorflow'] = None\n"
        "import numpy, musicvae\nfrom musicvae import measures, plots\n"
        f"sound = musicvae.Sound.of(numpy.ones(8_000), 8_000)\n{names}\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert 'pip install "musicvae[measure]"' in done.stderr


def test_a_card_is_made_and_music_is_judged_without_tensorflow() -> None:
    script = (
        "import sys; sys.modules['tensorflow'] = sys.modules['keras'] = None\n"
        "import musicvae.cards.making, musicvae.evaluating.evaluation\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_every_dependency_is_listed_with_its_licence(root: Path) -> None:
    asked = set()
    for project in PROJECTS:
        declared = tomllib.loads((root / project / "pyproject.toml").read_text("utf-8"))
        extras = declared["project"].get("optional-dependencies", {}).values()
        for group in (declared["project"]["dependencies"], *extras):
            asked |= {name_of(requirement) for requirement in group}
        asked |= {name_of(requirement) for requirement in declared["build-system"]["requires"]}
    lines = (root / "requirements.txt").read_text("utf-8").splitlines()
    asked |= {name_of(line) for line in lines if re.match(r"[\w]", line)}
    host = json.loads((root / "examples" / "hosts" / "package.json").read_text("utf-8"))
    asked |= set(host["dependencies"]) | set(host["devDependencies"])
    table = (root / "THIRD_PARTY.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    listed = {name.strip() for row in rows[2:] for name in row[0].split(",")}
    assert asked - {"musicvae"} == listed
    assert all(len(row) == 3 for row in rows)
