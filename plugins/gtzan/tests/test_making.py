"""Ready models are made step by step, and what was made is not made again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from musicvae_gtzan.making.__main__ import main

from musicvae.vae.prior.folder import DESCRIPTION


class Runner:
    """Stands for ``musicvae``: writes what a command would write; fails at some command."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.commands: list[tuple[str, ...]] = []
        self.fails_at = fails_at

    def __call__(self, words: Sequence[str]) -> int:
        self.commands.append(tuple(words))
        out = Path(words[list(words).index("--out") + 1])
        if words[0] == "prior":
            out.mkdir(parents=True, exist_ok=True)
            (out / DESCRIPTION).write_text("{}")
        elif words[0] == "train" or "share" in words:
            out.mkdir(parents=True, exist_ok=True)
            (out / "run.json").write_text("{}")
        if len(self.commands) - 1 == self.fails_at:
            return 130
        if words[0] == "train":
            for name in ("best.npz", "playing.json"):
                # A run that is resumed and has nothing to do writes nothing.
                if not (out / name).exists():
                    (out / name).write_text("")
            if "--from" in words:
                (out / "start.npz").write_text("")
        elif words[0] == "prior":
            if not (out / "best.npz").exists():
                (out / "best.npz").write_text("")
            if "--from" in words:
                (out / "start.npz").write_text("")
        elif "share" not in words:
            out.write_text("")
        return 0

    @property
    def said(self) -> list[str]:
        return [" ".join(command) for command in self.commands]


@pytest.fixture
def call(tmp_path: Path) -> list[str]:
    (tmp_path / "music").mkdir()
    folders = ["--data", str(tmp_path / "music"), "--out", str(tmp_path / "ten")]
    return [*folders, "--genres", "jazz,rock", "--base-minutes", "3"]


def test_the_base_comes_first_and_each_decoder_keeps_its_encoder(call: list[str]) -> None:
    runner = Runner()
    assert main(call, runner) == 0
    verbs = [command[0] for command in runner.commands]
    making = ["train"] * 3 + ["export"] * 3 + ["memory"] * 2 + ["prior", "export"]
    assert verbs == making + ["models"] * 3
    base, jazz, rock = runner.said[:3]
    assert "--recipe stream44" in base
    assert "channels=2" in base
    assert "--minutes 3 " in base
    for name, said in (("jazz", jazz), ("rock", rock)):
        assert f"--genre {name}" in said
        assert "--freeze encoder" in said
        assert "runs/base --freeze" in said
    assert all("split=last 10" in said for said in (base, jazz, rock))
    assert runner.said[3].endswith("encoder.onnx --int8 --encoder")
    assert all(said.endswith(".onnx --int8") for said in runner.said[4:6])
    assert all("--split last 10 --style" in said for said in runner.said[6:8])
    assert all("encoder.onnx" in said for said in runner.said[6:9])
    assert runner.said[9].endswith("models/shared.prior.onnx")
    assert all("music/" in said and "--split last 10" in said for said in runner.said[10:12])
    assert runner.said[12].startswith("models share")
    assert runner.said[12].endswith("models/shared")


def test_a_genre_may_have_a_prior_of_its_own(call: list[str], tmp_path: Path) -> None:
    runner = Runner()
    tuned = [*call, "--tuned", "rock", "--tuned-minutes", "5"]
    assert main(tuned, runner) == 0
    verbs = [command[0] for command in runner.commands[8:]]
    assert verbs == [*["prior", "export"] * 2, *["models"] * 3]
    said = runner.said[10]
    assert "runs/prior --material" in said
    assert "prior/material.npz --genre rock" in said
    assert "--minutes 5 " in said
    assert runner.said[11].endswith("models/rock.prior.onnx")
    assert "shared.prior.onnx" in runner.said[12]
    assert "rock.prior.onnx" in runner.said[13]
    assert "--tuned rock --tuned-minutes 5 --unheard" in runner.said[13]
    (tmp_path / "ten" / "runs" / "prior" / "best.npz").write_text("trained for longer")
    assert main(tuned, Runner()) == 1


def test_a_decoder_that_would_be_too_smooth_learns_to_fluctuate(call: list[str]) -> None:
    runner = Runner()
    assert main([*call, "--fluctuating", "rock"], runner) == 0
    asked = ["model.fluctuation_weight=1" in said for said in runner.said]
    assert [command[0] for command in runner.commands[:3]] == ["train"] * 3
    assert asked == [number == 2 for number in range(len(asked))]
    assert "--fluctuating rock" in runner.said[-2]


def test_what_is_made_is_not_made_again(
    call: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(call, Runner()) == 0
    again = Runner()
    assert main(call, again) == 0
    # A training is asked, as it may have been given more time; it knows that it is finished.
    assert [command[0] for command in again.commands] == [*["train"] * 3, "prior"]
    assert all(command[-1] == "--resume" for command in again.commands)
    assert "measure rock: done before" in capsys.readouterr().out


def test_a_stop_at_any_command_is_gone_on_from(call: list[str]) -> None:
    whole = Runner()
    for fails_at in range(13):
        runner = Runner(fails_at)
        assert main([*call[:3], f"{call[3]}{fails_at}", *call[4:]], runner) == 130
        assert len(runner.commands) == fails_at + 1
        assert main([*call[:3], f"{call[3]}{fails_at}", *call[4:]], whole) == 0
        made = Path(f"{call[3]}{fails_at}") / "models"
        assert sorted(path.name for path in made.iterdir()) == [
            *(
                "encoder.onnx",
                *("jazz.card.json", "jazz.memory", "jazz.onnx"),
                *("rock.card.json", "rock.memory", "rock.onnx"),
                *("shared", "shared.prior.onnx"),
            )
        ]


def test_newer_weights_are_exported_and_measured_again(call: list[str], tmp_path: Path) -> None:
    assert main(call, Runner()) == 0
    models = tmp_path / "ten" / "models"
    for path in (tmp_path / "ten").rglob("*.*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    os.utime(tmp_path / "ten" / "runs" / "jazz" / "best.npz", (1_500_000_000, 1_500_000_000))
    again = Runner()
    assert main(call, again) == 0
    resumed = [command[-1] == "--resume" for command in again.commands]
    assert resumed == [True, True, True, False, False, True, False]
    assert str(models / "jazz.onnx") in again.commands[3]
    assert str(models / "jazz.memory") in again.commands[4]  # of what the decoder plays best
    assert str(models / "jazz.card.json") in again.commands[6]


def test_decoders_of_an_earlier_base_are_not_mixed_with_those_of_a_later_one(
    call: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(call, Runner()) == 0
    (tmp_path / "ten" / "runs" / "base" / "best.npz").write_text("trained for longer")
    again = Runner()
    assert main(call, again) == 1
    assert len(again.commands) == 1
    assert "jazz began with an earlier base" in capsys.readouterr().out


def test_cards_say_how_to_make_it_again_without_places(call: list[str], tmp_path: Path) -> None:
    runner = Runner()
    assert main([*call, "--limit", "No singing.", "--set", "batch_size=4"], runner) == 0
    for said in runner.commands[10:12]:
        assert said[said.index("--limit") + 1] == "No singing."
        again = said[said.index("--command") + 1]
        assert again.startswith("python -m musicvae_gtzan.making --data music --out ten ")
        assert "--base-minutes 3 --genre-minutes 40 --unheard 10 --set batch_size=4" in again
        assert str(tmp_path) not in again


def test_a_base_that_is_there_is_not_trained(call: list[str], tmp_path: Path) -> None:
    base = tmp_path / "all-genres"
    base.mkdir()
    for name in ("run.json", "best.npz", "playing.json"):
        (base / name).write_text("")
    runner = Runner()
    assert main([*call, "--base", str(base)], runner) == 0
    assert [command[0] for command in runner.commands[:3]] == ["train", "train", "export"]
    assert all(f"--from {base} " in said for said in runner.said[:2])
    assert f"export {base} " in runner.said[2]
    assert f"share {base} " in runner.said[-1]


@pytest.mark.parametrize(
    "wrong",
    [
        ["--genres", "polka"],
        ["--genres", ""],
        ["--tuned", "metal"],
        ["--fluctuating", "metal"],
        ["--data", "nowhere"],
        ["--base", "nowhere"],
    ],
)
def test_what_cannot_be_is_refused_before_anything_runs(
    call: list[str], wrong: list[str], tmp_path: Path
) -> None:
    runner = Runner()
    with pytest.raises(SystemExit):
        main([*call, *wrong], runner)
    assert runner.commands == []
    assert not (tmp_path / "ten").exists()


def test_a_dry_run_only_tells(
    call: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runner = Runner()
    assert main([*call, "--dry-run"], runner) == 0
    assert runner.commands == []
    assert not (tmp_path / "ten").exists()
    assert "musicvae export" in capsys.readouterr().out
