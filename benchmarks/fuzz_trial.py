"""Tries the cases whose names it reads from its input; ``fuzz_files.py`` starts it.

python benchmarks/fuzz_trial.py presets 20 400 <<<'presets:1:3503209991'

It answers a line of JSON for each. It does not survive a case that takes too long, and says then
on its error output where that was.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, cast

from fuzz_fence import Fence
from grammars.grammar import Case, Grammar

import musicvae
from musicvae.errors import MusicVAEError

#: How the files of the package begin; the folder of the repository may have the same name.
PACKAGE = f"{Path(musicvae.__file__).parent}/"

KINDS = ("presets", "mappings", "scores", "descriptions", "graphs", "runs", "wavs")


class Limits(NamedTuple):
    """What one file may take: seconds, and MB beyond all files before it."""

    seconds: float
    megabytes: float


LIMITS = Limits(30.0, 400.0)
#: Kinds that may take memory, and time for a frame: a graph is a program (SECURITY.md).
_UNBOUNDED = ("graphs",)
#: Of address space, much of which TensorFlow only reserves.
_MOST_BYTES = 8 * 2**30


def grammar_of(kind: str) -> Grammar:
    """The grammar of a kind: the class of its name in ``grammars``."""
    module = importlib.import_module(f"grammars.{kind}")
    return cast(Grammar, getattr(module, kind.capitalize())())


def use_of(kind: str) -> Callable[[Path], str]:
    """The function that uses the files of a kind: ``use`` in ``uses``."""
    return cast(Callable[[Path], str], importlib.import_module(f"uses.{kind}").use)


def attempt(case: Case, grammar: Grammar, use: Callable[[Path], str], fence: Fence) -> Any:
    """Make the files of a case in a folder, use them, and say what happened.

    Returns:
        The outcome, what failed and the trace; the latter two are empty where all is well.
    """
    with tempfile.TemporaryDirectory(prefix="musicvae-fuzz-") as name:
        folder = Path(name)
        for path, data in case.files(grammar).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        try:
            with fence.around(folder):
                outcome = use(folder)
        except MusicVAEError as error:
            outcome = f"refused by {type(error).__name__}"
            if not str(error).strip() or (error.expected is error.received is error.hint is None):
                outcome += ", which does not say what was expected"
        except (Exception, KeyboardInterrupt, SystemExit) as error:  # noqa: BLE001 - what we look for
            return "", f"{_kind_of(error)}{_place(error)}", traceback.format_exc()[-3000:]
    return outcome, "; ".join(fence.crossed), ""


def _kind_of(error: BaseException) -> str:
    name = type(error).__name__
    # Ours say the same each time; others name what they were given.
    return f"{error}" if name == "WrongError" else name


def _place(error: BaseException) -> str:
    """The innermost line of musicvae."""
    ours = [
        f" in {frame.filename.removeprefix(PACKAGE)}, {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(PACKAGE)
    ]
    return ours[-1] if ours else ""


def _limit_memory() -> None:
    """Let this process fail where it takes more than the machine can spare, if the system can."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))


def _memory() -> float:
    """The most memory that this process has had, in MB; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def main() -> None:
    """Try every case that comes."""
    kind, limits = sys.argv[1], Limits(*map(float, sys.argv[2:]))
    warnings.simplefilter("error", RuntimeWarning)  # numbers that overflow, coroutines, and so on
    faulthandler.enable()
    _limit_memory()
    grammar, use, fence = grammar_of(kind), use_of(kind), Fence()
    answers, sys.stdout = sys.stdout, sys.stderr
    importlib.import_module("uses.stage").Work.timed = kind not in _UNBOUNDED
    attempt(Case(kind, 0), grammar, use, fence)  # what is imported late is not a case's own
    for line in sys.stdin:
        faulthandler.dump_traceback_later(limits.seconds, exit=True)
        before, started = _memory(), time.perf_counter()
        outcome, failure, trace = attempt(Case.parsed(line.strip()), grammar, use, fence)
        faulthandler.cancel_dump_traceback_later()
        grown = _memory() - before
        if grown > limits.megabytes and kind not in _UNBOUNDED and not failure:
            failure = f"more than {limits.megabytes:g} MB of memory"
        answer = {"outcome": outcome, "failure": failure, "trace": trace, "megabytes": grown}
        answer["seconds"] = time.perf_counter() - started
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
