"""The projector killed with -9 at every point of a batch: nothing half done, nothing twice."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from random import Random

from services.projections.rebuild import rebuild
from services.projections.store import Store
from tests.support.read_models import REFERENCE, ListLedger, write
from tests.support.town import Town

KILLS = 20
BOUND_SECONDS = 60
# Says what it is about to do, so that it can be killed at every point of a batch.
PROCESS = """
import asyncio, sys
from pathlib import Path
from services.projections import log, refresh
from services.projections.projector import Projector
from services.projections.store import Store
from tests.support.read_models import REFERENCE, ListLedger, read

def announced(module, name):
    act = getattr(module, name)
    def announce(*given):
        print(name, flush=True)
        return act(*given)
    setattr(module, name, announce)

folder, ledger = map(Path, sys.argv[1:])
store = Store.open(folder, REFERENCE)
print("open", store.position.seq, flush=True)
for module, name in ((log, "append"), (log, "unfold"), (refresh, "touched"), (log, "set_checkpoint"), (log, "check_laws")):
    announced(module, name)
asyncio.run(Projector(store, ListLedger(read(ledger), pages=9)).step())
store.close()
print("done", flush=True)
"""


def test_killed_in_mid_batch_twenty_times_it_equals_a_rebuild(tmp_path: Path) -> None:
    commits = Town(Random(9)).grow(1200)
    folder, ledger = tmp_path / "read-models", tmp_path / "ledger.ndjson"
    write(ledger, commits)
    positions = []
    for kill in range(KILLS + 1):
        process = subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(folder), str(ledger)],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        assert process.stdout is not None
        guard = threading.Timer(BOUND_SECONDS, process.kill)
        guard.start()
        opened = process.stdout.readline()
        assert opened.startswith("open"), opened
        positions.append(int(opened.split()[1]))
        if kill < KILLS:
            # Five lines a batch: each kill comes after another one of them, one or more batches on.
            for _ in range(10 + kill):
                process.stdout.readline()
            process.send_signal(signal.SIGKILL)
        else:
            assert process.stdout.read().endswith("done\n")
        process.wait(BOUND_SECONDS)
        guard.cancel()
        process.stdout.close()
    assert positions == sorted(positions) and 0 < positions[-1] < len(commits)
    store = Store.open(folder, REFERENCE)
    assert store.position.seq == len(commits)
    report = asyncio.run(rebuild(store, ListLedger(commits)))
    assert report.differences == {}
    assert list(folder.glob("*.damaged")) == []
    store.close()
