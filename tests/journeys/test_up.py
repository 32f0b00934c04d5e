"""`lianxi up`: one ready line, one holder of a folder, one Ctrl-C that stops everything."""

import json
import os
import signal
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.support.contacts import contact
from tests.support.running import STOPS_WITHIN_SECONDS, Running, lianxi, living, running


def test_the_ready_line_names_client_monitoring_and_folder(stack: Running) -> None:
    assert set(stack.ready) == {"client", "monitoring", "data"}
    assert stack.ready["client"].startswith("nats://127.0.0.1:")
    assert Path(stack.ready["data"]) == stack.data
    with urllib.request.urlopen(f"{stack.ready['monitoring']}/healthz", timeout=5) as health:
        assert json.load(health) == {"status": "ok"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_second_up_says_who_holds_the_folder(stack: Running, lang: str) -> None:
    said = lianxi(stack.data, "up", "--lang", lang, status=3)
    assert str(stack.process.pid) in said.err
    assert ("已由进程" in said.err) == (lang == "zh")
    refused = lianxi(stack.data, "up", "--json", status=3).json["refused"]
    assert refused["code"] == "stack.held"
    # The first one goes on as if nothing had happened.
    assert stack.lianxi("query", "contact_register", "--json").json["columns"]


def test_ctrl_c_stops_all_and_leaves_no_process(tmp_path: Path) -> None:
    with running(tmp_path / "data") as stack:
        children = psutil.Process(stack.process.pid).children(recursive=True)
        assert len(children) == 3
        os.kill(stack.process.pid, signal.SIGINT)
        assert stack.process.wait(STOPS_WITHIN_SECONDS) == 0
        assert living(children) == []
    assert (tmp_path / "data.up.err").read_text("utf-8") == ""


def test_what_was_recorded_is_there_after_a_restart(tmp_path: Path) -> None:
    with running(tmp_path / "data") as stack:
        first = stack.send("duty-city", "intake.RegisterContact", **contact("N-1"))
    with running(tmp_path / "data") as stack:
        assert stack.send("duty-city", "intake.RegisterContact", **contact("N-1")) == first
        stack.until("case", "show", "N-1")
        assert stack.lianxi("rebuild", "--json").json["rebuild"] == "equal"


def test_killed_with_9_it_can_be_started_again_at_once(tmp_path: Path) -> None:
    with running(tmp_path / "data") as stack:
        stack.send("duty-city", "intake.RegisterContact", **contact("N-1"))
        children = psutil.Process(stack.process.pid).children(recursive=True)
        stack.process.kill()
        stack.process.wait()
    with running(tmp_path / "data") as stack:
        # Two brokers on one store would damage it: the new one waited for the old one to be gone.
        assert living(children) == []
        assert stack.until("case", "show", "N-1")["status"] == "answered"


def test_broker_and_services_killed_together_come_back_all(tmp_path: Path) -> None:
    with running(tmp_path / "data") as stack:
        killed = {part: stack.kill(part) for part in ("broker", "deciders", "projections")}
        for part, pid in killed.items():
            stack.another(part, pid)
        stack.send("duty-city", "intake.RegisterContact", **contact("N-1"))
        stack.until("case", "show", "N-1")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_ledger_on_the_real_clock_is_not_taken_up_by_a_simulated_one(tmp_path: Path, lang: str) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "settings.json").write_text('{"simulated": false, "seed": null}')
    said = lianxi(data, "up", "--simulated", "--lang", lang, status=1)
    assert ("启动失败" in said.err) == (lang == "zh")
    assert not (data / "endpoint.json").exists()
