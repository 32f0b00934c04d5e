"""`lianxi demo` with one seed is one town: the same figures, the same ledger, the same bytes of every document."""

import hashlib
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.running import PROGRAM, environment

WITHIN_SECONDS = 240
SAME = ("contacts", "dispositions", "referrals", "notices", "verify", "rebuild", "head", "figures_digest")

pytestmark = pytest.mark.timeout(2 * WITHIN_SECONDS)


def played(out: Path, seed: int) -> dict[str, Any]:
    done = subprocess.run(
        [*PROGRAM, "demo", "--out", str(out), "--seed", str(seed)],
        capture_output=True,
        timeout=WITHIN_SECONDS,
        check=False,
        cwd=out.parent,
        env=environment(),
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text("utf-8"))
    return summary


def documents(out: Path) -> dict[str, str]:
    """Every file beside the data folder and the summary, which tells its own seconds; name -> digest."""
    kept = (path for path in out.rglob("*") if path.is_file() and path.suffix in (".docx", ".html", ".json", ".ndjson"))
    own = (path for path in kept if "data" not in path.relative_to(out).parts and path.name != "summary.json")
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in own}


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[dict[str, Any], dict[str, str]]]:
    folder = tmp_path_factory.mktemp("demo")
    seeds = {"first": 11, "again": 11, "other": 12}
    # At the same time, each on a stack of its own: what a busy machine changes about a demo would show here.
    with ThreadPoolExecutor(len(seeds)) as pool:
        summaries = pool.map(lambda name: played(folder / name, seeds[name]), seeds)
        return {name: (summary, documents(folder / name)) for name, summary in zip(seeds, summaries, strict=True)}


def test_one_seed_gives_the_same_figures_digest_and_head(towns: Any) -> None:
    first, again = ({name: towns[which][0][name] for name in SAME} for which in ("first", "again"))
    assert first == again
    assert (first["contacts"], first["verify"], first["rebuild"]) == (114, "valid", "equal")
    assert first["dispositions"] == {"answered": 90, "referred": 18, "coordinated": 6}


def test_one_seed_gives_the_same_bytes_of_every_document(towns: Any) -> None:
    first, again = towns["first"][1], towns["again"][1]
    assert {Path(name).suffix for name in first} >= {".docx", ".html", ".json"}
    assert first == again


def test_another_seed_is_another_town(towns: Any) -> None:
    first, other = towns["first"][0], towns["other"][0]
    assert first["head"]["hash"] != other["head"]["hash"]
    assert first["figures_digest"] != other["figures_digest"]
    assert other["dispositions"] == first["dispositions"]
