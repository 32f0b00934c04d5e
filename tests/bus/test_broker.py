"""The embedded server: what it keeps over a restart, and what it leaves behind."""

import asyncio
import contextlib
import socket
import subprocess
import sys
from pathlib import Path

import nats.errors
import psutil
import pytest

from services.broker import (
    Broker,
    BrokerFailed,
    NotRunning,
    UnknownPrincipal,
    configuration,
    connect,
    load_credential,
    server,
)
from tests.support.brokers import Bus, single
from tests.support.commits import following

BOUND_SECONDS = 10.0


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_ports_and_data_outlive_a_restart_and_clients_come_back(own: Bus, subject: str, end: str):
    back = asyncio.Event()

    async def reconnected() -> None:
        back.set()

    async with own.ledger(reconnected_cb=reconnected, reconnect_time_wait=0.01) as ledger:
        (seq,) = await ledger.append(following(await ledger.load(subject), "kept"))
        urls = own.broker.client_url, own.broker.monitoring_url
        getattr(own.broker, end)()
        assert not own.broker.running
        own.broker.start()
        assert (own.broker.client_url, own.broker.monitoring_url) == urls
        await asyncio.wait_for(back.wait(), BOUND_SECONDS)
        assert [each.seq for each in (await ledger.load(subject)).commits] == [seq]


def test_another_program_on_last_times_port_does_not_keep_it_from_starting(tmp_path: Path):
    with single(tmp_path, provisioned=False) as bus:
        port = int(bus.broker.client_url.rsplit(":", 1)[1])
    with socket.create_server(("127.0.0.1", port)):
        broker = Broker(tmp_path)
        broker.start()
        try:
            assert not broker.client_url.endswith(f":{port}")
        finally:
            broker.stop()


def test_a_server_that_cannot_start_says_where_to_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server, "server_text", lambda *_: "no configuration {")
    with pytest.raises(BrokerFailed, match=r"nats\.log"):
        Broker(tmp_path).start()


def test_it_listens_on_this_machine_alone(one: Bus):
    listening = [
        each.laddr.ip for each in psutil.Process(one.broker.pid).net_connections() if each.status == psutil.CONN_LISTEN
    ]
    assert set(listening) == {"127.0.0.1"}


def test_it_ends_with_its_parent(tmp_path: Path):
    program = (
        "import os, sys; from pathlib import Path; from services.broker import Broker\n"
        "broker = Broker(Path(sys.argv[1])); broker.start(); print(broker.pid, flush=True); os._exit(1)"
    )
    ran = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, check=False, timeout=30)
    pid = int(ran.stdout)
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(BOUND_SECONDS)
    assert not psutil.pid_exists(pid)


async def test_a_new_key_works_after_a_reload_and_the_old_one_no_longer(own: Bus):
    old = load_credential(own.data, "u05")
    async with own.connected("u06") as undisturbed:
        (own.data / "credentials" / "u05.json").unlink()
        own.broker.reload()
        assert load_credential(own.data, "u05").seed != old.seed
        async with asyncio.timeout(BOUND_SECONDS):
            while True:
                try:
                    async with own.connected("u05", max_reconnect_attempts=0, allow_reconnect=False):
                        break
                except (nats.errors.Error, OSError):
                    # The broker hangs up on a key that it does not know yet: sometimes before the client has read why.
                    continue
        with pytest.raises((nats.errors.Error, OSError)):
            await nats.connect(own.broker.client_url, nkeys_seed_str=old.seed, allow_reconnect=False, error_cb=_quiet)
        assert undisturbed.is_connected
        await undisturbed.flush()


async def _quiet(_: Exception) -> None:
    pass


@pytest.mark.parametrize("name", ["nobody", "", "../u01", "u01/../u01", "u01\n", "*", "credentials/u01"])
async def test_a_principal_without_a_credential_is_told_so(one: Bus, name: str):
    with pytest.raises(UnknownPrincipal):
        load_credential(one.data, name)
    with pytest.raises(UnknownPrincipal):
        await connect(one.data, name)


async def test_a_folder_on_which_nothing_runs_is_told_so(own: Bus):
    (own.data / "endpoint.json").unlink()
    with pytest.raises(NotRunning):
        await connect(own.data, "u01")


def test_half_a_credential_from_a_power_cut_does_not_keep_it_from_starting(tmp_path: Path):
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "u01.new").write_text('{"princi')
    with single(tmp_path, provisioned=False) as bus:
        assert load_credential(bus.data, "u01").unit == "u01"


def test_credentials_are_made_once_and_kept(tmp_path: Path):
    seeds = []
    for _ in range(2):
        with single(tmp_path, provisioned=False) as bus:
            seeds.append(load_credential(bus.data, "intake").seed)
    assert seeds[0] == seeds[1]


def test_the_core_hands_out_exactly_these_things():
    reading = ["$JS.API.DIRECT.GET.LEDGER", "$JS.API.DIRECT.GET.LEDGER.>", "$JS.API.STREAM.MSG.GET.LEDGER"]
    assert {account: [subject for subject, _ in handed] for account, handed in configuration.EXPORTED.items()} == {
        "partners": [
            "$JS.API.CONSUMER.MSG.NEXT.PARTNERS.*",
            "$JS.API.CONSUMER.RESET.PARTNERS.*",
            "$JS.ACK.PARTNERS.*.>",
            "$JS.ACK.*.*.PARTNERS.*.>",
            "cmd.referral.*.>",
            "cmd.meeting.*.ReportResolutionProgress",
            "cmd.meeting.*.ReportResolution",
            "qry.projections.*.todo",
            "qry.projections.*.cooperations",
            "qry.projections.*.queries",
        ],
        "office": [
            "cmd.intake.*.*",
            "cmd.referral.*.>",
            "cmd.publication.*.*",
            "cmd.meeting.*.*",
            "qry.projections.*.*",
            *reading,
            "$JS.API.STREAM.INFO.LEDGER",
        ],
    }
