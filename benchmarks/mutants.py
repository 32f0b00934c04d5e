"""Mutants of the deciders, the calendar and the numbering, and how many of them a unit test notices: `make mutants`.

mutmut changes one thing at a time in each function (a comparison, a constant, an argument, a whole `case`) and runs on
it the unit tests that meet this function; which modules and which tests, pyproject.toml says. All of them are run, none
is drawn by lot: it takes a quarter of an hour on two cores. What is not killed is printed with `--survivors`.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

WORK = Path("mutants")
# issue: at least nine in ten.
PROMISED = 0.90
# mutmut's exit codes: the tests failed, or crashed, or a loop without an end was cut off.
KILLED = (1, 3)
CUT_OFF = (24, -24, 36, 152, 255)
NO_TEST = 33


def verdicts() -> dict[str, dict[str, int | None]]:
    """Module -> mutant -> exit code of its tests; None: not run."""
    metas = sorted(WORK.rglob("*.meta"))
    found = {str(meta.relative_to(WORK).with_suffix("")): json.loads(meta.read_text()) for meta in metas}
    return {module: data["exit_code_by_key"] for module, data in found.items() if data["exit_code_by_key"]}


def line(name: str, codes: Counter[int | None]) -> str:
    killed, ran = sum(codes[code] for code in (*KILLED, *CUT_OFF)), codes.total() - codes[None]
    share = f"{killed / ran:.1%}" if ran else "-"
    unmet = f", {codes[NO_TEST]} that no test meets" if codes[NO_TEST] else ""
    rest = f", {codes[None]} not run" if codes[None] else ""
    return f"{name:42} killed {killed:5} of {ran:5} ({share}){unmet}{rest}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--children", type=int, default=2, help="processes at once")
    parser.add_argument("--report", action="store_true", help="print the last run's figures, run nothing")
    parser.add_argument("--again", action="store_true", help="run those once more that survived, after new tests")
    parser.add_argument("--survivors", action="store_true", help="name those that no test noticed")
    options = parser.parse_args()
    if not options.report:
        alive = [name for codes in verdicts().values() for name, code in codes.items() if code not in KILLED]
        only = alive if options.again else []
        command = ["mutmut", "run", "--max-children", str(options.children), *only]
        subprocess.run([str(Path(sys.executable).with_name(command[0])), *command[1:]], check=True)
    total: Counter[int | None] = Counter()
    for module, codes in verdicts().items():
        print(line(module, Counter(codes.values())))
        total.update(codes.values())
        if options.survivors:
            print(*(f"  {name}" for name, code in codes.items() if code in (0, NO_TEST)), sep="\n")
    print(line("in all", total))
    ran = total.total() - total[None]
    return int(not ran or sum(total[code] for code in (*KILLED, *CUT_OFF)) < PROMISED * ran)


if __name__ == "__main__":
    sys.exit(main())
