"""Children run nothing that lies in the current folder, and live no longer than their parent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from musicvae import child

#: Names that something imports at the start of every child, or soon after.
SHADOWS = ("json", "numpy", "subprocess", "queue", "soundfile", "sitecustomize", "usercustomize")


@pytest.fixture
def trapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with modules that leave a file when they run."""
    for name in SHADOWS:
        (tmp_path / f"{name}.py").write_text(f"open('ran-{name}', 'w')\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def imported(code: str = "", python: tuple[str, ...] = ()) -> list[str]:
    """What a child, started by a parent of its own, has as ``sys.path``."""
    inner = "import json, sys, queue, soundfile; print(json.dumps(sys.path))"
    outer = f"""
{code}
from musicvae import child
process = child.start({inner!r}, stdout=-1)
print(process.communicate()[0])
"""
    done = subprocess.run(
        [sys.executable, *python, "-c", outer], capture_output=True, text=True, check=True
    )
    paths: list[str] = json.loads(done.stdout)
    return paths


def ran(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("ran-*"))


@pytest.mark.parametrize("found", ["", ":", ".", "{here}:"])
def test_the_current_folder_shadows_nothing(
    trapped: Path, monkeypatch: pytest.MonkeyPatch, found: str
) -> None:
    # Where the variable names the folder, the parent itself imports from there, and may.
    monkeypatch.setenv("PYTHONPATH", found.format(here=trapped))
    inner = "import json, sys, queue, numpy, soundfile; print(json.dumps(sys.path))"
    monkeypatch.setattr(sys, "path", ["", str(trapped), *sys.path])
    with child.start(inner, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        paths = json.loads(process.stdout.read())
    assert process.returncode == 0
    assert ran(trapped) == []
    assert str(trapped) not in paths[:-1]


def test_folders_that_are_named_elsewhere_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, plugins, added = (tmp_path / name for name in ("here", "plugins", "added"))
    for folder in (here, plugins, added):
        folder.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("PYTHONPATH", f"{plugins}{os.pathsep}{here}")
    paths = imported(f"import sys; sys.path.insert(0, {str(added)!r})")
    assert {str(plugins), str(added)} <= set(paths)
    assert str(here) in paths[-2:]  # behind all that is installed


def test_a_package_that_is_not_installed_is_found_behind_all_that_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = Path(child.__file__).parents[1]
    monkeypatch.chdir(home)
    paths = child.import_path()
    assert paths[-1] == str(home)
    assert paths.count(str(home)) == 1


def test_a_folder_that_has_gone_is_no_reason_to_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert child.command("pass")[0] == sys.executable


def test_the_module_of_the_command_line_does_not_import_from_the_current_folder(
    trapped: Path,
) -> None:
    command = [sys.executable, "-m", "musicvae", "recipes"]
    subprocess.run(command, capture_output=True, check=True)
    assert ran(trapped) == []


@pytest.mark.skipif(not hasattr(os, "nice"), reason="this system has no niceness")
def test_priorities_are_relative_to_the_parents() -> None:
    code = """
import os
from musicvae import child
os.nice(4)
with child.start("import os; print(os.nice(0))", stdout=-1, background=True) as process:
    print(os.nice(0), process.stdout.read())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    parent, started = map(int, done.stdout.split())
    assert started == min(19, parent + 10)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has priorities of threads")
def test_what_hands_wait_for_comes_after_the_sound_and_before_the_rest() -> None:
    code = """
import os
from musicvae import child
from musicvae.live.outputs.priority import go_first
print(os.getpriority(os.PRIO_PROCESS, 0))
child.step_forward()
print(os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0))
print(go_first())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    before, now, scheduler, *sound = done.stdout.split()
    assert int(scheduler) == os.SCHED_OTHER
    if sound[0] == "normal":
        assert now == before
    elif sound[0] == "nice":
        assert -10 < int(now) < max(int(before), -4)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    """Though it is inside a call that no exception reaches."""
    pipe = tmp_path / "alive"
    os.mkfifo(pipe)
    inner = f"""
import sys, threading
from musicvae import child
alive = open({str(pipe)!r}, "w")
def leave():
    alive.write("left")
    alive.flush()
for line in child.lines(leave):
    alive.write("begun\\n")
    alive.flush()
    threading.Event().wait()
"""
    outer = f"""
from musicvae import child
process = child.start({inner!r}, stdin=-1)
process.stdin.write("a job\\n")
process.stdin.flush()
process.wait()
"""
    with subprocess.Popen([sys.executable, "-c", outer]) as parent, pipe.open() as alive:
        assert alive.readline() == "begun\n"
        parent.send_signal(signal.SIGKILL)
        assert alive.read() == "left"  # its end closes the pipe


@pytest.mark.skipif(sys.platform == "win32", reason="a wait hears no signal there")
def test_a_child_whose_parent_has_gone_says_nothing() -> None:
    """An interrupted import, for one, becomes an error of another kind."""
    code = """
import sys, time
from musicvae import child
def leave():
    print("what became of my file?", file=sys.stderr)
for line in child.lines(leave):
    try:
        print("begun", flush=True)
        time.sleep(60)
    except KeyboardInterrupt as error:
        raise ImportError("initialization failed") from error
"""
    with child.start(code, stdin=-1, stdout=-1, stderr=-1) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write("a job\n")
        process.stdin.flush()
        assert process.stdout.readline() == "begun\n"
        process.stdin.close()
        assert process.stderr.read() == ""
    assert process.returncode == 1
