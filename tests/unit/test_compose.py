"""compose.yaml is valid by the Compose specification, and every command in it is a command that exists."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SPECIFICATION = json.loads((ROOT / "tests" / "data" / "compose-spec.json").read_text("utf-8"))
PARTS = {"broker", "provision", "intake", "referral", "meeting", "publication", "projections"}


def violations(compose: dict[str, Any]) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(SPECIFICATION).iter_errors(compose)]


def test_it_is_valid_by_the_compose_specification() -> None:
    assert violations(COMPOSE) == []


def test_the_validation_would_notice() -> None:
    broken = json.loads(json.dumps(COMPOSE))
    broken["services"]["broker"]["comand"] = broken["services"]["broker"].pop("command")
    assert violations(broken)


def test_there_is_one_container_a_part() -> None:
    assert SERVICES.keys() == PARTS
    assert {name: service["command"][4] for name, service in SERVICES.items()} == {name: name for name in PARTS}


@pytest.mark.parametrize("name", sorted(PARTS))
def test_every_command_is_an_entry_point_that_exists(name: str) -> None:
    from services.console.main import cli

    program, *words = SERVICES[name]["command"]
    assert program == "lianxi"
    # Parsing raises a usage error on a command, an option or a part that does not exist; nothing is run.
    group = cli.make_context(program, list(words))
    assert group.params["data"] == Path("/data")
    verb = words.index("serve")
    serve = cli.get_command(group, "serve")
    assert serve is not None
    assert serve.make_context("serve", words[verb + 1 :], parent=group).params["parts"] == (name,)


@pytest.mark.parametrize("name", sorted(PARTS))
def test_no_container_can_change_itself_or_become_more(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service
    assert service["volumes"] == ["data:/data"]


def test_the_image_runs_as_nobody_special_and_from_hashes() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    assert "USER lianxi" in lines
    assert any("--require-hashes" in line and "requirements.lock" in line for line in lines)


@pytest.mark.parametrize("name", sorted(PARTS - {"provision"}))
def test_what_stays_up_is_watched_and_started_again(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    kind, program, flag, script = service["healthcheck"]["test"]
    assert (kind, program, flag) == ("CMD", "python", "-c")
    ast.parse(script)
    # Compose would replace a `$` before the container sees it.
    assert "$" not in script


def test_services_start_after_provisioning_and_provisioning_after_the_broker_is_sound() -> None:
    assert SERVICES["provision"]["depends_on"] == {"broker": {"condition": "service_healthy"}}
    for name in PARTS - {"broker", "provision"}:
        assert SERVICES[name]["depends_on"]["provision"] == {"condition": "service_completed_successfully"}


def test_the_broker_is_not_open_to_the_network_by_default() -> None:
    assert [port for service in SERVICES.values() for port in service.get("ports", [])] == ["127.0.0.1:4222:4222"]
