"""What a release asks of the tree, and that nothing half done stays behind."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def tool(load: Callable[[str], ModuleType]) -> ModuleType:
    return load("tools/release.py")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A committed tree of version 0.1.0, whose changelog has 0.2.0."""
    root = tmp_path / "tree"
    (root / "musicvae").mkdir(parents=True)
    (root / "musicvae" / "version.py").write_text('"""Why."""\n\n__version__ = "0.1.0"\n', "utf-8")
    (root / "CHANGELOG.md").write_text("# Changelog\n\n## [0.2.0]\n\n## [0.1.0]\n", "utf-8")
    (root / "pyproject.toml").write_text("[project]\n[project.urls]\n", "utf-8")
    author = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for command in (("init", "-q"), ("add", "."), (*author, "commit", "-qm", "first")):
        subprocess.run(["git", *command], cwd=root, check=True)
    return root


def test_a_release_writes_the_version_and_builds_it(
    tool: ModuleType,
    tree: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    built = []
    monkeypatch.setattr(tool, "build", lambda root, out: built.append(tool.read_version(root)))
    tool.release(tree, "0.2.0", tree / "dist")
    assert built == ["0.2.0"]
    assert (tree / "musicvae" / "version.py").read_text("utf-8").splitlines()[0] == '"""Why."""'
    printed = capsys.readouterr().out
    assert "git tag v0.2.0" in printed
    assert "[project.urls] is empty" in printed


@pytest.mark.parametrize("trouble", [SystemExit("a check fails"), KeyboardInterrupt(), OSError()])
def test_a_failed_release_leaves_the_version_as_it_was(
    tool: ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch, trouble: BaseException
) -> None:
    def fail(root: Path, out: Path) -> None:
        raise trouble

    monkeypatch.setattr(tool, "build", fail)
    with pytest.raises(type(trouble)):
        tool.release(tree, "0.2.0", tree / "dist")
    assert tool.read_version(tree) == "0.1.0"


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("0.3.0", "no section ## [0.3.0]"),
        ("0.0.9", "lower than 0.1.0"),
        ("next", "'next' is no version"),
    ],
)
def test_a_version_that_cannot_be(tool: ModuleType, tree: Path, version: str, reason: str) -> None:
    with pytest.raises(SystemExit) as refusal:
        tool.release(tree, version, tree / "dist")
    assert reason in str(refusal.value)
    assert tool.read_version(tree) == "0.1.0"


@pytest.mark.parametrize("name", ["new.py", "CHANGELOG.md"])
def test_changes_that_are_not_committed(tool: ModuleType, tree: Path, name: str) -> None:
    with (tree / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(SystemExit, match="the tree has changes"):
        tool.release(tree, "0.2.0", tree / "dist")


def test_nothing_is_built_beside_what_lies_there(tool: ModuleType, tree: Path) -> None:
    out = tree / "dist"
    out.mkdir()
    (out / "musicvae-0.0.1.tar.gz").touch()
    with pytest.raises(SystemExit, match="is not empty"):
        tool.build(tree, out)


def test_a_program_that_fails_is_told_with_its_words(tool: ModuleType) -> None:
    with pytest.raises(SystemExit, match="No module named no_such_module"):
        tool.python("-m", "no_such_module")


def test_the_version_of_this_tree_is_found(tool: ModuleType, root: Path) -> None:
    import musicvae

    assert tool.read_version(root) == musicvae.__version__
