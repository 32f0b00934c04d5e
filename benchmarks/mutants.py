"""Mutants of the deciders, the calendar and the numbering, and how many of them a unit test notices: `make mutants`.

mutmut changes one thing at a time in each function (a comparison, a constant, an argument, a whole `case`) and runs on
it the unit tests that meet this function; which modules and which tests, pyproject.toml says. All of them take most of
an hour on two cores, so a fixed part of each module is drawn: the same names every time, whatever was changed in others.
`--share 1` runs them all. Tests were written with the survivors of this part in view, so its figure flatters;
`--unseen 600` draws from the others, which nobody looked at, and is the figure to quote. What is killed stays killed
until `mutants/` is deleted; the rest is run again, which is what new tests need.
"""

import argparse
import json
import math
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

WORK = Path("mutants")
# As promised for deciders, calendar and numbering: nine in ten.
PROMISED = 0.90
SEED, LEAST = 96308, 30
# Exit codes of a mutant's tests: they failed, or crashed, or a loop without an end was cut off.
KILLED = frozenset({1, 3, 24, -24, 36, 152, 255})
NO_TEST = 33

Verdicts = dict[str, int | None]


def verdicts() -> dict[str, Verdicts]:
    """Module -> mutant -> exit code of its tests; None: not run."""
    metas = sorted(WORK.rglob("*.meta"))
    found = {str(meta.relative_to(WORK).with_suffix("")): json.loads(meta.read_text()) for meta in metas}
    return {module: data["exit_code_by_key"] for module, data in found.items() if data["exit_code_by_key"]}


def drawn(module: str, codes: Verdicts, share: float) -> Verdicts:
    """The part of a module's mutants that is run, at least LEAST of them."""
    count = min(len(codes), max(LEAST, math.ceil(len(codes) * share)))
    names = random.Random(f"{SEED}:{module}").sample(sorted(codes), count)
    return {name: codes[name] for name in sorted(names)}


def mutmut(*arguments: str) -> None:
    program = Path(sys.executable).with_name("mutmut")
    ended = subprocess.run([str(program), "run", *arguments], check=False).returncode
    if ended:
        # Not the command: it names two thousand mutants. What was found so far is kept, the next run goes on from there.
        raise SystemExit(f"mutmut ended with {ended}; run it again to go on")


def unseen(share: float, count: int) -> Verdicts:
    """`count` mutants of all modules together that are in no module's part."""
    others: Verdicts = {}
    for module, codes in verdicts().items():
        part = drawn(module, codes, share)
        others |= {name: codes[name] for name in sorted(codes) if name not in part}
    names = random.Random("holdout-1").sample(list(others), min(count, len(others)))
    return {name: others[name] for name in names}


def run(share: float, children: int, more: int) -> None:
    workers = ("--max-children", str(children))
    if not verdicts():
        # Makes the mutants and measures which tests meet them.
        mutmut(*workers, "services.referral.series.*")
    parts = [drawn(module, codes, share) for module, codes in verdicts().items()]
    if more:
        parts = [unseen(share, more)]
    alive = [name for part in parts for name, code in part.items() if code not in KILLED]
    if alive:
        mutmut(*workers, *alive)


def line(name: str, total: int, codes: Counter[int | None]) -> str:
    killed, ran = sum(codes[code] for code in KILLED), codes.total() - codes[None]
    share = f"{killed / ran:.1%}" if ran else "-"
    unmet = f", {codes[NO_TEST]} that no test meets" if codes[NO_TEST] else ""
    rest = f", {codes[None]} not run yet" if codes[None] else ""
    return f"{name:40} {total:5} mutants, killed {killed:5} of {ran:5} ({share}){unmet}{rest}"


def verdict(name: str, mutants: int, codes: Counter[int | None]) -> int:
    """Print the last line; 1 when less than PROMISED of what was run is killed."""
    print(line(name, mutants, codes))
    ran = codes.total() - codes[None]
    return int(not ran or sum(codes[code] for code in KILLED) < PROMISED * ran)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=0.3, help="part of each module's mutants (default: 0.3)")
    parser.add_argument("--children", type=int, default=2, help="processes at once (default: 2)")
    parser.add_argument("--unseen", type=int, default=0, metavar="N", help="run N of those outside that part instead")
    parser.add_argument("--report", action="store_true", help="print the last run's figures, run nothing")
    parser.add_argument("--survivors", action="store_true", help="name those that no test noticed")
    options = parser.parse_args()
    if not options.report:
        run(options.share, options.children, options.unseen)
    if options.unseen:
        part = unseen(options.share, options.unseen)
        return verdict("outside the part", sum(map(len, verdicts().values())), Counter(part.values()))
    in_all: Counter[int | None] = Counter()
    mutants = 0
    for module, codes in verdicts().items():
        mutants += len(codes)
        part = drawn(module, codes, options.share)
        in_all.update(part.values())
        print(line(module, len(codes), Counter(part.values())))
        if options.survivors:
            print(*(f"  {name}" for name, code in part.items() if code is not None and code not in KILLED), sep="\n")
    return verdict("in all", mutants, in_all)


if __name__ == "__main__":
    sys.exit(main())
