"""Makes files as strangers may bring them, by grammar, and uses each as musicvae would.

    python benchmarks/fuzz_files.py --minutes 10 [--kinds presets wavs] [--seed 0] [--save FOLDER]
    python benchmarks/fuzz_files.py --case descriptions:2:780653589 --save FOLDER

Each file is used and sounds, or is refused by an error of musicvae. Anything else is a failure:
another exception, sound that is not finite or too loud, a deadline or a limit of memory that is
passed, work on the rendering thread that the file chooses, a file outside that is changed, a
program that is started. A failure is made as small as it can be and printed as the name of a case,
from which the same file is made again; ``--save`` keeps the files. The exit status is 1 then.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

from fuzz_trial import KINDS, LIMITS, Limits, grammar_of
from fuzz_verdict import Court, Verdict
from grammars.grammar import Case


class Session:
    """Tries cases of one kind and keeps count.

    Args:
        kind: of the grammar.
        limits: of time and memory.

    Attributes:
        outcomes: how often files were used, or refused with which error.
        failures: the smallest case of each failure, and its verdict, by what failed.
        slowest: seconds, and the case.
        largest: MB that a case took, and the case.
    """

    def __init__(self, kind: str, limits: Limits) -> None:
        self.outcomes: Counter[str] = Counter()
        self.failures: dict[str, tuple[Case, Verdict]] = {}
        self.slowest = self.largest = (0.0, "")
        self._kind = kind
        self._court = Court(kind, limits)

    def run(self, rng: random.Random, end: float, most: int | None) -> None:
        """Try cases until the time ``end`` of ``time.monotonic``, or so many."""
        with self._court:
            while time.monotonic() < end and sum(self.outcomes.values()) != most:
                self._try(Case.drawn(self._kind, rng))

    def _try(self, case: Case) -> None:
        verdict = self._court.judge(case)
        self.slowest = max(self.slowest, (verdict.seconds, str(case)))
        self.largest = max(self.largest, (verdict.megabytes, str(case)))
        outcome = "FAILED" if verdict.failure else verdict.outcome
        if verdict.failure and verdict.kind not in self.failures:
            self._court.renew()  # in which nothing has taken memory yet
            again = self._court.judge(case)  # a busy machine is late once
            if again.kind == verdict.kind:
                self.failures[verdict.kind] = self._smallest(case, verdict)
            else:
                outcome = "failed once, and not again"
        self.outcomes[outcome] += 1

    def _smallest(self, case: Case, verdict: Verdict) -> tuple[Case, Verdict]:
        """The case with as few changes as fail in the same way."""
        for smaller in case.smaller():
            self._court.renew()
            found = self._court.judge(smaller)
            if found.kind == verdict.kind:
                return self._smallest(smaller, found)
        return case, verdict

    def report(self) -> None:
        """Print what was found."""
        total = sum(self.outcomes.values())
        print(f"- {self._kind}: {total:,} files")
        for outcome, count in self.outcomes.most_common():
            print(f"  - {outcome}: {count:,}")
        print(f"  - slowest: {self.slowest[0]:.2f} s, {self.slowest[1]}")
        print(f"  - most memory: {self.largest[0]:.0f} MB, {self.largest[1]}")
        for case, verdict in self.failures.values():
            print(f"FAILED {verdict.failure}\n  --case {case}")
            print("\n".join(f"    {line}" for line in verdict.trace.splitlines()[-16:]))


def main() -> int:
    """Fuzz and report; 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, default=10.0, help="for all kinds (default: 10)")
    length.add_argument("--inputs", type=int, default=None, help="or so many of each kind")
    length.add_argument("--case", default=None, help="only this one, by its name")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", type=Path, default=None, help="where the failing files go")
    parser.add_argument("--deadline", type=float, default=LIMITS.seconds, help="of a file, in s")
    options = parser.parse_args()
    limits = Limits(options.deadline, LIMITS.megabytes)
    if options.case:
        return one(Case.parsed(options.case), limits, options.save)
    good = True
    for number, kind in enumerate(options.kinds):
        session = Session(kind, limits)
        share = 60 * options.minutes / len(options.kinds)
        end = time.monotonic() + (share if options.inputs is None else 1e9)
        session.run(random.Random(options.seed + 1000 * number), end, options.inputs)
        session.report()
        for case, _ in session.failures.values():
            keep(case, options.save)
        good &= not session.failures
    print("- all as it should be" if good else "FAILED")
    return 0 if good else 1


def one(case: Case, limits: Limits, save: Path | None) -> int:
    """Try one case and print its verdict; 1 if it fails."""
    with Court(case.kind, limits) as court:
        verdict = court.judge(case)
    print(f"{case}: {verdict.failure or verdict.outcome}, {verdict.seconds:.2f} s")
    print(verdict.trace)
    keep(case, save)
    return int(bool(verdict.failure))


def keep(case: Case, folder: Path | None) -> None:
    """Write the files of a case into a folder of its own, if there is a folder."""
    if folder is None:
        return
    for name, data in case.files(grammar_of(case.kind)).items():
        path = folder / str(case).replace(":", "-").replace(",", "-")[:100] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    sys.exit(main())
