"""The AsyncAPI document is valid, whole, and says what the services really answer and partners really receive."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from events import commit as commits
from events import subjects
from services.asyncapi import document
from services.bus.request import Accepted, as_reply
from services.decision import Refused
from services.intake.commands import COMMANDS as INTAKE
from services.meeting.commands import COMMANDS as MEETING
from services.publication.commands import COMMANDS as PUBLICATION
from services.referral.commands import COMMANDS as REFERRAL
from tests.unit.test_partner_decoding import ISSUED, VERIFIED, commit, grown

DOCUMENT = document()
SPECIFICATION = json.loads((Path(__file__).parent.parent / "data" / "asyncapi-3.0.0.json").read_text("utf-8"))


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for part in node.values():
            yield from references(part)
    elif isinstance(node, list):
        for part in node:
            yield from references(part)


def resolve(reference: str) -> Any:
    node: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]})


def test_it_is_valid_asyncapi_3() -> None:
    assert [error.message for error in Draft7Validator(SPECIFICATION).iter_errors(DOCUMENT)] == []


def test_the_validation_would_notice() -> None:
    broken = json.loads(json.dumps(DOCUMENT))
    broken["operations"]["intake.CloseCase"]["action"] = "publish"
    assert not Draft7Validator(SPECIFICATION).is_valid(broken)


def test_every_reference_resolves() -> None:
    found = set(references(DOCUMENT))
    assert found
    for reference in found:
        assert isinstance(resolve(reference), dict), reference


def test_nothing_is_described_that_nothing_refers_to() -> None:
    found = set(references(DOCUMENT))
    for section, parts in DOCUMENT["components"].items():
        assert [name for name in parts if f"#/components/{section}/{name}" not in found] == []


@pytest.mark.parametrize(
    ("service", "verbs"),
    [("intake", INTAKE), ("referral", REFERRAL), ("meeting", MEETING), ("publication", PUBLICATION)],
)
def test_every_command_is_a_request_with_its_two_answers(service: str, verbs: dict[str, Any]) -> None:
    for verb in verbs:
        operation = DOCUMENT["operations"][f"{service}.{verb}"]
        assert operation["action"] == "receive"
        address = resolve(operation["channel"]["$ref"])["address"]
        assert address.format(principal="duty-city") == subjects.command(service, "duty-city", verb)
        reply = resolve(operation["reply"]["channel"]["$ref"])["messages"]["CommandReply"]["$ref"]
        assert resolve(reply)["payload"] == {"$ref": "#/components/schemas/CommandReply"}


def test_queries_have_a_channel_that_the_subject_builder_agrees_with() -> None:
    address = DOCUMENT["channels"]["queries"]["address"]
    assert address.format(principal="leader", name="case_board") == subjects.query("leader", "case_board")


def test_partner_channels_lie_within_the_units_filter() -> None:
    for kind in ("referral", "notice", "resolution", "cooperation"):
        address = DOCUMENT["channels"][f"partner.{kind}"]["address"].format(unit="u01", **{kind: "R"})
        assert address == f"partner.u01.{kind}.R"
        assert address.startswith(subjects.partner("u01").removesuffix(">"))


def test_a_bulletin_has_one_channel_for_all_units() -> None:
    address = DOCUMENT["channels"]["partner.bulletin"]["address"]
    assert address.format(bulletin="B") == "partner.all.bulletin.B"
    assert address.startswith(subjects.partner_all().removesuffix(">"))


def test_the_answers_that_services_give_are_the_answers_described() -> None:
    accepted = as_reply(Accepted(id="A" * 26, commit="B" * 26, n=1, seq=7))
    with_data = as_reply(Accepted(id="A" * 26, commit="B" * 26, n=2, seq=8, data={"number": 1}))
    refused = as_reply(Refused("case.not_found", "case"))
    for answer in (accepted, with_data, refused):
        assert list(validator("CommandReply").iter_errors(answer)) == []
    assert not validator("CommandReply").is_valid({"ok": True})


def test_a_partner_can_validate_what_it_receives_now_and_later() -> None:
    received = json.loads(commits.encode(commit(ISSUED, VERIFIED)))
    assert list(validator("partner.referral").iter_errors(received)) == []
    later = grown(received)
    later["facts"].append({"type": "ReferralSplit.v1", "into": ["u02"]})
    assert list(validator("partner.referral").iter_errors(later)) == []
    later["facts"][0]["unit"] = "u01.>"
    assert not validator("partner.referral").is_valid(later)


def test_a_command_with_an_unknown_field_is_not_valid() -> None:
    close = {"command_id": "c-1", "case": "A" * 26, "code": "done"}
    assert validator("intake.CloseCase").is_valid(close)
    assert not validator("intake.CloseCase").is_valid(close | {"actor": "supervisor"})


def test_only_facts_of_referrals_notices_and_bulletins_stand_in_the_partners_part() -> None:
    facts = {name for name in DOCUMENT["components"]["schemas"] if name.endswith(".v1")}
    assert {"ReferralIssued.v1", "BulletinIssued.v1"} <= facts
    assert not {name for name in facts if name.startswith(("Briefing", "Case", "Contact", "Callback", "Outcome"))}
