"""`lianxi demo` with one seed is one town: the same figures, the same ledger, the same bytes of every document."""

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import WITHIN_SECONDS

SAME = ("contacts", "dispositions", "referrals", "notices", "verify", "rebuild", "head", "figures_digest")

pytestmark = pytest.mark.timeout(2 * WITHIN_SECONDS)


def test_one_seed_gives_the_same_figures_digest_and_head(towns: Any) -> None:
    first, again = ({name: towns[which].summary[name] for name in SAME} for which in ("first", "again"))
    assert first == again
    assert (first["contacts"], first["verify"], first["rebuild"]) == (114, "valid", "equal")
    assert first["dispositions"] == {"answered": 90, "referred": 18, "coordinated": 6}


def test_one_seed_gives_the_same_bytes_of_every_document_in_another_time_zone_and_language(towns: Any) -> None:
    first, again = towns["first"].documents, towns["again"].documents
    assert {Path(name).suffix for name in first} >= {".docx", ".html", ".json"}
    assert first == again


def test_another_seed_is_another_town(towns: Any) -> None:
    first, other = towns["first"].summary, towns["other"].summary
    assert first["head"]["hash"] != other["head"]["hash"]
    assert first["figures_digest"] != other["figures_digest"]
    assert other["dispositions"] == first["dispositions"]
