"""The jobs that make the ready models, each one command of ``musicvae``, in order.

    base      one encoder and one decoder learn all genres
    jazz …    each genre's decoder goes on from the base; the encoder, and with it the meaning of
              the latents, stays
    export    the encoder once, and each decoder (and later each prior), with weights of 8 bits
    remember  the tracks that each decoder learnt from, for it to improvise over
    prior     how the latents of all genres go on, for new music; and its export
    tune      a prior of their own for some genres, which goes on from that; and its export
    measure   each decoder on the tracks that no training heard, for its card
    share     the base, as a run that others can train from

A job says what it makes and what it needs. It is done when what it makes is there and no older than
what it needs, so the whole can be stopped at any moment and started again.
"""

from __future__ import annotations

import filecmp
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from musicvae.genres import GENRES

#: What a training leaves from its first moment on: that of a model, and that of a prior.
_DESCRIPTIONS = ("run.json", "prior.json")
#: The loss of all trainings: levels and what changes from frame to frame count too, and the
#: latents may carry more bits.
LOSS = ("model.level_weight=2", "model.flux_weight=2", "kl_weight=0.5")
#: What the loss of a decoder that would be too smooth has on top.
FLUCTUATING = ("model.fluctuation_weight=1",)
#: How a prior is tuned to one genre: gently, and chosen by many rollouts.
TUNING = tuple(
    word
    for setting in ("rollouts=0.5", "learning_rate=0.0003", "judged=32", "check=50")
    for word in ("--set", setting)
)


@dataclass(frozen=True)
class Plan:
    """What is made of which music, and for how long.

    Attributes:
        data: a folder with one folder of music for each genre, as GTZAN has.
        out: receives ``runs/`` and ``models/``.
        genres: names of the genres.
        base_run: a finished run that is the base; ``None`` to train one.
        base_minutes: training time of the base in minutes.
        genre_minutes: training time of each genre's decoder in minutes.
        fluctuating: genres whose decoders learn to fluctuate as much as the music, since they would
            be too smooth.
        prior_minutes: training time of the prior in minutes.
        tuned: genres that get a prior of their own.
        tuned_minutes: training time of each of these in minutes, after that of the prior.
        memory_minutes: of music in each memory.
        unheard: how many tracks of each genre are kept for testing: the last ones.
        licence: licence of the models.
        corpus: a JSON file that says for the cards what the music is; ``None`` without.
        limits: what the cards say that the models cannot do, one sentence each.
        command: the command that makes all of this, for the cards.
        settings: further settings of every training, such as ``"batch_size=4"``.
    """

    data: Path
    out: Path
    genres: Sequence[str]
    base_run: Path | None = None
    base_minutes: float = 240.0
    genre_minutes: float = 40.0
    fluctuating: Sequence[str] = ()
    prior_minutes: float = 60.0
    tuned: Sequence[str] = ()
    tuned_minutes: float = 14.0
    memory_minutes: float = 12.0
    unheard: int = 10
    licence: str = "unstated"
    corpus: Path | None = None
    limits: Sequence[str] = ()
    command: str = ""
    settings: Sequence[str] = ()

    @property
    def base(self) -> Path:
        """The run folder of the base."""
        return self.base_run or self.out / "runs" / "base"

    @property
    def encoder(self) -> Path:
        """The encoder's file."""
        return self.out / "models" / "encoder.onnx"

    def music(self, genre: str) -> Path:
        """The folder of a genre's music, by whatever name that genre knows."""
        known = GENRES.get(genre)
        folders = [path for path in sorted(self.data.iterdir()) if known.is_folder(path.name)]
        return folders[0] if folders else self.data / genre

    def run(self, genre: str) -> Path:
        """The run folder of a genre's decoder."""
        return self.out / "runs" / genre

    def decoder(self, genre: str) -> Path:
        """The file of a genre's decoder."""
        return self.out / "models" / f"{genre}.onnx"

    def memory(self, genre: str) -> Path:
        """The file of what a genre's decoder improvises over."""
        return self.out / "models" / f"{genre}.memory"

    def prior(self, genre: str = "shared") -> Path:
        """The file of a genre's own prior, where it has one; else that of all genres."""
        name = genre if genre in self.tuned else "shared"
        return self.out / "models" / f"{name}.prior.onnx"

    def card(self, genre: str) -> Path:
        """The file of a genre's card."""
        return self.out / "models" / f"{genre}.card.json"


@dataclass(frozen=True)
class Job:
    """One command.

    Attributes:
        title: for people.
        command: the arguments of ``musicvae``.
        made: the file that a successful command leaves.
        needs: files that ``made`` may not be older than.
        run: the folder that a training makes; ``None`` for other commands. The command gets
            ``--resume`` where that folder is described already.
        start: the run folder that a training starts from.
    """

    title: str
    command: tuple[str, ...]
    made: Path
    needs: tuple[Path, ...] = ()
    run: Path | None = None
    start: Path | None = None

    @property
    def done(self) -> bool:
        """Whether a training's own record, or the ages of files, say that nothing is to be done.

        A training that was finished is asked again, since it may have been given more minutes; it
        answers at once.
        """
        if self.run is not None or not self.made.is_file():
            return False
        made = self.made.stat().st_mtime
        return all(need.is_file() and need.stat().st_mtime <= made for need in self.needs)

    @property
    def outdated(self) -> bool:
        """Whether a training began with other weights than those that its start has by now.

        Its latents would not mean what those of the others mean.
        """
        if self.run is None or self.start is None or not (self.run / "start.npz").is_file():
            return False
        return not filecmp.cmp(self.run / "start.npz", self.start / "best.npz", shallow=False)

    def arguments(self) -> tuple[str, ...]:
        """The command, which goes on where a training was begun."""
        if self.run is not None and any((self.run / name).is_file() for name in _DESCRIPTIONS):
            return (*self.command, "--resume")
        return self.command


def jobs(plan: Plan) -> Iterator[Job]:
    """All jobs in order."""
    if plan.base_run is None:
        yield _base(plan)
    for genre in plan.genres:
        yield _genre(plan, genre)
    yield _export(plan, plan.base, plan.encoder, "the encoder", "--int8", "--encoder")
    for genre in plan.genres:
        yield _export(plan, plan.run(genre), plan.decoder(genre), genre, "--int8")
    for genre in plan.genres:
        yield _remember(plan, genre)
    yield from _priors(plan)
    for genre in plan.genres:
        yield _measure(plan, genre)
    yield _share(plan)


def _train(plan: Plan, out: Path, minutes: float, settings: Sequence[str]) -> tuple[str, ...]:
    """The options that all trainings have."""
    chosen = (f"split=last {plan.unheard}", *settings, *plan.settings)
    return (
        *("train", "--data", str(plan.data), "--out", str(out), "--minutes", f"{minutes:g}"),
        *("--licence", plan.licence, "--no-pictures"),
        *(word for setting in chosen for word in ("--set", setting)),
    )


def _base(plan: Plan) -> Job:
    command = _train(plan, plan.base, plan.base_minutes, ("channels=2", *LOSS))
    return Job(
        "train the base on all genres",
        (*command, "--recipe", "stream44"),
        plan.base / "playing.json",
        run=plan.base,
    )


def _genre(plan: Plan, genre: str) -> Job:
    run = plan.run(genre)
    loss = (*LOSS, *(FLUCTUATING if genre in plan.fluctuating else ()))
    command = _train(plan, run, plan.genre_minutes, loss)
    start = ("--genre", genre, "--from", str(plan.base), "--freeze", "encoder")
    made = run / "playing.json"
    return Job(f"train {genre}", (*command, *start), made, run=run, start=plan.base)


def _export(plan: Plan, run: Path, made: Path, what: str, *options: str) -> Job:
    command = ("export", str(run), "--out", str(made), *options)
    return Job(f"export {what}", command, made, (run / "best.npz", run / "playing.json"))


def _remember(plan: Plan, genre: str) -> Job:
    command = (
        *("memory", str(plan.music(genre)), "--split", f"last {plan.unheard}", "--style", genre),
        *("--encoder", str(plan.encoder), "--minutes", f"{plan.memory_minutes:g}"),
        *("--nearest", str(plan.decoder(genre))),
        *("--licence", plan.licence, "--out", str(plan.memory(genre))),
    )
    needed = (plan.encoder, plan.decoder(genre))
    return Job(f"remember {genre}", command, plan.memory(genre), needed)


def _priors(plan: Plan) -> Iterator[Job]:
    shared = plan.out / "runs" / "prior"
    data = ("--data", str(plan.data), "--split", f"last {plan.unheard}")
    command = _prior(plan, shared, plan.prior_minutes, str(plan.encoder), *data)
    yield Job("train the prior", command, shared / "best.npz", run=shared)
    yield _export_prior(shared, plan.prior())
    material = str(shared / "material.npz")
    for genre in plan.tuned:
        run = plan.out / "runs" / f"{genre}-prior"
        start = ("--from", str(shared), "--material", material, "--genre", genre, *TUNING)
        command = _prior(plan, run, plan.tuned_minutes, *start)
        yield Job(f"tune the prior to {genre}", command, run / "best.npz", run=run, start=shared)
        yield _export_prior(run, plan.prior(genre))


def _prior(plan: Plan, out: Path, minutes: float, *what: str) -> tuple[str, ...]:
    return (
        *("prior", *what, "--minutes", f"{minutes:g}"),
        *("--licence", plan.licence, "--out", str(out)),
    )


def _export_prior(run: Path, made: Path) -> Job:
    command = ("export", str(run), "--int8", "--out", str(made))
    return Job(f"export {made.name}", command, made, (run / "best.npz",))


def _share(plan: Plan) -> Job:
    out = plan.out / "models" / "shared"
    command = ("models", "share", str(plan.base), "--out", str(out))
    return Job("share the base", command, out / "run.json", (plan.base / "best.npz",))


def _measure(plan: Plan, genre: str) -> Job:
    decoder, card = plan.decoder(genre), plan.card(genre)
    command: tuple[str, ...] = (
        *("models", "measure", str(decoder), "--encoder", str(plan.encoder)),
        *("--data", str(plan.music(genre)), "--split", f"last {plan.unheard}"),
        *("--prior", str(plan.prior(genre)), "--run", str(plan.run(genre)), "--out", str(card)),
        *(word for limit in plan.limits for word in ("--limit", limit)),
        *(("--command", plan.command) if plan.command else ()),
    )
    needs = [decoder, plan.encoder, plan.memory(genre), plan.prior(genre)]
    if plan.corpus is not None:
        command, needs = (*command, "--corpus", str(plan.corpus)), [*needs, plan.corpus]
    return Job(f"measure {genre}", command, card, tuple(needs))
