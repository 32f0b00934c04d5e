"""The exported schemas are the contract: they equal the code, describe the bytes, and no change may break them."""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import pytest
from jsonschema import Draft202012Validator
from msgspec import Meta, Struct
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from events import commit as commits
from events import contract
from tests.unit.test_partner_decoding import ISSUED, VERIFIED, commit

COMMITTED = Path(contract.__file__).parent / "schema"
REGENERATE = "the schemas differ from the code; write them anew with: lianxi schema --write events/schema"
TAG = "Report.v1"


def test_the_committed_schemas_equal_the_code() -> None:
    written = {path.name: path.read_text("utf-8") for path in COMMITTED.glob("*.json")}
    expected = {f"{name}.json": contract.text(schema) for name, schema in contract.current().items()}
    assert written.keys() == expected.keys(), REGENERATE
    assert [name for name in written if written[name] != expected[name]] == [], REGENERATE


def test_the_code_breaks_nothing_that_is_committed() -> None:
    assert contract.breaking(contract.read(COMMITTED), contract.current()) == []


def test_there_is_one_schema_for_each_recorded_fact_and_the_commit() -> None:
    assert contract.current().keys() == contract.fact_types().keys() | {"commit"}
    assert all(re.fullmatch(r"[A-Z][A-Za-z]+\.v[1-9][0-9]*", tag) for tag in contract.fact_types())


def test_patterns_are_written_as_json_schema_understands_them() -> None:
    everything = "".join(map(contract.text, contract.current().values()))
    assert r"\\A" not in everything
    assert r"\\Z" not in everything
    assert '"pattern": "^' in everything


def test_the_schemas_describe_the_very_bytes_that_are_stored() -> None:
    schemas = contract.current()
    registry: Registry[Any] = Registry().with_resources(
        (f"{name}.json", Resource.from_contents(schema, DRAFT202012)) for name, schema in schemas.items()
    )
    validator = Draft202012Validator({"$ref": "commit.json"}, registry=registry)
    stored = json.loads(commits.encode(commit(ISSUED, VERIFIED)))
    assert list(validator.iter_errors(stored)) == []
    stored["facts"][0]["unit"] = "u01.>"
    assert not validator.is_valid(stored)


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    post: str


class Report(Struct, frozen=True, kw_only=True, tag=TAG, forbid_unknown_fields=True):
    unit: Annotated[str, Meta(max_length=80, pattern=r"\A[a-z]+\Z")]
    days: Annotated[int, Meta(ge=0, le=100)]
    measures: Annotated[tuple[str, ...], Meta(max_length=20)]
    duty: Part
    level: Annotated[int, Meta(ge=1)] | None = None
    late: bool = False


def report() -> dict[str, Any]:
    schema = contract.of(Report)
    schema["properties"]["result"] = {"type": "string", "enum": ["solved", "partly", "not"]}
    schema["properties"]["note"] = {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}
    return schema


def _remove_field(schema: dict[str, Any]) -> None:
    del schema["properties"]["late"]


def _rename_field(schema: dict[str, Any]) -> None:
    schema["properties"]["unit_code"] = schema["properties"].pop("unit")


def _require_a_field(schema: dict[str, Any]) -> None:
    schema["required"].append("late")


def _add_a_required_field(schema: dict[str, Any]) -> None:
    schema["properties"]["place"] = {"type": "string"}
    schema["required"].append("place")


def _no_longer_require(schema: dict[str, Any]) -> None:
    schema["required"].remove("unit")


def _change_a_type(schema: dict[str, Any]) -> None:
    schema["properties"]["days"] = {"type": "string"}


def _nest_a_type_change(schema: dict[str, Any]) -> None:
    schema["$defs"]["Part"]["properties"]["post"] = {"type": "integer"}


def _nest_a_required_field(schema: dict[str, Any]) -> None:
    schema["$defs"]["Part"]["properties"]["name"] = {"type": "string"}
    schema["$defs"]["Part"]["required"].append("name")


def _change_the_items(schema: dict[str, Any]) -> None:
    schema["properties"]["measures"]["items"] = {"type": "integer"}


def _lose_an_enum_member(schema: dict[str, Any]) -> None:
    schema["properties"]["result"]["enum"].remove("partly")


def _restrict_to_an_enum(schema: dict[str, Any]) -> None:
    schema["properties"]["unit"]["enum"] = ["u01"]


def _lose_a_union_member(schema: dict[str, Any]) -> None:
    schema["properties"]["note"]["anyOf"].pop(1)


def _lose_null(schema: dict[str, Any]) -> None:
    schema["properties"]["level"] = {"type": "integer", "minimum": 1, "default": None}


def _become_nullable(schema: dict[str, Any]) -> None:
    schema["properties"]["days"] = {"anyOf": [schema["properties"]["days"], {"type": "null"}]}


def _shorten(schema: dict[str, Any]) -> None:
    schema["properties"]["unit"]["maxLength"] = 40


def _raise_the_minimum(schema: dict[str, Any]) -> None:
    schema["properties"]["days"]["minimum"] = 1


def _tighten_inside_a_union(schema: dict[str, Any]) -> None:
    schema["properties"]["level"]["anyOf"][0]["minimum"] = 2


def _bound_what_was_free(schema: dict[str, Any]) -> None:
    schema["properties"]["measures"]["minItems"] = 1


def _change_the_pattern(schema: dict[str, Any]) -> None:
    schema["properties"]["unit"]["pattern"] = "^[a-f]+$"


def _add_a_format(schema: dict[str, Any]) -> None:
    schema["$defs"]["Part"]["properties"]["post"]["format"] = "date"


def _change_a_default(schema: dict[str, Any]) -> None:
    schema["properties"]["late"]["default"] = True


def _change_the_tag(schema: dict[str, Any]) -> None:
    schema["properties"]["type"]["enum"] = ["Report.v2"]


def _use_a_keyword_nobody_checks(schema: dict[str, Any]) -> None:
    schema["properties"]["unit"]["not"] = {"const": "u01"}


BREAKS: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (_remove_field, ".late: field removed"),
    (_rename_field, ".unit: field removed"),
    (_require_a_field, ".late: newly required"),
    (_add_a_required_field, ".place: newly required"),
    (_no_longer_require, ".unit: no longer always there"),
    (_change_a_type, ".days: type changed"),
    (_nest_a_type_change, ".duty.post: type changed"),
    (_nest_a_required_field, ".duty.name: newly required"),
    (_change_the_items, ".measures[]: type changed"),
    (_lose_an_enum_member, '.result: value "partly" removed'),
    (_restrict_to_an_enum, ".unit: restricted to"),
    (_lose_a_union_member, ".note: alternative integer removed"),
    (_lose_null, ".level: alternative null removed"),
    (_become_nullable, ".days: may now be null"),
    (_shorten, ".unit: maxLength tightened from 80 to 40"),
    (_raise_the_minimum, ".days: minimum tightened from 0 to 1"),
    (_tighten_inside_a_union, ".level: minimum tightened from 1 to 2"),
    (_bound_what_was_free, ".measures: minItems tightened"),
    (_change_the_pattern, ".unit: pattern changed"),
    (_add_a_format, ".duty.post: format changed"),
    (_change_a_default, ".late: an absent field meant False and now means True"),
    (_change_the_tag, '.type: value "Report.v1" removed'),
    (_use_a_keyword_nobody_checks, ".unit: not changed"),
]


@pytest.mark.parametrize(("change", "sentence"), BREAKS, ids=[change.__name__[1:] for change, _ in BREAKS])
def test_a_breaking_change_is_found_and_named(change: Callable[[dict[str, Any]], None], sentence: str) -> None:
    new = report()
    change(new)
    found = contract.breaking({TAG: report()}, {TAG: new})
    assert any(each.startswith(TAG + sentence) for each in found), found


def test_a_removed_type_is_found_in_its_file_and_in_the_commit() -> None:
    old, new = contract.current(), contract.current()
    del new["CaseClosed.v1"]
    facts = new["commit"]["properties"]["facts"]["items"]["oneOf"]
    facts.remove({"$ref": "CaseClosed.v1.json"})
    found = contract.breaking(old, new)
    assert "CaseClosed.v1: type removed" in found
    assert "commit.facts[]: alternative CaseClosed.v1.json removed" in found


def _add_an_optional_field(schema: dict[str, Any]) -> None:
    schema["properties"]["place"] = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}


def _widen(schema: dict[str, Any]) -> None:
    schema["properties"]["unit"]["maxLength"] = 120
    schema["properties"]["days"]["minimum"] = -1
    schema["properties"]["result"]["enum"].append("withdrawn")
    del schema["properties"]["measures"]["maxItems"]


def _reword(schema: dict[str, Any]) -> None:
    schema["description"] = "said differently"
    schema["properties"]["unit"]["description"] = "and here"
    schema["$defs"]["Duty"] = schema["$defs"].pop("Part")
    schema["properties"]["duty"] = {"$ref": "#/$defs/Duty"}


@pytest.mark.parametrize("change", [_add_an_optional_field, _widen, _reword])
def test_a_change_that_every_reader_outlives_is_none(change: Callable[[dict[str, Any]], None]) -> None:
    new = report()
    change(new)
    assert contract.breaking({TAG: report()}, {TAG: new}) == []


def test_a_new_kind_of_fact_is_no_break() -> None:
    new = contract.current()
    new["Later.v1"] = report()
    new["commit"]["properties"]["facts"]["items"]["oneOf"].append({"$ref": "Later.v1.json"})
    assert contract.breaking(contract.current(), new) == []


def test_writing_over_a_contract_that_the_code_breaks_is_refused(tmp_path: Path) -> None:
    contract.write(tmp_path)
    promised = copy.deepcopy(contract.current()["CaseClosed.v1"])
    promised["properties"]["reason"] = {"type": "string"}
    (tmp_path / "CaseClosed.v1.json").write_text(contract.text(promised), "utf-8")
    with pytest.raises(contract.BreakingChange, match="reason: field removed"):
        contract.write(tmp_path)
    assert contract.read(tmp_path)["CaseClosed.v1"] == promised
    contract.write(tmp_path, break_it=True)
    assert contract.read(tmp_path) == contract.current()
