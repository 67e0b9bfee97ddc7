"""The script for Slurm and the manifest for Kubernetes, with substitutes for what they call."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from musicvae.cli.main import build_parser
from musicvae.vae.training.cluster import Cluster

BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(not BASH, reason="bash is not installed")

#: Writes its TF_CONFIG and its arguments into a file named by its address.
MUSICVAE = """
import json, os, sys
config = json.loads(os.environ["TF_CONFIG"])
file = os.path.join(os.environ["HEARD"], str(config["task"]["index"]))
json.dump([os.environ["TF_CONFIG"], sys.argv[1:]], open(file, "w"))
sys.exit(int(os.environ.get("CODE", 0)))
"""

SCONTROL = """
case $1 in
    show) printf 'node7\\nnode9\\n' ;;
    requeue) echo "$2" > "$HEARD/requeued" ;;
esac
"""

SRUN = """
while [[ $1 == --* ]]; do shift; done
worst=0
for rank in 0 1; do SLURM_PROCID=$rank "$@" || worst=$?; done
exit $worst
"""


class Shell:
    """Runs bash where some commands are substitutes.

    Args:
        folder: an empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.programs, self.heard = folder / "bin", folder / "heard"
        self.programs.mkdir()
        self.heard.mkdir()
        self._write("musicvae", f"#!{shutil.which('python3')} -S\n{MUSICVAE}")
        self._write("scontrol", f"#!{BASH}\n{SCONTROL}")
        self._write("srun", f"#!{BASH}\n{SRUN}")

    def _write(self, name: str, text: str) -> None:
        path = self.programs / name
        path.write_text(text)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def run(self, *command: object, **environment: str) -> subprocess.CompletedProcess[str]:
        variables = {"PATH": f"{self.programs}:{os.environ['PATH']}", "HEARD": str(self.heard)}
        return subprocess.run(
            [str(BASH), *map(str, command)],
            env=variables | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def workers(self) -> list[tuple[str, list[str]]]:
        """``TF_CONFIG`` and arguments of each worker that was started."""
        files = sorted(path for path in self.heard.iterdir() if path.name.isdecimal())
        return [tuple(json.loads(path.read_text())) for path in files]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def assert_cluster(
    workers: list[tuple[str, list[str]]], addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Assert what musicvae and TensorFlow read from each worker's ``TF_CONFIG``."""
    assert len(workers) == len(addresses)
    for index, (config, _) in enumerate(workers):
        monkeypatch.setenv("TF_CONFIG", config)
        assert Cluster.from_environment() == Cluster(tuple(addresses), index)
        tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
        resolver = tf.distribute.cluster_resolver.TFConfigClusterResolver()
        assert resolver.cluster_spec().as_dict() == {"worker": addresses}
        assert (resolver.task_type, resolver.task_id) == ("worker", index)


def options_of(arguments: list[str]) -> Any:
    """The options of ``musicvae train``, which refuses those that it does not know."""
    return build_parser().parse_args(arguments)


@pytest.fixture
def submit(shell: Shell, root: Path, tmp_path: Path) -> Any:
    def run(*arguments: object, **environment: str) -> int:
        script = root / "examples" / "cluster" / "slurm.sbatch"
        job = {"SLURM_JOB_ID": "31234", "SLURM_JOB_NODELIST": "node[7,9]"}
        words = ["--genre", "jazz", "--data", "my music", "--out", tmp_path / "run", *arguments]
        return shell.run(script, *words, **job, **environment).returncode

    return run


def test_slurm_gives_each_worker_the_list_and_its_place(
    submit: Any, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert submit("--minutes", 9) == 0
    assert_cluster(shell.workers(), ["node7:21234", "node9:21234"], monkeypatch)
    for _, arguments in shell.workers():
        options = options_of(arguments)
        assert (options.strategy, options.data, options.minutes) == ("multiworker", "my music", 9)
        assert not options.resume
    assert not (shell.heard / "requeued").exists()


@pytest.mark.parametrize(("code", "queues"), [(130, True), (1, False)])
def test_slurm_queues_again_what_was_stopped_and_not_what_failed(
    submit: Any, shell: Shell, tmp_path: Path, code: int, queues: bool
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").touch()
    assert submit(CODE=str(code)) == code
    assert all(options_of(arguments).resume for _, arguments in shell.workers())
    assert (shell.heard / "requeued").exists() == queues


def test_slurm_needs_a_run_folder(shell: Shell, root: Path) -> None:
    done = shell.run(root / "examples" / "cluster" / "slurm.sbatch", "--genre", "jazz")
    assert done.returncode == 1
    assert "--out" in done.stderr


def test_kubernetes_gives_each_pod_the_names_of_all(
    shell: Shell, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    text = (root / "examples" / "cluster" / "kubernetes.yaml").read_text("utf-8")
    service, job = yaml.safe_load_all(text)
    name, pod = job["metadata"]["name"], job["spec"]["template"]["spec"]
    assert service["metadata"]["name"] == pod["subdomain"] == name
    assert service["spec"]["selector"] == {"job-name": name}
    (worker,) = pod["containers"]
    given = {variable["name"]: variable["value"] for variable in worker["env"]}
    assert job["spec"]["completions"] == job["spec"]["parallelism"] == int(given["WORKERS"]) == 2
    (port,) = (each["containerPort"] for each in worker["ports"])
    for index in range(2):
        variables = given | {"JOB_COMPLETION_INDEX": str(index), "OUT": str(tmp_path / "run")}
        bash, *flags = worker["command"]
        assert bash == "bash"
        assert shell.run(*flags, *worker["args"], **variables).returncode == 0
    # A pod of an indexed Job is called as the Job and its index.
    addresses = [f"{name}-{index}.{name}:{port}" for index in range(2)]
    assert_cluster(shell.workers(), addresses, monkeypatch)
    assert options_of(shell.workers()[0][1]).out == str(tmp_path / "run")
