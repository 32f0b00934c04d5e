"""The life of an attached file: who may attach to what, and that a view is a fact."""

from datetime import datetime

import pytest

from events.calendar import CHINA
from events.commit import Actor
from events.file import FileAttached, FileViewed
from services.decision import Already, DamagedHistory, Env, Refused
from services.referral import commands as r
from services.referral.files import File, decide, evolve, file_id
from services.referral.referral import Referral
from tests.support.specification import KEY, Life, referral

NOW = datetime(2026, 2, 14, 9, tzinfo=CHINA)
UNIT = Actor(principal="u07", role="unit", unit="u07")
OTHER = Actor(principal="u08", role="unit", unit="u08")
COORDINATOR = Actor(principal="coordinator", role="coordinator")
ATTACH = r.AttachFile(command_id="a", referral=KEY, sha256="0" * 64, media_type="pdf")
ATTACHED = FileAttached(referral=KEY, unit="u07", sha256="0" * 64, size=9, media_type="pdf")
VIEW = r.ViewFile(command_id="v", file="F" * 26, purpose="handling")


def env(actor: Actor) -> Env:
    return Env(now=NOW, occurred=NOW, actor=actor, new_id=lambda purpose: "N" * 26)


def life() -> Life:
    issue = r.IssueReferral(
        command_id="i",
        referral=KEY,
        unit="u07",
        contact_type="help",
        category="05",
        region="231003",
        age_band="6-13",
        urgency="3",
        asks=("handle",),
    )
    return referral().at("2026-02-13T10:00").given(issue)


@pytest.fixture
def signed() -> Referral:
    state: Referral = life().by("u07").given(r.SignReferral(command_id="s", referral=KEY)).state
    return state


def test_a_unit_attaches_to_its_own_referral(signed: Referral) -> None:
    assert decide(ATTACH, None, env(UNIT), signed, 9) == [ATTACHED]
    assert decide(ATTACH, evolve(None, ATTACHED), env(UNIT), signed, 9) == Already()


def test_another_units_referral_is_not_there(signed: Referral) -> None:
    assert decide(ATTACH, None, env(OTHER), signed, 9) == Refused("referral.not_found", "referral")
    assert decide(ATTACH, None, env(UNIT), None, 9) == Refused("referral.not_found", "referral")


def test_nothing_is_attached_before_it_is_signed_for() -> None:
    refused = decide(ATTACH, None, env(UNIT), life().state, 9)
    assert refused == Refused("attachment.referral_takes_none", "referral", {"status": "issued"})


@pytest.mark.parametrize("behalf", [None, "u08"])
def test_whoever_enters_for_a_unit_names_it(signed: Referral, behalf: str | None) -> None:
    entered = r.AttachFile(command_id="a", referral=KEY, sha256="0" * 64, media_type="pdf", on_behalf_of=behalf)
    refused = decide(entered, None, env(COORDINATOR), signed, 9)
    assert refused == Refused("referral.on_behalf_missing", "on_behalf_of")


def test_a_file_from_paper_says_so(signed: Referral) -> None:
    entered = r.AttachFile(command_id="a", referral=KEY, sha256="0" * 64, media_type="pdf", on_behalf_of="u07")
    (fact,) = decide(entered, None, env(COORDINATOR), signed, 9)  # type: ignore[misc]
    assert isinstance(fact, FileAttached) and (fact.unit, fact.method) == ("u07", "paper")


def test_a_view_is_a_fact_with_its_purpose() -> None:
    state = evolve(None, ATTACHED)
    assert decide(VIEW, state, env(COORDINATOR)) == [FileViewed(purpose="handling")]
    unknown = r.ViewFile(command_id="v", file="F" * 26, purpose="curiosity")
    assert decide(unknown, state, env(COORDINATOR)) == Refused("code.unknown", "purpose", {"list": "view_purpose"})
    assert decide(VIEW, None, env(COORDINATOR)) == Refused("attachment.not_found", "file")
    assert evolve(state, FileViewed(purpose="handling")) == File(ATTACHED, 1)


def test_a_file_is_attached_once_and_viewed_only_then() -> None:
    with pytest.raises(DamagedHistory):
        evolve(None, FileViewed(purpose="handling"))
    with pytest.raises(DamagedHistory):
        evolve(evolve(None, ATTACHED), ATTACHED)


def test_the_id_of_a_file_follows_from_its_referral_and_its_content() -> None:
    assert file_id(KEY, "0" * 64) == file_id(KEY, "0" * 64)
    assert len({file_id(KEY, "0" * 64), file_id(KEY, "1" * 64), file_id("N" * 26, "0" * 64)}) == 3
